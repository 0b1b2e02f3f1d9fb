/** The outlines of the map: kept by parent and level, put into one layer for what is in sight. */
import type Feature from 'ol/Feature'
import type OlMap from 'ol/Map'
import { intersects } from 'ol/extent'
import { boundaries, features, outlines } from '@shared/map/base'
import { levelFor, parentsOf, type Chosen, type Drawn, type UnitLevel } from './levels'
import { namedLook, outlineLook } from './styles'

/** So many names fit on a map. */
const MOST_NAMES = 80

export class Outlines {
  readonly layer = outlines()
  private readonly kept = new Map<string, Promise<Feature[]>>()
  private shown = ''
  private turn = 0

  constructor(
    private readonly map: OlMap,
    private readonly unit: string,
    private readonly scope: UnitLevel,
  ) {
    this.layer.setZIndex(1)
  }

  /** All outlines of a level below a unit; asked for and read once. */
  of(unit: string, level: Drawn): Promise<Feature[]> {
    const key = `${unit} ${level}`
    if (!this.kept.has(key))
      this.kept.set(
        key,
        boundaries(unit, level).then((geojson) => features(geojson) as Feature[]),
      )
    return this.kept.get(key) as Promise<Feature[]>
  }

  /** Draw what the zoom asks for; nothing happens where that is drawn already. */
  async follow(chosen: Chosen): Promise<void> {
    const mine = ++this.turn
    const level = levelFor(this.map.getView().getZoom() ?? 0, this.scope, chosen)
    const parents = level ? await this.parents(level) : []
    const wanted = level ? `${level} ${parents.join(' ')}` : ''
    if (wanted === this.shown || mine !== this.turn) return
    const found = level ? (await Promise.all(parents.map((parent) => this.of(parent, level)))).flat() : []
    if (mine !== this.turn) return
    this.put(found)
    this.shown = wanted
  }

  private put(found: Feature[]): void {
    const named = found.length <= MOST_NAMES
    this.layer.setStyle((feature) => (named ? namedLook(feature as Feature) : outlineLook(false)))
    const source = this.layer.getSource()
    source?.clear(true)
    source?.addFeatures(found)
  }

  private async parents(level: Drawn): Promise<string[]> {
    const by = parentsOf(level, this.scope)
    if (!by) return [this.unit]
    const sight = this.map.getView().calculateExtent(this.map.getSize())
    const all = await this.of(this.unit, by)
    return all
      .filter((feature) => intersects(feature.getGeometry()?.getExtent() ?? [], sight))
      .map((feature) => String(feature.get('code')))
  }
}
