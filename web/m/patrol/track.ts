/** Which positions make a track, and how long it is. */
import { metresBetween, type Point } from '../place/metres'
import type { Fix } from '../place/fix'

export interface Step extends Fix {
  /** Of a check-in: what was noted, perhaps nothing. */
  note?: string
}
const STRIDE_M = 8
const STILL_MS = 60_000
const ROUGH_M = 100
const GAP_MS = 5 * 60_000

/** A position is kept when one has moved, or from time to time where one stands; never a rough one. */
export function isStep(next: Fix, last: Step | undefined): boolean {
  if (next.accuracy > ROUGH_M) return false
  if (!last) return true
  return metresBetween(last, next) >= Math.max(STRIDE_M, next.accuracy / 2) || next.at - last.at >= STILL_MS
}

/** Broken where the phone was silent for long: nobody knows the way between. */
export function partsOf(steps: readonly Step[]): Point[][] {
  const parts: Point[][] = []
  steps.forEach((step, index) => {
    const before = steps[index - 1]
    if (!before || step.at - before.at > GAP_MS) parts.push([])
    parts[parts.length - 1]!.push({ lon: step.lon, lat: step.lat })
  })
  return parts
}

export const lengthOf = (steps: readonly Step[]): number =>
  partsOf(steps).reduce(
    (sum, part) =>
      sum + part.reduce((all, point, index) => (index ? all + metresBetween(part[index - 1]!, point) : 0), 0),
    0,
  )

export const pointBody = (step: Step) => ({
  lon: step.lon,
  lat: step.lat,
  accuracy_m: step.accuracy,
  captured_at: new Date(step.at).toISOString(),
  ...(step.note === undefined ? {} : { kind: 'check_in', note: step.note }),
})
