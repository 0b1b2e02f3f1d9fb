/** Drafts at the server: made of files or rows, looked at, applied, taken back. */
import { api, data, ownHeaders } from '@shared/api/client'
import { offline, problemOf } from '@shared/api/problem'
import type { components } from '@shared/api/schema'

type Schemas = components['schemas']
export type Draft = Schemas['DraftOut']
export type DraftRow = Schemas['DraftRow']
export type Preview = Schemas['PreviewOut']
export type Change = Schemas['ChangeOut']
export type BadRow = Schemas['BadRow']
export type Kind = DraftRow['kind']
export type Row = Record<string, string | number | boolean | string[] | null>

/** A file of rows, as the server reads it: one JSON document a line, so that line n is row n. */
export function rowsFile(name: string, rows: readonly Row[]): File {
  return new File([rows.map((row) => JSON.stringify(row)).join('\n')], `${name}.jsonl`, { type: 'application/jsonl' })
}

/** Send a form with files. The typed client has no files; errors are the same. */
export async function sendForm<T>(
  path: string,
  parts: Record<string, string | boolean | File | undefined>,
): Promise<T> {
  const body = new FormData()
  for (const [name, value] of Object.entries(parts)) {
    if (value instanceof File) body.append(name, value, value.name)
    else if (value !== undefined && value !== '') body.append(name, String(value))
  }
  const sent = fetch(path, { method: 'POST', body, credentials: 'same-origin', headers: ownHeaders('POST') })
  const answer = await sent.catch(() => {
    throw offline()
  })
  if (!answer.ok) throw await problemOf(answer)
  return (await answer.json()) as T
}

export const makeDraft = (kind: string, parts: Record<string, string | boolean | File | undefined>): Promise<Draft> =>
  sendForm<Draft>('/api/v1/drafts', { kind, ...parts })

const of = (id: string) => ({ params: { path: { draft: id } } })
export const readDraft = (id: string) => data(api.GET('/api/v1/drafts/{draft}', of(id)))
export const compareDraft = (id: string) => data(api.POST('/api/v1/drafts/{draft}/compare', of(id)))
export const applyDraft = (id: string) => data(api.POST('/api/v1/drafts/{draft}/apply', of(id)))
export const rollBackDraft = (id: string) => data(api.POST('/api/v1/drafts/{draft}/rollback', of(id)))
export const discardDraft = (id: string) => data(api.DELETE('/api/v1/drafts/{draft}', of(id)))

/** The rows of a sheet that is in force. */
export async function sheetRows<T extends Row>(kind: string, query: Record<string, string> = {}): Promise<T[]> {
  const asked = new URLSearchParams({ ...query, format: 'jsonl' })
  const answer = await fetch(`/api/v1/exchange/${kind}?${asked}`, {
    credentials: 'same-origin',
    headers: ownHeaders('GET'),
  }).catch(() => {
    throw offline()
  })
  if (!answer.ok) throw await problemOf(answer)
  const text = await answer.text()
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T)
}
