/** A server for the tests of the queue, and what is sent to it. */
import { Problem } from '@shared/api/problem'
import { db } from './db'
import { all, type NewItem } from './queue'
import type { Wire } from './wire'

const ME = { id: 'me', csrf: 'token' }
export const report = (id: string, more: Partial<NewItem> = {}): NewItem => ({
  id,
  kind: 'report',
  owner: 'me',
  title: id,
  group: id,
  path: '/api/v1/incidents',
  body: { id },
  language: 'zh-CN',
  ...more,
})
export const photo = { name: 'photo-1.jpg', blob: new Blob(['x']) }

/** A server that knows ids: what it has it does not store again. */
export class Server {
  stored = new Map<string, unknown>()
  uploads = 0
  calls: string[] = []
  answers: Record<string, (body: unknown) => Response> = {}
  dead = false
  killAfterUpload = false

  wire: Wire = {
    identify: async () => {
      if (this.dead) throw new Problem(0, 'offline', '')
      return ME
    },
    fetch: (async (path: string, options: RequestInit) => {
      if (this.dead) throw new TypeError('Failed to fetch')
      this.calls.push(path)
      if (this.answers[path]) return this.answers[path](options.body)
      if (path === '/api/v1/attachments') {
        if (this.killAfterUpload) this.dead = true
        return Response.json({ id: `file-${++this.uploads}` }, { status: 201 })
      }
      const body = JSON.parse(String(options.body)) as { id: string }
      const known = this.stored.has(body.id)
      this.stored.set(body.id, body)
      return Response.json({ id: body.id, number: `N${body.id}` }, { status: known ? 200 : 201 })
    }) as typeof fetch,
  }
}

export const problem =
  (status: number, code: string, detail = code) =>
  () =>
    Response.json({ status, code, detail, title: code }, { status })
export const states = async () => (await all()).map((item) => item.state)
export const told = async (id: string) => (await all()).find((item) => item.id === id)?.told

/** A phone that has nothing kept. */
export async function emptied(): Promise<void> {
  for (const store of ['items', 'files', 'drafts', 'kept'] as const) await (await db()).clear(store)
}
