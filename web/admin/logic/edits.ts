/** Edits of a list that are collected until they are previewed: kept over views, reloads and a lost session. */
import { reactive, watch } from 'vue'

export type Cell = string | number | boolean | string[] | null
export type Cells = Record<string, Cell>

/** What is to be others in one sheet: by key, the cells that change; new rows; keys that go. */
export interface SheetEdits {
  rows: Record<string, Cells>
  added: string[]
  removed: string[]
}
export interface ListEdits {
  categories: SheetEdits
  standards: SheetEdits
}
const KEPT = 'wangge.admin.edits'
const empty = (): SheetEdits => ({ rows: {}, added: [], removed: [] })

function kept(): Record<string, ListEdits> {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') as Record<string, ListEdits>
  } catch {
    return {}
  }
}
const all = reactive(kept())
watch(all, () => sessionStorage.setItem(KEPT, JSON.stringify(all)), { flush: 'sync' })

export function editsOf(list: string): ListEdits {
  all[list] ??= { categories: empty(), standards: empty() }
  return all[list]
}
export function forget(list: string): void {
  all[list] = { categories: empty(), standards: empty() }
}

const plain = (value: Cell | undefined): string =>
  Array.isArray(value) ? value.join('|') : value === null || value === undefined ? '' : String(value)
export const same = (one: Cell | undefined, other: Cell | undefined): boolean => plain(one) === plain(other)

/** Put a cell to a new value; back to what it was, and it is no edit any more. */
export function edit(sheet: SheetEdits, key: string, column: string, value: Cell, before: Cell | undefined): void {
  sheet.rows[key] ??= {}
  const row = sheet.rows[key] // read again: what was just put in is watched only through the sheet
  if (same(value, before) && !sheet.added.includes(key)) delete row[column]
  else row[column] = value
  if (!Object.keys(row).length && !sheet.added.includes(key)) delete sheet.rows[key]
}

export function add(sheet: SheetEdits, key: string, cells: Cells): void {
  sheet.removed = sheet.removed.filter((gone) => gone !== key)
  sheet.added.push(key)
  sheet.rows[key] = cells
}

/** Take a row away; one that was only just added is forgotten. */
export function remove(sheet: SheetEdits, key: string): void {
  delete sheet.rows[key]
  if (sheet.added.includes(key)) sheet.added = sheet.added.filter((each) => each !== key)
  else if (!sheet.removed.includes(key)) sheet.removed.push(key)
}

export function undo(sheet: SheetEdits, key: string, column?: string): void {
  sheet.removed = sheet.removed.filter((gone) => gone !== key)
  if (column && sheet.rows[key] && !sheet.added.includes(key)) delete sheet.rows[key][column]
  else delete sheet.rows[key]
  if (sheet.rows[key] && !Object.keys(sheet.rows[key]).length) delete sheet.rows[key]
  if (!column) sheet.added = sheet.added.filter((each) => each !== key)
}

export interface Difference {
  sheet: 'categories' | 'standards'
  key: string
  change: 'added' | 'changed' | 'removed'
  field: string
  old: Cell | undefined
  new: Cell | undefined
}

/** Every difference, old beside new, in the order of the keys. */
export function differences(
  edits: ListEdits,
  before: (sheet: Difference['sheet'], key: string) => Cells | undefined,
): Difference[] {
  return (['categories', 'standards'] as const).flatMap((sheet) => {
    const { rows, added, removed } = edits[sheet]
    const changed = Object.entries(rows).flatMap(([key, cells]): Difference[] => {
      if (added.includes(key)) return [{ sheet, key, change: 'added', field: '', old: undefined, new: undefined }]
      const old = before(sheet, key) ?? {}
      return Object.entries(cells).map(([field, value]) => ({
        sheet,
        key,
        change: 'changed',
        field,
        old: old[field],
        new: value,
      }))
    })
    const gone = removed.map((key): Difference => ({
      sheet,
      key,
      change: 'removed',
      field: '',
      old: undefined,
      new: undefined,
    }))
    return [...changed, ...gone].sort((a, b) => a.key.localeCompare(b.key))
  })
}

const AREA = 1
/** The edits as the server takes them. */
export function bodyOf(list: string, edits: ListEdits) {
  const rows = Object.entries(edits.categories.rows).map(([code, cells]) => ({ ...cells, code }))
  const standards = Object.entries(edits.standards.rows).map(([key, cells]) => {
    const parts = key.split(' ')
    return { ...cells, code: parts[0] ?? '', area: parts[AREA] ?? '*' }
  })
  const standardsOnly = !rows.length && !edits.categories.removed.length
  return standardsOnly
    ? { kind: 'standards' as const, list, rows: standards, removed: edits.standards.removed }
    : {
        kind: 'taxonomy' as const,
        list,
        rows,
        removed: edits.categories.removed,
        standards: { rows: standards, removed: edits.standards.removed },
      }
}
