/** What the desk shows, as the address says it: filters, order, selection, map. Read from the query, written to it. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'

export const SORTS = ['due_at', '-due_at', '-reported_at', 'reported_at', '-closed_at'] as const
export type Sort = (typeof SORTS)[number]
/** Names in the address = names of the HTTP interface. */
export const TEXT_FILTERS = [
  'status',
  'category',
  'subcategory',
  'unit',
  'department',
  'source',
  'process',
  'q',
] as const
export type TextFilter = (typeof TEXT_FILTERS)[number]
export const OUTLINES = ['', 'none', 'district', 'street', 'community', 'cell'] as const
export type Outlines = (typeof OUTLINES)[number]
export type Shown = 'open' | 'closed' | 'all'

export interface MapPlace {
  lon: number
  lat: number
  zoom: number
}

export interface View {
  status: string
  category: string
  subcategory: string
  unit: string
  department: string
  source: string
  process: string
  q: string
  shown: Shown
  overdue: boolean
  waiting: boolean
  sort: Sort
  /** Numbers of the selected incidents, in the order of selection. */
  selected: string[]
  map: MapPlace | null
  /** Level of the outlines; empty: by the zoom. */
  outlines: Outlines
  /** Only what the map shows. */
  onMap: boolean
  bbox: string
}

export const plainView = (): View => ({
  status: '',
  category: '',
  subcategory: '',
  unit: '',
  department: '',
  source: '',
  process: '',
  q: '',
  shown: 'open',
  overdue: false,
  waiting: false,
  sort: 'due_at',
  selected: [],
  map: null,
  outlines: '',
  onMap: false,
  bbox: '',
})

const first = (value: LocationQuery[string] | undefined): string =>
  String((Array.isArray(value) ? value[0] : value) ?? '')
const flag = (value: LocationQuery[string] | undefined): boolean => first(value) === '1'

export function readView(query: LocationQuery): View {
  const view = plainView()
  for (const name of TEXT_FILTERS) view[name] = first(query[name])
  const shown = first(query.shown)
  if (shown === 'closed' || shown === 'all') view.shown = shown
  const sort = first(query.sort) as Sort
  if (SORTS.includes(sort)) view.sort = sort
  view.overdue = flag(query.overdue)
  view.waiting = flag(query.waiting)
  view.selected = first(query.sel).split('.').filter(Boolean)
  const outlines = first(query.outlines) as Outlines
  if (OUTLINES.includes(outlines)) view.outlines = outlines
  view.map = readPlace(first(query.map))
  view.bbox = readBox(first(query.bbox))
  view.onMap = view.bbox !== ''
  return view
}

export function writeView(view: View): LocationQueryRaw {
  const query: LocationQueryRaw = {}
  for (const name of TEXT_FILTERS) if (view[name]) query[name] = view[name]
  if (view.shown !== 'open') query.shown = view.shown
  if (view.sort !== 'due_at') query.sort = view.sort
  if (view.overdue) query.overdue = '1'
  if (view.waiting) query.waiting = '1'
  if (view.selected.length) query.sel = view.selected.join('.')
  if (view.map) query.map = [view.map.lon.toFixed(5), view.map.lat.toFixed(5), view.map.zoom.toFixed(2)].join(',')
  if (view.outlines) query.outlines = view.outlines
  if (view.onMap && view.bbox) query.bbox = view.bbox
  return query
}

function numbers(text: string, count: number): number[] | null {
  const parts = text.split(',').map(Number)
  return text && parts.length === count && parts.every(Number.isFinite) ? parts : null
}

function readPlace(text: string): MapPlace | null {
  const [lon, lat, zoom] = numbers(text, 3) ?? []
  return lon === undefined || lat === undefined || zoom === undefined ? null : { lon, lat, zoom }
}

const readBox = (text: string): string => (numbers(text, 4) ? text : '')

/** What a saved view keeps: all but the selection, and the box with the map it belongs to. */
export function savedQuery(view: View): string {
  const params = new URLSearchParams(writeView({ ...view, selected: [] }) as Record<string, string>)
  return params.toString()
}

/** The filters as the HTTP interface takes them; `open` and `overdue` only where they narrow. */
export interface Filters {
  status?: string
  category?: string
  subcategory?: string
  unit?: string
  department?: string
  source?: string
  process?: string
  q?: string
  open?: boolean
  overdue?: boolean
  waiting_for?: 'me'
  bbox?: string
}

export function filtersOf(view: View): Filters {
  const filters: Filters = {}
  for (const name of TEXT_FILTERS) if (view[name].trim()) filters[name] = view[name].trim()
  if (view.shown !== 'all') filters.open = view.shown === 'open'
  if (view.overdue) filters.overdue = true
  if (view.waiting) filters.waiting_for = 'me'
  if (view.onMap && view.bbox) filters.bbox = view.bbox
  return filters
}

/** How many filters narrow the queue beside its being open. */
export const filterCount = (view: View): number =>
  TEXT_FILTERS.filter((name) => view[name]).length +
  Number(view.overdue) +
  Number(view.waiting) +
  Number(view.onMap) +
  Number(view.shown !== 'open')
