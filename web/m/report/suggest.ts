/** What the words may mean: the server ranks it; without a network the names that stand in the words. */
import { api, data } from '@shared/api/client'
import { readyToWrite } from '../identity'
import type { Row } from './taxonomy'

export interface Suggested {
  code: string
  why: string
}
export const MOST_SUGGESTED = 3

/** Names of a subcategory that the text holds; the longer the name, the surer. */
export function fromNames(rows: readonly Row[], text: string, limit = MOST_SUGGESTED): Suggested[] {
  const found = rows.map((row) => {
    const names = [row.name, ...row.synonyms, ...row.local_names].filter(
      (name) => name.length > 1 && text.includes(name),
    )
    return { code: row.code, why: names.sort((a, b) => b.length - a.length)[0] ?? '' }
  })
  return found
    .filter((one) => one.why)
    .sort((a, b) => b.why.length - a.why.length || a.code.localeCompare(b.code))
    .slice(0, limit)
}

export async function suggest(rows: readonly Row[], text: string): Promise<Suggested[]> {
  try {
    await readyToWrite()
    const { suggestions } = await data(
      api.POST('/api/v1/taxonomy/suggestions', { body: { text, limit: MOST_SUGGESTED, list: 'grid' } }),
    )
    return suggestions.map((one) => ({ code: one.subcategory, why: one.reasons[0] ?? '' }))
  } catch {
    return fromNames(rows, text)
  }
}
