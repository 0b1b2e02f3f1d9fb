/** Hot spots for a table: their arithmetic, and the list of their incidents as part of an address. */
import type { HotSpot } from '../data/figures'
import type { Query } from './state'

/** What a list may be asked for; anything else in an address is left out. */
const FIELDS = new Set([
  'unit',
  'category',
  'subcategory',
  'department',
  'source',
  'process',
  'reported_from',
  'reported_to',
  'near',
])

export const whereOf = (spot: Pick<HotSpot, 'query'>): string => new URLSearchParams(spot.query).toString()
export const readWhere = (where: string): Query =>
  Object.fromEntries([...new URLSearchParams(where)].filter(([name]) => FIELDS.has(name)))

export const chanceText = (chance: number, less: string): string =>
  chance < 1e-4 ? less : `${(chance * 100).toFixed(chance < 0.01 ? 2 : 1)}%`

export const factorText = (factor: number | null | undefined): string => (factor ? `×${factor.toFixed(1)}` : '—')
