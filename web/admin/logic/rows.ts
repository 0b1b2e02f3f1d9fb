/** Rows that are changed one at a time: into a draft, and into force at once where nobody is concerned. */
import { api, data } from '@shared/api/client'
import { Problem } from '@shared/api/problem'
import { applyDraft, type Draft, type Row } from './drafts'
import { placed } from './wrong'

export interface RowsBody {
  kind: 'departments' | 'accounts' | 'calendar' | 'taxonomy' | 'standards'
  rows: Row[]
  removed?: string[]
}
export interface Outcome {
  draft: Draft
  /** In force now; else it waits for somebody who has seen what it concerns. */
  applied: boolean
}

export const draftOfRows = (body: RowsBody): Promise<Draft> =>
  data(api.POST('/api/v1/drafts/rows', { body: body as never }))

/** Apply at once, unless open incidents are concerned or there is a warning to read. */
export async function changeRows(body: RowsBody): Promise<Outcome> {
  const draft = await draftOfRows(body)
  const { preview } = draft
  const harmless = !!preview?.changed && !preview.affects.open_incidents && !preview.warnings.length
  if (!harmless) return { draft, applied: false }
  return { draft: await applyDraft(draft.id), applied: true }
}

/** What is wrong with which field of the one row that was sent; '' for what is no field's. */
export function wrongFields(error: unknown, body: RowsBody): Record<string, string> {
  if (!(error instanceof Problem)) return { '': String(error) }
  const told = error.errors.map((each) => placed(each, body)).map((each) => [each.field, each.message] as const)
  return told.length ? Object.fromEntries(told) : { '': error.sentence }
}
