/**
 * The map of all screens: our own outlines, a base map only where the city has set one. Import it lazily: it is large.
 */
import GeoJSON from 'ol/format/GeoJSON'
import TileLayer from 'ol/layer/Tile'
import VectorImageLayer from 'ol/layer/VectorImage'
import OlMap from 'ol/Map'
import { fromLonLat, toLonLat } from 'ol/proj'
import VectorSource from 'ol/source/Vector'
import XYZ from 'ol/source/XYZ'
import { Fill, Stroke, Style, Text } from 'ol/style'
import View from 'ol/View'
import { screenSettings } from '../settings'
import 'ol/ol.css'

export type LonLat = [number, number]
export const LEVELS = ['district', 'street', 'community', 'cell'] as const
export type Level = (typeof LEVELS)[number]

/** A colour of the theme, as the canvas needs it. */
export const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** Without a network there are our own outlines. */
const WITHOUT_TILES = { tiles: '', tiles_attribution: '' }

export async function makeMap(target: HTMLElement, centre: LonLat, zoom: number): Promise<OlMap> {
  const { tiles, tiles_attribution: attributions } = await screenSettings().catch(() => WITHOUT_TILES)
  const map = new OlMap({ target, layers: [], view: new View({ center: fromLonLat(centre), zoom, maxZoom: 19 }) })
  if (tiles) map.addLayer(new TileLayer({ source: new XYZ({ url: tiles, attributions: attributions || undefined }) }))
  target.querySelectorAll('.ol-zoom button').forEach((button) => button.removeAttribute('title'))
  return map
}

/** Outlines as one picture that is drawn anew only when the map rests: dragging stays smooth without a GPU. */
export function outlines(style?: () => Style | Style[]): VectorImageLayer<VectorSource> {
  return new VectorImageLayer({ source: new VectorSource(), imageRatio: 2, style: style ?? outlineStyle() })
}

export function outlineStyle(): () => Style {
  return () =>
    new Style({
      fill: new Fill({ color: 'rgba(127,127,127,0.06)' }),
      stroke: new Stroke({ color: colour('--line-strong'), width: 1 }),
    })
}

export function label(words: string): Text {
  return new Text({
    text: words,
    font: `600 13px ${colour('--font') || 'sans-serif'}`,
    overflow: false,
    fill: new Fill({ color: colour('--text') }),
    stroke: new Stroke({ color: colour('--surface'), width: 3 }),
  })
}

const format = new GeoJSON({ dataProjection: 'EPSG:4326', featureProjection: 'EPSG:3857' })
const kept = new Map<string, Promise<unknown>>()

/** The outlines of a level below a unit, as GeoJSON; asked once for each. */
export function boundaries(unit: string, level: Level): Promise<unknown> {
  const url = `/api/v1/grids/${unit}/boundaries?level=${level}`
  if (!kept.has(url)) {
    kept.set(
      url,
      fetch(url, { credentials: 'same-origin' })
        .then((answer) => {
          if (!answer.ok) throw new Error(`${answer.status}`)
          return answer.json()
        })
        .catch((error: unknown) => {
          kept.delete(url)
          throw error
        }),
    )
  }
  return kept.get(url) as Promise<unknown>
}

export const features = (geojson: unknown) => format.readFeatures(geojson)
export { fromLonLat, toLonLat }
