/** The list of what may be reported, kept on the phone, and what this person uses. */
import { api, data } from '@shared/api/client'
import type { Subcategory } from '@shared/api/types'
import { latest, kept } from '../offline/kept'

export type Row = Subcategory & { category: string; categoryName: string; categoryNameEn: string }
const USED = 'wangge.m.used'
const DAY = 86_400_000
const HALF_LIFE_DAYS = 14
const FRESH_MS = 6 * 3600_000
let rows: Promise<Row[]> | undefined

const asked = () => data(api.GET('/api/v1/taxonomy', { params: { query: {} } }))
type List = Awaited<ReturnType<typeof asked>>

function flat(list: List): Row[] {
  return list.categories.flatMap((category) =>
    category.subcategories.map((one) => ({
      ...one,
      category: category.code,
      categoryName: category.name,
      categoryNameEn: category.name_en,
    })),
  )
}

async function read(): Promise<Row[]> {
  const before = await kept<List>('taxonomy')
  if (before && Date.now() - before.at < FRESH_MS) return flat(before.value)
  return flat((await latest('taxonomy', asked)).value)
}

export function taxonomy(): Promise<Row[]> {
  rows ??= read().catch((error: unknown) => {
    rows = undefined
    throw error
  })
  return rows
}

export type Used = Record<string, { count: number; at: number }>

export function used(): Used {
  try {
    return JSON.parse(localStorage.getItem(USED) ?? '{}') as Used
  } catch {
    return {}
  }
}

export function noteUse(code: string, now = Date.now()): void {
  const before = used()
  const score = scoreOf(before[code], now) + 1
  localStorage.setItem(USED, JSON.stringify({ ...before, [code]: { count: score, at: now } }))
}

/** How much a use of before still counts: half after two weeks. */
const scoreOf = (use: Used[string] | undefined, now: number): number =>
  use ? use.count * 0.5 ** ((now - use.at) / DAY / HALF_LIFE_DAYS) : 0

/** code -> weight, for the search: what was used lately and often counts most. */
export function usedScores(all: Used, now = Date.now()): Record<string, number> {
  return Object.fromEntries(Object.entries(all).map(([code, use]) => [code, scoreOf(use, now)]))
}
