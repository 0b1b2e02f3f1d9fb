/** Distances and small steps on the ground. */
export interface Point {
  lon: number
  lat: number
}

const DEGREE = 111_195
const radians = (degrees: number) => (degrees * Math.PI) / 180

export function metresBetween(a: Point, b: Point): number {
  const [x, y] = [radians(b.lat - a.lat), radians(b.lon - a.lon)]
  const half = Math.sin(x / 2) ** 2 + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(y / 2) ** 2
  return 2 * 6_371_008.8 * Math.asin(Math.min(1, Math.sqrt(half)))
}

/** `86 m`, `1.2 km`. */
export function distanceWords(metres: number): string {
  return metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(1)} km`
}

const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
}

/** Where a key of the keyboard takes a point, by so many metres; the same point for other keys. */
export function nudged(point: Point, key: string, metres: number): Point {
  const step = STEPS[key]
  if (!step) return point
  return {
    lon: point.lon + (step[0] * metres) / (DEGREE * Math.cos(radians(point.lat))),
    lat: point.lat + (step[1] * metres) / DEGREE,
  }
}
