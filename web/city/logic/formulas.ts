/** What a rate is made of: counts above and below the line, as the server's own formula names them. */
import type { components } from '@shared/api/schema'

export type Formula = components['schemas']['FormulaOut']
export type Counts = Record<string, number | null | undefined>

export const KPIS = [
  'reported',
  'filed',
  'closed',
  'open',
  'overdue',
  'closure_rate',
  'on_time_rate',
  'accurate_dispatch_rate',
  'rework_rate',
  'satisfied_rate',
] as const
export type Kpi = (typeof KPIS)[number]
/** Less is better. */
export const DOWN = new Set(['overdue', 'return_rate', 'rework_rate', 'extension_rate', 'suspension_rate', 'late'])
/** The rates of a league, the ones that a city is measured by first. */
export const LEAGUE_RATES = [
  'closure_rate',
  'on_time_rate',
  'accurate_dispatch_rate',
  'rework_rate',
  'satisfied_rate',
  'handling_on_time_rate',
  'filing_on_time_rate',
  'sign_on_time_rate',
  'check_on_time_rate',
  'return_rate',
  'extension_rate',
  'suspension_rate',
  'response_rate',
  'solved_rate',
  'rating_rate',
] as const
/** What the map can be coloured by. */
export const MEASURES = [
  'closure_rate',
  'on_time_rate',
  'accurate_dispatch_rate',
  'rework_rate',
  'satisfied_rate',
  'reported',
  'open',
  'overdue',
] as const

export const weighted = (weights: Record<string, number>, counts: Counts): number =>
  Math.round(Object.entries(weights).reduce((sum, [name, weight]) => sum + weight * (counts[name] ?? 0), 0) * 10) / 10

export interface Made {
  numerator: number
  denominator: number
  value: number | null
}

/** The sum behind a rate; null for a count, which is made of nothing else. */
export function madeOf(formula: Formula | undefined, counts: Counts): Made | null {
  if (!formula?.part || !formula.whole) return null
  const numerator = weighted(formula.part, counts)
  const denominator = weighted(formula.whole, counts)
  return { numerator, denominator, value: denominator ? numerator / denominator : null }
}

export interface Behind {
  /** A count; of `lacking` the rate itself. */
  count: string
  weight: number
  side: 'part' | 'whole' | 'lacking'
}

/** The counts whose incidents stand behind a figure: itself, or what is above and below the line of a rate. */
export function behind(name: string, formula: Formula | undefined): Behind[] {
  if (!formula?.part || !formula.whole) return [{ count: name, weight: 1, side: 'part' }]
  const sides = [
    ['part', formula.part],
    ['whole', formula.whole],
  ] as const
  const counts = sides.flatMap(([side, weights]) =>
    Object.entries(weights).map(([count, weight]) => ({ count, weight, side })),
  )
  return DOWN.has(name) ? counts : [{ count: name, weight: 1, side: 'lacking' }, ...counts]
}

/** How many are in the whole of a rate and not in its part, each once: what keeps it from a hundred percent. */
export function lacking(formula: Formula | undefined, counts: Counts): number {
  const above = Object.keys(formula?.part ?? {}).reduce((sum, name) => sum + (counts[name] ?? 0), 0)
  return weighted(formula?.whole ?? {}, counts) - above
}

/**
 * Below the line of the rates that a map shows: whether a unit has enough of it. The server's formulas say the same.
 */
export const DENOMINATORS: Record<string, Record<string, number>> = {
  closure_rate: { reported: 1, voided: -1, merged: -1 },
  on_time_rate: { due: 1 },
  accurate_dispatch_rate: { dispatched: 1 },
  rework_rate: { handled: 1 },
  satisfied_rate: { visits_valid: 1 },
}
