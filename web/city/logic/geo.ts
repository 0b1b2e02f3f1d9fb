/** Outlines as paths of a picture: few hundred of them need no map library, and SVG prints and scales to any wall. */

export type Ring = [number, number][]
export interface Outline {
  id: string
  properties: Record<string, unknown>
  geometry: { type: string; coordinates: unknown }
}
export interface Shape {
  id: string
  name: string
  path: string
  /** Where a name can stand, and how wide it may be. */
  x: number
  y: number
  width: number
  height: number
}
export interface Drawing {
  width: number
  height: number
  shapes: Shape[]
}

const SIZE = 1000

export const ringsOf = (outline: Outline): Ring[] => {
  const { type, coordinates } = outline.geometry
  if (type === 'Polygon') return coordinates as Ring[]
  return type === 'MultiPolygon' ? (coordinates as Ring[][]).flat() : []
}

/** Degrees to the picture: east and north at the same scale at the latitude of the middle. */
export function draw(outlines: readonly Outline[]): Drawing {
  const points = outlines.flatMap((outline) => ringsOf(outline).flat())
  if (!points.length) return { width: SIZE, height: SIZE, shapes: [] }
  const [west, east] = extent(points.map((point) => point[0]))
  const [south, north] = extent(points.map((point) => point[1]))
  const narrow = Math.cos(((south + north) / 2) * (Math.PI / 180))
  const scale = SIZE / Math.max((east - west) * narrow, north - south, 1e-9)
  const place = ([lon, lat]: [number, number]): [number, number] => [
    Math.round((lon - west) * narrow * scale * 10) / 10,
    Math.round((north - lat) * scale * 10) / 10,
  ]
  return {
    width: Math.max(1, (east - west) * narrow * scale),
    height: Math.max(1, (north - south) * scale),
    shapes: outlines.map((outline) =>
      shape(
        outline,
        ringsOf(outline).map((ring) => ring.map(place)),
      ),
    ),
  }
}

function shape(outline: Outline, rings: Ring[]): Shape {
  const largest = rings.reduce(
    (best, ring) => (Math.abs(area(ring)) > Math.abs(area(best)) ? ring : best),
    rings[0] ?? [],
  )
  const [left, right] = extent(largest.map((point) => point[0]))
  const [top, bottom] = extent(largest.map((point) => point[1]))
  const [x, y] = inside(largest)
  return {
    id: outline.id,
    name: String(outline.properties.name ?? outline.id),
    path: rings.map(pathOf).join(''),
    x,
    y,
    width: right - left,
    height: bottom - top,
  }
}

/** Points that fall on the one before are left out. */
function pathOf(ring: Ring): string {
  const kept = ring.filter((point, n) => n === 0 || point[0] !== ring[n - 1]?.[0] || point[1] !== ring[n - 1]?.[1])
  return kept.length < 3 ? '' : `M${kept.map((point) => point.join(' ')).join('L')}Z`
}

const extent = (values: number[]): [number, number] =>
  values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  )

const STEPS = 14
const MOST_POINTS = 90

/** A point well inside: of a fine net of points, the one that is furthest from the outline. */
function inside(ring: Ring): [number, number] {
  const outline = ring.filter((_, n) => n % Math.ceil(ring.length / MOST_POINTS) === 0)
  const [left, right] = extent(ring.map((point) => point[0]))
  const [top, bottom] = extent(ring.map((point) => point[1]))
  let best: [number, number] = ring[0] ?? [0, 0]
  let furthest = -1
  for (let n = 0; n < STEPS * STEPS; n++) {
    const x = left + (((n % STEPS) + 0.5) / STEPS) * (right - left)
    const y = top + ((Math.floor(n / STEPS) + 0.5) / STEPS) * (bottom - top)
    const distance = contains(outline, x, y)
      ? Math.min(...outline.map(([a, b]) => (a - x) ** 2 + (b - y) ** 2 * 2))
      : -1
    if (distance > furthest) [furthest, best] = [distance, [x, y]]
  }
  return best
}

function contains(ring: Ring, x: number, y: number): boolean {
  return ring.reduce((within, [ax, ay], n) => {
    const [bx, by] = ring[(n + 1) % ring.length] as [number, number]
    return ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax ? !within : within
  }, false)
}

function area(ring: Ring): number {
  return ring.reduce((sum, [x, y], n) => {
    const [nextX, nextY] = ring[(n + 1) % ring.length] as [number, number]
    return sum + (x * nextY - nextX * y) / 2
  }, 0)
}
