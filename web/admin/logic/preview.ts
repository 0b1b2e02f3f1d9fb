/** The arithmetic of a preview: how many of what, and each field old beside new. */
import type { Change, Preview } from './drafts'

export type Tone = 'good' | 'info' | 'bad'
const TONES: Record<string, Tone> = { added: 'good', changed: 'info', removed: 'bad' }

export interface Count {
  what: string
  change: string
  number: number
  tone: Tone
}

/** The counts in a steady order: added, changed, removed, each by what. */
export function countsOf(counts: Preview['counts']): Count[] {
  return Object.keys(TONES).flatMap((change) =>
    Object.entries(counts)
      .filter(([, by]) => (by[change] ?? 0) > 0)
      .map(([what, by]) => ({ what, change, number: by[change] ?? 0, tone: TONES[change] as Tone })),
  )
}

export interface FieldRow {
  field: string
  old?: unknown
  new?: unknown
}

/** One row for each field that differs; one row without a field for what is added or removed whole. */
export function fieldRows(change: Change): FieldRow[] {
  const { before, after } = change as Change & { before?: Record<string, unknown>; after?: Record<string, unknown> }
  if (!change.fields.length) return [{ field: '' }]
  return change.fields.map((field) => ({ field, old: before?.[field], new: after?.[field] }))
}
