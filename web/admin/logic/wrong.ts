/** Which row and field of those that were sent an error of the server means. */
import type { FieldError } from '@shared/api/problem'

interface Sent {
  rows: Record<string, unknown>[]
  standards?: { rows: Record<string, unknown>[] }
}
export interface Placed {
  place: string
  field: string
  message: string
}
const KEYS = ['code', 'phone', 'date'] as const

/** `standards.rows.0.limit_value` -> the key of that row, and `limit_value`. */
export function placed(error: FieldError, sent: Sent): Placed {
  const parts = error.field.split('.')
  const of = parts[0] === 'standards' ? sent.standards?.rows : sent.rows
  const at = parts.indexOf('rows')
  const row = at < 0 ? undefined : of?.[Number(parts[at + 1])]
  const field = parts.at(-1) ?? ''
  if (!row)
    return {
      place: at < 0 ? '' : String(parts[at + 1] ?? ''),
      field: at < 0 ? error.field : field,
      message: error.message,
    }
  const key = KEYS.map((name) => row[name]).find(Boolean)
  return { place: [key, row.area].filter(Boolean).join(' '), field, message: error.message }
}
