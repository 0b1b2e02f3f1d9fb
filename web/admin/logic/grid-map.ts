/** The map of the grids: outlines of a level, and what an audit found. Loaded when it is looked at. */
import type Feature from 'ol/Feature'
import type { Geometry } from 'ol/geom'
import VectorLayer from 'ol/layer/Vector'
import type OlMap from 'ol/Map'
import VectorSource from 'ol/source/Vector'
import { Circle, Fill, Stroke, Style } from 'ol/style'
import { boundaries, colour, features, label, makeMap, outlines, type Level } from '@shared/map/base'
import { screenSettings } from '@shared/settings'

const START: [number, number] = [117.2, 39.12]
const ZOOM = 9
const CLOSE = 18
const MARGIN = 40
const LABELS_FROM: Record<Level, number> = { district: 8, street: 11, community: 13.5, cell: 15.5 }
const COLOURS: Record<string, string> = { error: '--over', warning: '--near', note: '--info' }

export interface GridMap {
  show(unit: string, level: Level): Promise<number>
  mark(findings: unknown, chosen: number): void
  zoomTo(index: number): void
  pick(code: string): void
  close(): void
}

export async function openMap(target: HTMLElement, onUnit: (code: string) => void): Promise<GridMap> {
  const { centre } = await screenSettings()
  const map = await makeMap(target, centre ?? START, ZOOM)
  const units = outlines(() => [])
  const found = new VectorLayer({ source: new VectorSource(), zIndex: 5 })
  let level: Level = 'district'
  let chosen = -1
  let picked = ''
  units.setStyle((feature, resolution) =>
    unitStyle(
      feature.getProperties(),
      feature.get('code') === picked,
      (map.getView().getZoomForResolution(resolution) ?? 0) >= LABELS_FROM[level],
    ),
  )
  found.setStyle((feature) => findingStyle(String(feature.get('severity')), feature.get('index') === chosen))
  map.addLayer(units)
  map.addLayer(found)
  map.on('singleclick', (event) =>
    map.forEachFeatureAtPixel(
      event.pixel,
      (feature) => {
        onUnit(String(feature.get('code')))
      },
      { layerFilter: (layer) => layer === units },
    ),
  )
  const repaint = () => {
    units.changed()
    found.changed()
  }
  addEventListener('wangge:theme', repaint)

  return {
    async show(unit, of) {
      const read = features(await boundaries(unit, of)) as Feature<Geometry>[]
      level = of
      units.getSource()?.clear()
      units.getSource()?.addFeatures(read)
      fit(map, units.getSource()?.getExtent())
      return read.length
    },
    mark(findings, at) {
      chosen = at
      found.getSource()?.clear()
      if (findings) found.getSource()?.addFeatures(sound(features(findings) as Feature<Geometry>[]))
      repaint()
    },
    zoomTo(index) {
      chosen = index
      const feature = found
        .getSource()
        ?.getFeatures()
        .find((each) => each.get('index') === index)
      if (feature?.getGeometry()) fit(map, feature.getGeometry()?.getExtent())
      repaint()
    },
    pick(code) {
      picked = code
      repaint()
    },
    close() {
      removeEventListener('wangge:theme', repaint)
      map.setTarget(undefined)
      map.dispose()
    },
  }
}

/** Only what has a place on the map: swapped axes lie nowhere on it. */
function sound(read: Feature<Geometry>[]): Feature<Geometry>[] {
  return read.filter((feature) => feature.getGeometry()?.getExtent().every(Number.isFinite))
}

function fit(map: OlMap, extent: number[] | null | undefined): void {
  if (extent && extent.every(Number.isFinite))
    map.getView().fit(extent, { padding: [MARGIN, MARGIN, MARGIN, MARGIN], maxZoom: CLOSE })
}

function unitStyle(unit: Record<string, unknown>, picked: boolean, named: boolean): Style {
  return new Style({
    fill: new Fill({ color: picked ? `${colour('--brand')}33` : 'rgba(127,127,127,0.06)' }),
    stroke: new Stroke({ color: colour(picked ? '--brand' : '--line-strong'), width: picked ? 3 : 1 }),
    text: named ? label(String(unit.name ?? '')) : undefined,
  })
}

function findingStyle(severity: string, chosen: boolean): Style {
  const line = colour(COLOURS[severity] ?? '--info')
  const fill = new Fill({ color: `${line}55` })
  const stroke = new Stroke({
    color: chosen ? colour('--focus') : line,
    width: chosen ? 5 : 3,
    lineDash: severity === 'error' ? undefined : [6, 4],
  })
  return new Style({
    fill,
    stroke,
    image: new Circle({ radius: chosen ? 11 : 8, fill, stroke }),
    zIndex: chosen ? 2 : 1,
  })
}
