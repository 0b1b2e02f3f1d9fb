/** What colour and pattern a unit of the map has. */
import { DENOMINATORS } from './formulas'
import { isRate } from './format'
import { breaks, classOf, colourOf } from './ramp'

type Row = Record<string, unknown>
export interface Coloured {
  value: number | null
  colour: string | null
  small: boolean
  overdue: boolean
}
export interface Colouring {
  bounds: number[]
  range: [number, number]
  anySmall: boolean
  anyOverdue: boolean
  anyNothing: boolean
  of: (row: Row, dark: boolean) => Coloured
}

const number = (row: Row, name: string): number | null => (typeof row[name] === 'number' ? row[name] : null)

/** A rate of few says little: its unit is hatched, as it is not ranked in the league. */
export function isSmall(row: Row, measure: string, minimum: number): boolean {
  const under = DENOMINATORS[measure]
  if (!under) return false
  const denominator = Object.entries(under).reduce((sum, [name, weight]) => sum + weight * (number(row, name) ?? 0), 0)
  return denominator > 0 && denominator < minimum
}

/** More than half of what is open is past a due time. */
export const isOverdue = (row: Row): boolean => (number(row, 'overdue') ?? 0) * 2 > (number(row, 'open') ?? 0)

export function colouring(rows: readonly Row[], measure: string, minimum: number): Colouring {
  const values = rows.map((row) => valueOf(row, measure)).filter((value): value is number => value !== null)
  const bounds = breaks(values, !isRate(measure))
  return {
    bounds,
    range: values.length ? [Math.min(...values), Math.max(...values)] : [0, 0],
    anySmall: rows.some((row) => isSmall(row, measure, minimum)),
    anyOverdue: rows.some(isOverdue),
    anyNothing: values.length < rows.length,
    of: (row, dark) => {
      const value = valueOf(row, measure)
      return {
        value,
        small: isSmall(row, measure, minimum),
        overdue: isOverdue(row),
        colour: value === null ? null : colourOf(classOf(value, bounds), bounds.length + 1, dark),
      }
    },
  }
}

/** A unit that nothing was reported from has no figure, and no colour. */
const valueOf = (row: Row, measure: string): number | null =>
  !isRate(measure) && !number(row, 'reported') ? null : number(row, measure)

/** The classes from the least to the most, each with its bounds. */
export function legendOf(
  scale: Colouring,
  dark: boolean,
  say: (value: number) => string,
): { label: string; colour: string }[] {
  const classes = scale.bounds.length + 1
  const edges = [scale.range[0], ...scale.bounds, scale.range[1]]
  return Array.from({ length: classes }, (_, n) => ({
    colour: colourOf(n, classes, dark),
    label: classes === 1 ? say(edges[0] as number) : `${say(edges[n] as number)}–${say(edges[n + 1] as number)}`,
  }))
}
