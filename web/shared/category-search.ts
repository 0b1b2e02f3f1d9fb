/** Subcategories by name, pinyin initials or another word for them; what one used lately and often comes first. */
import type { Subcategory } from './api/types'

export interface Found {
  subcategory: Subcategory & { category: string }
  score: number
}

type Row = Subcategory & { category: string; pinyin?: string[] }

function scoreOf(row: Row, word: string): number {
  const names = [row.name, row.name_en.toLowerCase()]
  if (row.code === word || names.includes(word)) return 100
  if (names.some((name) => name.startsWith(word))) return 80
  if ((row.pinyin ?? []).some((pinyin) => pinyin === word)) return 75
  if (names.some((name) => name.includes(word))) return 70
  if ([...row.synonyms, ...row.local_names].some((name) => name.includes(word))) return 60
  if ((row.pinyin ?? []).some((pinyin) => pinyin.startsWith(word))) return 50
  if (row.code.startsWith(word)) return 40
  return word.length > 1 && (row.pinyin ?? []).some((pinyin) => pinyin.includes(word)) ? 30 : 0
}

/** Best first. `used`: how often each code was used, the latest counting most. Every word must be found. */
export function searchCategories(
  rows: readonly Row[],
  text: string,
  used: Record<string, number> = {},
  limit = 30,
): Found[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const found = rows.map((subcategory) => {
    const scores = words.map((word) => scoreOf(subcategory, word))
    const matched = scores.every((score) => score > 0)
    return {
      subcategory,
      matched,
      score: scores.reduce((a, b) => a + b, 0) + Math.min(20, used[subcategory.code] ?? 0),
    }
  })
  return found
    .filter((row) => row.matched && (words.length > 0 || row.score > 0))
    .sort((a, b) => b.score - a.score || a.subcategory.code.localeCompare(b.subcategory.code))
    .slice(0, limit)
}
