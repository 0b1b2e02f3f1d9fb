/** A month as a paper: the frozen document, or the same shape from figures as they stand now. */
import type { Closure, FigureRow, League, LeagueRow, Stages } from '../data/figures'

export const EARLIER = ['last_month', 'last_year'] as const
export type Earlier = (typeof EARLIER)[number]

export interface Group {
  rows: FigureRow[]
  total: FigureRow
}
export interface Ranking {
  by: string
  rate: string
  rows: LeagueRow[]
  total: LeagueRow
}
export interface Paper {
  unit: string
  unitName: string
  countedAt: string
  minimum: number
  below: string
  closure: Record<string, Group>
  league: Ranking[]
  stages: Stages['total']['stages']
  past: Record<Earlier, Record<string, number | null>>
}
/** The rates that a bulletin ranks the units by. */
export const RANKED = ['closure_rate', 'on_time_rate'] as const

interface Frozen {
  unit: string
  unit_name: string
  counted_at: string
  minimum: number
  closure: Record<string, Group>
  league: Ranking[]
  stages: Record<string, { total: { stages: Stages['total']['stages'] } }>
}

export function frozenPaper(document: Record<string, unknown>, below: string): Paper {
  const d = document as unknown as Frozen
  return {
    unit: d.unit,
    unitName: d.unit_name,
    countedAt: d.counted_at,
    minimum: d.minimum,
    below,
    closure: d.closure,
    league: RANKED.flatMap((rate) => d.league.find((each) => each.by === below && each.rate === rate) ?? []),
    stages: Object.values(d.stages)[0]?.total.stages ?? [],
    past: pastRates(d.league.filter((each) => each.by === below)),
  }
}

/** Of the past a frozen month keeps the rates, in its leagues. */
const pastRates = (league: Ranking[]): Paper['past'] =>
  Object.fromEntries(
    EARLIER.map((when) => [
      when,
      Object.fromEntries(league.map((each) => [each.rate, each.total[when]?.value ?? null])),
    ]),
  ) as Paper['past']

export function livePaper(
  below: string,
  groups: Closure[],
  leagues: League[],
  stages: Stages,
  past: Record<Earlier, Closure>,
): Paper | null {
  const first = groups[0]
  if (!first) return null
  return {
    unit: first.meta.unit,
    unitName: first.meta.unit_name,
    countedAt: first.meta.counted_at,
    minimum: leagues[0]?.minimum ?? 10,
    below,
    closure: Object.fromEntries(groups.map((each) => [each.by, { rows: each.rows, total: each.total }])),
    league: leagues.map((each) => ({ by: each.by, rate: each.rate, rows: each.rows, total: each.total })),
    stages: stages.total.stages,
    past: Object.fromEntries(EARLIER.map((when) => [when, past[when].total.before ?? {}])) as unknown as Paper['past'],
  }
}
