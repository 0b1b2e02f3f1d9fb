/** What is looked for on the board: as the address has it, and as the server is asked. */
import { api, data } from '@shared/api/client'
import type { components } from '@shared/api/schema'
import type { Inquiry, Month } from './publicly'

export type Answered = 'yes' | 'no' | 'all'
export interface Wanted {
  q: string
  unit: string
  department: string
  kind: string
  answered: Answered
}

const one = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '')

export function wantedOf(query: Record<string, unknown>): Wanted {
  const answered = one(query.answered)
  return {
    q: one(query.q),
    unit: one(query.unit),
    department: one(query.department),
    kind: one(query.kind),
    answered: answered === 'yes' || answered === 'no' ? answered : 'all',
  }
}

export const boardPage = (wanted: Wanted, cursor?: string): Promise<components['schemas']['InquiryPage']> =>
  data(
    api.GET('/api/v1/public/inquiries', {
      params: {
        query: {
          q: wanted.q || undefined,
          unit: wanted.unit || undefined,
          department: wanted.department || undefined,
          kind: wanted.kind || undefined,
          answered: wanted.answered,
          limit: 10,
          cursor,
        },
      },
    }),
  )

export const inquiry = (number: string): Promise<Inquiry> =>
  data(api.GET('/api/v1/public/inquiries/{number}', { params: { path: { number } } }))

export const monthOf = (month: string, unit: string): Promise<Month> =>
  data(api.GET('/api/v1/public/inquiries/bulletin', { params: { query: { month, unit: unit || undefined } } }))

/** The last twelve months, this one first: 2026-11, 2026-10, … */
export function months(now: Date): string[] {
  return Array.from({ length: 12 }, (_, back) => {
    const first = new Date(now.getFullYear(), now.getMonth() - back, 1)
    return `${first.getFullYear()}-${String(first.getMonth() + 1).padStart(2, '0')}`
  })
}

export const percent = (rate: number | null): string => (rate === null ? '–' : `${(rate * 100).toFixed(1)}%`)
