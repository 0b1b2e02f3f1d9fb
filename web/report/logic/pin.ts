/** Small moves on the ground, in degrees; and how large a ring of metres is on the map. */
export type Direction = 'north' | 'south' | 'west' | 'east'
const METRES_A_DEGREE = 111_320
const WAYS: Record<Direction, [number, number]> = { north: [0, 1], south: [0, -1], west: [-1, 0], east: [1, 0] }
const stretch = (lat: number) => Math.cos((lat * Math.PI) / 180)

export function nudged(lon: number, lat: number, way: Direction, metres: number): [number, number] {
  const [east, north] = WAYS[way]
  const step = metres / METRES_A_DEGREE
  return [lon + (east * step) / stretch(lat), lat + north * step]
}

/** Web Mercator is larger than the ground by the latitude. */
export const ringRadius = (lat: number, metres: number): number => metres / stretch(lat)
