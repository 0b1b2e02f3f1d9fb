/** A year of the working calendar as months of weeks. */
import { api, data } from '@shared/api/client'

export interface Day {
  date: string
  work: boolean
  name: string
  name_en: string
}
export interface Year {
  year: number
  published: boolean
  days: Day[]
}
export type Kind = 'work' | 'rest' | 'holiday' | 'make_up'

/** This year and the next. */
export function years(today = new Date()): number[] {
  return [today.getFullYear(), today.getFullYear() + 1]
}

export async function yearOf(year: number): Promise<Year> {
  const told = await data(
    api.GET('/api/v1/calendar', { params: { query: { from: `${year}-01-01`, to: `${year}-12-31` } } }),
  )
  return { year, published: !told.unpublished.includes(year), days: told.days }
}

/** Monday is 1, Sunday 7. */
export const weekday = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay() || 7

/** What kind of day: rest and work by the week, a holiday, a working day that makes up for one. */
export function kindOf(day: Day): Kind {
  const weekend = weekday(day.date) > 5
  if (day.work) return weekend ? 'make_up' : 'work'
  return weekend && !day.name ? 'rest' : 'holiday'
}

export const dateOf = (year: number, month: number, day: number): string =>
  `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`

/** A month as weeks from Monday to Sunday; empty where the week belongs to another month. */
export function weeksOf(year: number, month: number): (string | null)[][] {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const before = weekday(dateOf(year, month, 1)) - 1
  const cells: (string | null)[] = [
    ...Array<null>(before).fill(null),
    ...Array.from({ length }, (_, at) => dateOf(year, month, at + 1)),
  ]
  while (cells.length % 7) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}

export interface Tally {
  work: number
  holiday: number
  make_up: number
}

export function tallyOf(days: readonly Day[]): Tally {
  const kinds = days.map(kindOf)
  const count = (kind: Kind) => kinds.filter((each) => each === kind).length
  return { work: count('work') + count('make_up'), holiday: count('holiday'), make_up: count('make_up') }
}

/** What somebody wants a day to be; `default` takes away what was loaded for it. */
export interface DayEdit {
  kind: 'work' | 'holiday' | 'default'
  name: string
}

/** The edits as rows of the calendar's sheet, in the order of the days. */
export function dayEdits(edits: Record<string, DayEdit>): {
  rows: { date: string; kind: string; name: string }[]
  removed: string[]
} {
  const dates = Object.keys(edits).sort()
  const rows = dates.flatMap((date) => {
    const edit = edits[date]
    return edit && edit.kind !== 'default' ? [{ date, kind: edit.kind, name: edit.name }] : []
  })
  return { rows, removed: dates.filter((date) => edits[date]?.kind === 'default') }
}

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }
const DAY_MS = 86_400_000

/** The date that a key leads to; none for a key that moves nothing. */
export function moved(date: string, key: string): string | undefined {
  const step = STEPS[key]
  return step === undefined
    ? undefined
    : new Date(Date.parse(`${date}T00:00:00Z`) + step * DAY_MS).toISOString().slice(0, 10)
}
