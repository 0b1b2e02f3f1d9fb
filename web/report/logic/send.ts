/** Sending a draft: its files, then itself. Whatever fails on the way, the same again stores nothing twice. */
import { api, data } from '@shared/api/client'
import { Problem } from '@shared/api/problem'
import type { components } from '@shared/api/schema'
import { bodyOf, type Body, type Draft, type DraftFile, type Kind } from './draft'
import { kept } from './files'
import { resident } from './resident'

export type Sent = components['schemas']['PublicReportOut']

export interface Outcome {
  sent: Sent
  /** An earlier sending had arrived after all; what was changed since is not in it. */
  earlier: boolean
}

/** One file, once for each sender. A file that the phone has lost is left out. */
async function upload(file: DraftFile): Promise<void> {
  if (file.attachment && file.sender === resident.session.phone) return
  const content = await kept(file.key)
  if (!content) return
  const form = new FormData()
  form.append('file', content, file.name)
  const stored = await data(
    api.POST('/api/v1/attachments', { body: {} as never, bodySerializer: () => form, headers: resident.headers() }),
  )
  Object.assign(file, { attachment: stored.id, sender: resident.session.phone })
}

const post = (body: Body): Promise<Sent> =>
  data(api.POST('/api/v1/public/incidents', { body, headers: resident.headers() }))

export async function send(kind: Kind, draft: Draft, onFile: (nth: number) => void = () => {}): Promise<Outcome> {
  for (const [nth, file] of draft.files.entries()) {
    onFile(nth + 1)
    await upload(file)
  }
  draft.files = draft.files.filter((file) => file.attachment)
  const earlier = draft.sent
  const body = bodyOf(kind, draft)
  draft.sent = body
  try {
    return { sent: await post(body), earlier: false }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.status === 409 && earlier) return { sent: await post(earlier), earlier: true }
    draft.sent = error.passing ? (earlier ?? body) : null
    throw error
  }
}
