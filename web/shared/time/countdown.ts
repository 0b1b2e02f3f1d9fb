/** How much time is left, and how pressing that is. */
import type { Clock } from '../api/types'
import type { WorkingCalendar } from './working'

export type Pressure = 'calm' | 'soon' | 'near' | 'over' | 'none' | 'paused'
/** Told by shape and colour and words, never by colour alone. */
export const SHAPES: Record<Pressure, string> = { calm: '●', soon: '◆', near: '▲', over: '■', none: '○', paused: '‖' }
const WORKING = new Set(['work_hour', 'work_day'])
const DAY = 8 * 3600

export interface Left {
  pressure: Pressure
  /** Seconds left; negative: overdue by. Working seconds where the limit counts those. */
  seconds: number
  working: boolean
}

/** The clock that runs: the one that is due next; where none runs, one that stands still. */
export function running(clocks: readonly Clock[]): Clock | undefined {
  const open = clocks.filter((clock) => !clock.stopped_at).sort((a, b) => a.due_at.localeCompare(b.due_at))
  return open.find((clock) => !clock.paused_at) ?? open[0]
}

export function left(clock: Clock | undefined, now: Date, calendar?: WorkingCalendar): Left {
  if (!clock) return { pressure: 'none', seconds: 0, working: false }
  if (clock.paused_at) return { pressure: 'paused', seconds: 0, working: false }
  const due = new Date(clock.due_at)
  const counted = WORKING.has(clock.limit_unit) ? (calendar?.seconds(now, due) ?? null) : null
  const seconds = counted ?? (due.getTime() - now.getTime()) / 1000
  return { pressure: pressureOf(clock, now), seconds, working: counted !== null }
}

/** Overdue; past its warning (80 % of the limit); past half of the way to it; else calm. */
export function pressureOf(clock: Pick<Clock, 'started_at' | 'warn_at' | 'due_at'>, now: Date): Pressure {
  const [start, warn, due] = [clock.started_at, clock.warn_at, clock.due_at].map((at) => Date.parse(at)) as [
    number,
    number,
    number,
  ]
  const at = now.getTime()
  if (at >= due) return 'over'
  if (at >= warn) return 'near'
  return at >= start + (warn - start) * 0.5 ? 'soon' : 'calm'
}

/** `2天 03:04:05` for 2 days of 24 hours, or of 8 hours of work. */
export function spoken(seconds: number, working: boolean, dayWord: (n: number) => string): string {
  const whole = Math.floor(Math.abs(seconds))
  const day = working ? DAY : 86_400
  const days = Math.floor(whole / day)
  const rest = whole % day
  const parts = [Math.floor(rest / 3600), Math.floor((rest % 3600) / 60), rest % 60]
  const time = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return days ? `${dayWord(days)} ${time}` : time
}
