/** 我的上报: numbers and codes that this phone keeps. They go nowhere else. */
import { reactive, watch } from 'vue'
import type { Kind } from './draft'
import type { Slip } from './number'

export interface Mine extends Slip {
  kind: Kind
  title: string
  at: string
}

const KEPT = 'wangge.mine'
const MOST = 100

export function readMine(text: string | null): Mine[] {
  try {
    const rows = JSON.parse(text ?? '[]') as Mine[]
    return Array.isArray(rows) ? rows.filter((row) => row.number && row.code) : []
  } catch {
    return []
  }
}

export const mine = reactive(readMine(localStorage.getItem(KEPT)))
watch(mine, () => localStorage.setItem(KEPT, JSON.stringify(mine)), { flush: 'sync' })

/** The latest first; a report that was sent again has the newer code. */
export function remember(row: Mine): void {
  remove(row.number)
  mine.unshift(row)
  mine.splice(MOST)
}

export function remove(number: string): void {
  const at = mine.findIndex((row) => row.number === number)
  if (at >= 0) mine.splice(at, 1)
}

export const codeOf = (number: string): string => mine.find((row) => row.number === number)?.code ?? ''
