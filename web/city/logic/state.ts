/** What the page shows, as its address says it; and back. */
import { isDay, intervalFor, periodOf, PERIODS, type Period, type PeriodName } from './period'

export const LEVELS = ['city', 'district', 'street', 'community', 'cell'] as const
export type Level = (typeof LEVELS)[number]
export const WIDTHS: Record<Level, number> = { city: 2, district: 6, street: 9, community: 12, cell: 15 }
export const INTERVALS = ['day', 'week', 'month'] as const
export type Interval = (typeof INTERVALS)[number]
export const FILTERS = ['process', 'category', 'subcategory', 'department', 'source'] as const
export type Filter = (typeof FILTERS)[number]
export type Query = Record<string, string>
type Asked = Record<string, unknown>

export interface CityState {
  period: PeriodName
  from?: string
  to?: string
  unit?: string
  level?: Level
  rate: string
  measure: string
  interval?: Interval
  filters: Partial<Record<Filter, string>>
}

const RATE = /^[a-z_]{1,40}$/
const CODE = /^[\w.-]{1,40}$/
const oneOf = <T extends string>(allowed: readonly T[], value: unknown): T | undefined =>
  allowed.find((each) => each === value)
const like = (form: RegExp, value: unknown): string | undefined =>
  typeof value === 'string' && form.test(value) ? value : undefined

/** An address that somebody has mistyped shows the default, never an error. */
export function readState(query: Asked): CityState {
  const filters: CityState['filters'] = {}
  for (const name of FILTERS) {
    const value = like(CODE, query[name])
    if (value) filters[name] = value
  }
  return {
    period: oneOf(PERIODS, query.period) ?? 'month',
    from: isDay(query.from) ? query.from : undefined,
    to: isDay(query.to) ? query.to : undefined,
    unit: like(/^\d{2,15}$/, query.unit),
    level: oneOf(LEVELS, query.level),
    interval: oneOf(INTERVALS, query.interval),
    rate: like(RATE, query.rate) ?? 'closure_rate',
    measure: like(RATE, query.measure) ?? 'closure_rate',
    filters,
  }
}

export const periodIn = (state: CityState, today: string): Period => periodOf(state.period, today, state.from, state.to)
export const intervalIn = (state: CityState, period: Period): Interval => state.interval ?? intervalFor(period)

/** What every call of the figures is asked for. */
export function figureQuery(state: CityState, period: Period): Query {
  return { ...(state.unit ? { unit: state.unit } : {}), ...state.filters, from: period.from, to: period.to } as Query
}

export const levelOf = (code: string): Level => LEVELS.find((level) => WIDTHS[level] === code.length) ?? 'cell'
export const below = (level: Level): Level => LEVELS[Math.min(LEVELS.indexOf(level) + 1, LEVELS.length - 1)] as Level
/** The levels that a unit can be divided into; two steps down is as fine as a map of it can be read. */
export const levelsBelow = (level: Level): Level[] =>
  level === 'cell' ? ['cell'] : LEVELS.slice(LEVELS.indexOf(level) + 1, LEVELS.indexOf(level) + 3)
export const levelIn = (state: CityState, unit: string): Level => {
  const able = levelsBelow(levelOf(unit))
  return able.find((level) => level === state.level) ?? able[0] ?? 'cell'
}
/** The codes from the top of what the caller sees down to the unit. */
export const pathOf = (unit: string, top: string): string[] =>
  LEVELS.map((level) => unit.slice(0, WIDTHS[level])).filter(
    (code, n, all) => code.length >= top.length && all.indexOf(code) === n && code.length === WIDTHS[levelOf(code)],
  )

/** A query with changes; what is empty is left out, so that an address says only what is not the default. */
export function changed(query: Asked, changes: Record<string, string | undefined | null>): Query {
  const all = { ...query, ...changes }
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => typeof value === 'string' && value !== ''),
  ) as Query
}
/** What belongs to the sheet at the side of the page. */
export const SHEET = ['show', 'count', 'by', 'key', 'list', 'since', 'until', 'where', 'incident', 'for'] as const
export const closed = (query: Asked): Query => changed(query, Object.fromEntries(SHEET.map((name) => [name, null])))
