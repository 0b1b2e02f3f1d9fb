/** How pressing a point is, of what the map knows of it: when it is due. The queue's own rows know their clocks. */
import type { Incident } from '@shared/api/types'
import { pressureOf, running, type Pressure } from '@shared/time/countdown'

const HOUR = 3_600_000
const NEAR_H = 2
const SOON_H = 24
export const WORST: Pressure[] = ['over', 'near', 'soon', 'calm', 'paused', 'none']

export function pointPressure(dueAt: string | null, now: Date, row?: Incident): Pressure {
  const clock = row && running(row.clocks)
  if (clock) return clock.paused_at ? 'paused' : pressureOf(clock, now)
  if (!dueAt) return 'none'
  const left = Date.parse(dueAt) - now.getTime()
  return left <= 0 ? 'over' : left < NEAR_H * HOUR ? 'near' : left < SOON_H * HOUR ? 'soon' : 'calm'
}

/** The most pressing of several. */
export const worst = (all: Pressure[]): Pressure => WORST.find((each) => all.includes(each)) ?? 'none'
