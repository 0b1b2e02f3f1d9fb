/** A file on its way to the server. */
import { ownHeaders } from '@shared/api/client'
import { offline, problemOf } from '@shared/api/problem'

export async function upload(file: File): Promise<string> {
  const body = new FormData()
  body.append('file', file)
  const answer = await fetch('/api/v1/attachments', {
    method: 'POST',
    body,
    credentials: 'same-origin',
    headers: ownHeaders('POST'),
  }).catch(() => {
    throw offline()
  })
  if (!answer.ok) throw await problemOf(answer)
  return ((await answer.json()) as { id: string }).id
}
