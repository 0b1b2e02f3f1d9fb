/** In which of the outlines that the phone keeps a point lies, for when nobody can be asked. */
import type { Point } from './metres'

type Ring = [number, number][]
export interface Outline {
  properties: { code: string; name: string; level: string }
  geometry: { type: string; coordinates: unknown }
}
export interface Outlines {
  features: Outline[]
}

function inRing(ring: Ring, { lon, lat }: Point): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[x1, y1], [x2, y2]] = [ring[i]!, ring[j]!]
    if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside
  }
  return inside
}

const inPolygon = (rings: Ring[], point: Point): boolean =>
  inRing(rings[0] ?? [], point) && !rings.slice(1).some((hole) => inRing(hole, point))

export function cellAt(outlines: Outlines | undefined, point: Point): Outline | undefined {
  return outlines?.features.find(({ geometry }) => {
    const parts = geometry.type === 'Polygon' ? [geometry.coordinates as Ring[]] : (geometry.coordinates as Ring[][])
    return parts.some((rings) => inPolygon(rings, point))
  })
}
