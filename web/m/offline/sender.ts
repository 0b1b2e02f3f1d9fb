/** Sends what waits: files first, then the thing itself; whatever happens, it goes on where it stopped. */
import { Problem } from '@shared/api/problem'
import type { Transition } from '@shared/api/types'
import type { Item, QueuedFile } from './db'
import { all, backoff, change, filesOf, finish, nextOf, noteAttachment, recover, verdictOf } from './queue'
import { ask, type Identity, type Wire } from './wire'

export type Ended = 'done' | 'offline' | 'signIn'
interface Answer {
  id?: string
  number?: string
  status?: string
  version?: number
}
const TRIES_WITH_NEW_VERSION = 3

/** Send everything whose time has come. Only whoever holds the lock may call it. */
export async function sendAll(wire: Wire, clock: () => number = Date.now): Promise<Ended> {
  await recover()
  if (!(await all()).some((item) => item.state === 'waiting')) return 'done'
  let me: Identity
  try {
    me = await wire.identify()
  } catch (error) {
    return verdictOf(told(error)) === 'signIn' ? 'signIn' : 'offline'
  }
  for (let item = nextOf(await all(), me.id, clock()); item; item = nextOf(await all(), me.id, clock())) {
    const ended = await sendOne(wire, me, item, clock)
    if (ended !== 'done') return ended
  }
  return 'done'
}

async function sendOne(wire: Wire, me: Identity, item: Item, clock: () => number): Promise<Ended> {
  await change(item.id, (one) => {
    one.state = 'sending'
  })
  try {
    const answer = await deliver(wire, me, item)
    await finish(item.id, { id: answer?.id, number: answer?.number, status: answer?.status })
    return 'done'
  } catch (error) {
    return putBack(item, told(error), clock())
  }
}

async function putBack(item: Item, problem: Problem, now: number): Promise<Ended> {
  const verdict = verdictOf(problem)
  const { code, status, sentence } = problem
  await change(item.id, (one) => {
    one.state = verdict === 'refused' ? 'refused' : 'waiting'
    one.tries += 1
    one.nextAt = verdict === 'signIn' ? 0 : now + backoff(one.tries)
    one.told = { code, status, sentence }
  })
  return verdict === 'stop' ? 'offline' : verdict === 'signIn' ? 'signIn' : 'done'
}

async function deliver(wire: Wire, me: Identity, item: Item): Promise<Answer> {
  const files = await filesOf(item.id)
  try {
    return await post(wire, me, item, await uploaded(wire, me, item, files))
  } catch (error) {
    if (told(error).code !== 'unknown_attachment') throw error
    // a file that the server does not know any more is sent once again
    for (const file of files) await noteAttachment(file, undefined)
    return post(wire, me, item, await uploaded(wire, me, item, await filesOf(item.id)))
  }
}

/** Every file once: what the server called it is kept before the next step. */
async function uploaded(wire: Wire, me: Identity, item: Item, files: readonly QueuedFile[]): Promise<string[]> {
  const ids: string[] = []
  for (const file of files) {
    const id = file.attachment ?? (await upload(wire, me, item, file))
    if (!file.attachment) await noteAttachment(file, id)
    ids.push(id)
  }
  return ids
}

async function upload(wire: Wire, me: Identity, item: Item, file: QueuedFile): Promise<string> {
  const form = new FormData()
  form.append('file', file.blob, file.name)
  const made = await ask<{ id: string }>(wire.fetch, '/api/v1/attachments', {
    method: 'POST',
    headers: headersOf(me, item),
    body: form,
  })
  return made.id
}

async function post(wire: Wire, me: Identity, item: Item, attachments: string[]): Promise<Answer> {
  if (item.incident?.version === 0) await seeFirst(wire, me, item)
  for (let turn = 1; ; turn++) {
    const body = { ...item.body, ...(attachments.length ? { attachments } : {}) }
    try {
      return await ask<Answer>(wire.fetch, item.path, {
        method: item.method,
        headers: { ...headersOf(me, item), 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
    } catch (error) {
      const stale = told(error).code === 'stale_version' && item.incident !== undefined
      if (!stale || turn >= TRIES_WITH_NEW_VERSION) throw error
      const done = await reconcile(wire, me, item, attachments)
      if (done) return done
    }
  }
}

/** It acts on what was reported just before it: the incident is seen now for the first time, and that is kept. */
async function seeFirst(wire: Wire, me: Identity, item: Item): Promise<void> {
  const {
    number = '',
    status = '',
    version = 0,
  } = await ask<Answer>(wire.fetch, `/api/v1/incidents/${item.incident!.id}`, { headers: headersOf(me, item) })
  Object.assign(item, { incident: { ...item.incident!, number, status, version }, body: { ...item.body, version } })
  await change(item.id, (one) => Object.assign(one, { incident: item.incident, body: item.body }))
}

/**
 * Somebody was faster. Was it ourselves, and the answer got lost? Then it is done. Did it stay in the state that was
 * seen (an urge, a comment)? Then it is sent with the version of now. Else the person must look.
 */
async function reconcile(wire: Wire, me: Identity, item: Item, attachments: string[]): Promise<Answer | undefined> {
  const seen = item.incident!
  const headers = headersOf(me, item)
  const now = await ask<Answer & { status_name: string }>(wire.fetch, `/api/v1/incidents/${seen.id}`, { headers })
  const steps = await ask<Transition[]>(wire.fetch, `/api/v1/incidents/${seen.id}/transitions`, { headers })
  const since = steps.filter((step) => step.seq > seen.version)
  if (since.some((step) => isOurs(step, item, me, attachments))) return now
  if (since.some((step) => step.from !== step.to)) {
    throw new Problem(409, 'moved_on', now.status_name, [], { last: since[since.length - 1]?.action_name })
  }
  item.body = { ...item.body, version: now.version }
  await change(item.id, (one) => {
    one.body = item.body
  })
  return undefined
}

export function isOurs(step: Transition, item: Item, me: Identity, attachments: readonly string[]): boolean {
  if (step.action !== item.action || step.actor?.id !== me.id) return false
  const brought = (step.fields.attachments ?? []) as string[]
  return attachments.length ? attachments.some((id) => brought.includes(id)) : step.reason === (item.body.reason ?? '')
}

const headersOf = (me: Identity, item: Item): Record<string, string> => ({
  'X-CSRF-Token': me.csrf,
  'Accept-Language': item.language,
})

const told = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem(500, 'unexpected', String(error))
