/** The desk's map: outlines, points, what the pointer hits, where it stands. The pane around it is in parts/. */
import type Feature from 'ol/Feature'
import type OlMap from 'ol/Map'
import { boundingExtent, createEmpty, extend, containsCoordinate } from 'ol/extent'
import { transformExtent } from 'ol/proj'
import { fromLonLat, makeMap, toLonLat, type LonLat } from '@shared/map/base'
import type { Incident } from '@shared/api/types'
import type { MapPlace } from '../state/view'
import type { Chosen, UnitLevel } from './levels'
import { LEVELS } from './levels'
import { Outlines } from './outlines'
import { Points, type MapPoint } from './points'
import { forgetStyles } from './styles'

export interface Unit {
  code: string
  level: UnitLevel
  centroid: LonLat
}
export interface Heard {
  moved(place: MapPlace, bbox: string): void
  hovered(points: MapPoint[], pixel: number[]): void
  chosen(points: MapPoint[]): void
  row(id: string): Incident | undefined
}

const START_ZOOM = 12
const OPEN_ZOOM = 15
const MOST_ZOOM = 18
const four = (n: number): string => n.toFixed(5)

export class DeskMap {
  private constructor(
    readonly map: OlMap,
    readonly outlines: Outlines,
    readonly points: Points,
    private readonly unit: Unit,
  ) {}

  static async on(target: HTMLElement, unit: Unit, place: MapPlace | null, heard: Heard): Promise<DeskMap> {
    const map = await makeMap(target, place ? [place.lon, place.lat] : unit.centroid, place?.zoom ?? START_ZOOM)
    for (const control of [...map.getControls().getArray()].slice(0, 2)) map.removeControl(control)
    const made = new DeskMap(map, new Outlines(map, unit.code, unit.level), new Points((id) => heard.row(id)), unit)
    for (const layer of [made.outlines.layer, made.points.layer, made.points.ringLayer]) map.addLayer(layer)
    if (!place) await made.fit(0)
    made.listen(heard)
    return made
  }

  private listen(heard: Heard): void {
    this.map.on('moveend', () => heard.moved(this.place(), this.bbox()))
    this.map.on('pointermove', (event) => {
      if (!event.dragging) heard.hovered(this.hit(event.pixel), event.pixel)
    })
    this.map.on('singleclick', (event) => this.click(this.hit(event.pixel), heard))
  }

  private click(points: MapPoint[], heard: Heard): void {
    if (points.length > 1 && (this.map.getView().getZoom() ?? 0) < MOST_ZOOM) {
      const extent = boundingExtent(points.map((point) => fromLonLat([point.lon, point.lat])))
      this.map.getView().fit(extent, { padding: [60, 60, 60, 60], maxZoom: MOST_ZOOM, duration: 200 })
    } else if (points.length) heard.chosen(points)
  }

  private hit(pixel: number[]): MapPoint[] {
    const found = this.map.forEachFeatureAtPixel(pixel, (feature) => feature as Feature, {
      hitTolerance: 6,
      layerFilter: (layer) => layer === this.points.layer,
    })
    return found ? Points.members(found) : []
  }

  place(): MapPlace {
    const [lon = 0, lat = 0] = toLonLat(this.map.getView().getCenter() ?? [0, 0])
    return { lon, lat, zoom: this.map.getView().getZoom() ?? START_ZOOM }
  }

  bbox(): string {
    return transformExtent(this.map.getView().calculateExtent(this.map.getSize()), 'EPSG:3857', 'EPSG:4326')
      .map(four)
      .join(',')
  }

  /** The whole area that somebody stands for. */
  async fit(duration = 200): Promise<void> {
    const below = LEVELS[LEVELS.indexOf(this.unit.level) + 1]
    if (!below || below === 'city') return this.show(this.unit.centroid)
    const extent = createEmpty()
    for (const feature of await this.outlines.of(this.unit.code, below))
      extend(extent, feature.getGeometry()?.getExtent() ?? [])
    if (Number.isFinite(extent[0])) this.map.getView().fit(extent, { padding: [24, 24, 24, 24], duration })
  }

  show(at: LonLat): void {
    this.map
      .getView()
      .animate({ center: fromLonLat(at), zoom: Math.max(OPEN_ZOOM, this.map.getView().getZoom() ?? 0), duration: 200 })
  }

  /** Bring an incident into sight; where it is in sight already, nothing moves. */
  reveal(id: string): void {
    const at = this.points.at(id)
    if (at && !containsCoordinate(this.map.getView().calculateExtent(this.map.getSize()), at))
      this.map.getView().animate({ center: at, duration: 200 })
  }

  zoomBy(by: number): void {
    const view = this.map.getView()
    view.animate({ zoom: (view.getZoom() ?? START_ZOOM) + by, duration: 150 })
  }

  stands(place: MapPlace): boolean {
    const now = this.place()
    return (
      Math.abs(now.lon - place.lon) < 2e-5 &&
      Math.abs(now.lat - place.lat) < 2e-5 &&
      Math.abs(now.zoom - place.zoom) < 0.02
    )
  }

  go(place: MapPlace): void {
    if (this.stands(place)) return
    this.map.getView().setCenter(fromLonLat([place.lon, place.lat]))
    this.map.getView().setZoom(place.zoom)
  }

  follow(chosen: Chosen): Promise<void> {
    return this.outlines.follow(chosen)
  }

  /** Colours of the theme have changed. */
  redraw(): void {
    forgetStyles()
    for (const layer of this.map.getLayers().getArray()) layer.changed()
    this.outlines.layer.getSource()?.changed()
    this.points.layer.getSource()?.changed()
  }

  close(): void {
    this.map.setTarget(undefined)
  }
}
