/** Periods of the city's own time, which is UTC+8 all the year round: `[from, to)`, from midnight to midnight. */

export const PERIODS = ['month', 'last', '7d', '30d', '90d', 'year', 'custom'] as const
export type PeriodName = (typeof PERIODS)[number]
/** Instants as ISO 8601 with the city's offset; `to` is the first instant that is not in it. */
export interface Period {
  from: string
  to: string
}

const OFFSET = '+08:00'
const SHIFT_MS = 8 * 3_600_000
const DAY_MS = 86_400_000
const DAYS: Partial<Record<PeriodName, number>> = { '7d': 7, '30d': 30, '90d': 90 }
const two = (n: number) => String(n).padStart(2, '0')

/** The city's date at an instant, `2026-11-26`, whatever the zone of this machine. */
export const cityDay = (at: Date): string => new Date(at.getTime() + SHIFT_MS).toISOString().slice(0, 10)
export const midnight = (day: string): string => `${day}T00:00:00${OFFSET}`
export const addDays = (day: string, n: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10)

/** `2026-11` and -1 is `2026-10`. */
export function addMonths(month: string, n: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const months = year * 12 + number - 1 + n
  return `${Math.floor(months / 12)}-${two((months % 12) + 1)}`
}

export const monthPeriod = (month: string): Period => ({
  from: midnight(`${month}-01`),
  to: midnight(`${addMonths(month, 1)}-01`),
})

/**
 * `from` and `to` are the first and the last day of a custom period, both in it; put the wrong way round, they change
 * places.
 */
export function periodOf(name: PeriodName, today: string, from?: string, to?: string): Period {
  const days = DAYS[name]
  if (days) return { from: midnight(addDays(today, 1 - days)), to: midnight(addDays(today, 1)) }
  if (name === 'last') return monthPeriod(addMonths(today.slice(0, 7), -1))
  if (name === 'year')
    return { from: midnight(`${today.slice(0, 4)}-01-01`), to: midnight(`${Number(today.slice(0, 4)) + 1}-01-01`) }
  if (name === 'custom') {
    const [first, last] = [from ?? today, to ?? today].sort() as [string, string]
    return { from: midnight(first), to: midnight(addDays(last, 1)) }
  }
  return monthPeriod(today.slice(0, 7))
}

export const isDay = (text: unknown): text is string =>
  typeof text === 'string' &&
  /^\d{4}-\d{2}-\d{2}$/.test(text) &&
  !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
  addDays(text, 0) === text

/** The first and the last day of a period, for people. */
export const daysOf = (period: Period): [string, string] => [
  period.from.slice(0, 10),
  addDays(period.to.slice(0, 10), -1),
]

/** Whether a day or more of it is still to come: then a comparison with a whole earlier period is of less with more. */
export const unfinished = (period: Period, now: Date): boolean =>
  Date.parse(period.to) - now.getTime() > DAY_MS && Date.parse(period.from) <= now.getTime()

export const lengthInDays = (period: Period): number =>
  Math.round((Date.parse(period.to) - Date.parse(period.from)) / DAY_MS)

/** Buckets that are neither too few nor too many to read. */
export function intervalFor(period: Period): 'day' | 'week' | 'month' {
  const days = lengthInDays(period)
  return days <= 62 ? 'day' : days <= 200 ? 'week' : 'month'
}

/** The months that are over, the latest first. */
export const pastMonths = (today: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => addMonths(today.slice(0, 7), -1 - n))
