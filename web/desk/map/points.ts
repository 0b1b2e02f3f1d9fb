/**
 * The incidents as points, clustered where they are dense; those that are looked at stand out in a layer of their own.
 */
import Feature from 'ol/Feature'
import Point from 'ol/geom/Point'
import VectorLayer from 'ol/layer/Vector'
import VectorImageLayer from 'ol/layer/VectorImage'
import Cluster from 'ol/source/Cluster'
import VectorSource from 'ol/source/Vector'
import type { components } from '@shared/api/schema'
import type { Incident } from '@shared/api/types'
import { fromLonLat } from '@shared/map/base'
import { now } from '@shared/time/now'
import { pointPressure, worst } from './pressure'
import { arrivedStyle, pointStyle, ringStyle } from './styles'

export type MapPoint = components['schemas']['PointOut']
const APART = 34

const inCluster = (feature: Feature): Feature<Point>[] =>
  (feature.get('features') as Feature<Point>[] | undefined) ?? []

export class Points {
  private readonly source = new VectorSource<Feature<Point>>()
  private readonly rings = new VectorSource<Feature<Point>>()
  readonly layer: VectorImageLayer<Cluster<Feature>>
  readonly ringLayer = new VectorLayer({ source: this.rings, zIndex: 4, style: (feature) => feature.get('look') })

  constructor(private readonly row: (id: string) => Incident | undefined) {
    this.layer = new VectorImageLayer({
      source: new Cluster({ source: this.source, distance: APART, minDistance: 12 }),
      imageRatio: 2,
      zIndex: 3,
      style: (feature) => this.look(feature as Feature),
    })
  }

  put(points: MapPoint[]): void {
    this.source.clear(true)
    this.source.addFeatures(
      points.map((point) => {
        const feature = new Feature(new Point(fromLonLat([point.lon, point.lat])))
        feature.setId(point.id)
        feature.set('point', point, true)
        return feature
      }),
    )
  }

  private look(feature: Feature) {
    const members = inCluster(feature)
    const all = members.map((each) => {
      const point = each.get('point') as MapPoint
      return pointPressure(point.due_at, now.value, this.row(point.id))
    })
    return pointStyle(worst(all), members.length)
  }

  /** The incidents of what was hit. */
  static members(feature: Feature): MapPoint[] {
    return inCluster(feature).map((each) => each.get('point') as MapPoint)
  }

  /** Rings around what is selected, hovered or open; stars where called departments have checked in. */
  mark(selected: string[], strong: string[], arrived: { lon: number; lat: number; name: string }[]): void {
    this.rings.clear(true)
    const ring = (id: string, look: unknown): Feature<Point>[] => {
      const at = this.source.getFeatureById(id) as Feature<Point> | null
      if (!at) return []
      const feature = new Feature(at.getGeometry()?.clone())
      feature.set('look', look, true)
      return [feature]
    }
    this.rings.addFeatures([
      ...selected.flatMap((id) => ring(id, ringStyle(false))),
      ...strong.flatMap((id) => ring(id, ringStyle(true))),
      ...arrived.map(({ lon, lat, name }) => {
        const feature = new Feature(new Point(fromLonLat([lon, lat])))
        feature.set('look', arrivedStyle(name), true)
        return feature
      }),
    ])
  }

  at(id: string): number[] | undefined {
    return (this.source.getFeatureById(id) as Feature<Point> | null)?.getGeometry()?.getCoordinates()
  }
}
