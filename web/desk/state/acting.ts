/** Taking actions: held for a while where they can be undone, sent at once where not; one result for each. */
import { reactive, shallowReactive } from 'vue'
import { ownHeaders } from '@shared/api/client'
import { offline, Problem, problemOf } from '@shared/api/problem'
import type { Incident, Possible, Transition } from '@shared/api/types'
import { api, data } from '@shared/api/client'
import { useSession } from '@shared/session'
import { Holder, type Held, type HeldBatch } from './held'
import { queue } from './queue'

export interface Result {
  id: string
  number: string
  /** As it was seen when the action was taken; what came since, live changes may have brought already. */
  version: number
  ok: boolean
  problem?: Problem
  /** Who was faster, where somebody was. */
  since?: Transition[]
  body: Record<string, unknown>
  /** The answer brought the new state. */
  fresh?: boolean
}

export interface Outcome {
  key: number
  action: string
  name: string
  results: Result[]
}

/** What came back and has not been looked at: failures always, the success of many. */
export const outcomes = shallowReactive<Outcome[]>([])
let outcomeCount = 0
const heard = new Set<(id: string) => void>()
/** Be told of incidents that we changed ourselves. */
export const onActed = (act: (id: string) => void): void => void heard.add(act)

const { me } = useSession()
const pageId = Math.random().toString(36).slice(2)
export const holder = new Holder(send, localStorage, pageId)
export const sending = reactive({ count: 0 })

/** What asks for a reason can't be undone, and goes at once. */
export const canUndo = (possible: Possible): boolean => !possible.fields.includes('reason')

export function act(
  possible: Pick<Possible, 'action' | 'fields'> & { name: string },
  batches: HeldBatch[],
): Promise<Outcome | null> {
  if (canUndo(possible as Possible)) {
    holder.hold(me.value?.id ?? '', possible.action, possible.name, batches)
    return Promise.resolve(null)
  }
  return run(possible.action, possible.name, batches)
}

async function send(held: Held, leaving: boolean): Promise<void> {
  const outcome = await run(held.action, held.name, held.batches, { leaving, adopted: held.adopted })
  const passing = outcome.results.find(lostOnTheWay)?.problem
  if (passing && outcome.results.every((result) => !result.ok)) throw passing
}

/** It may get through later as it is: no network, a fault of the server, or a session that has ended. */
const SIGNED_OUT = 401
const lostOnTheWay = ({ problem }: Result): boolean => !!problem && (problem.passing || problem.status === SIGNED_OUT)

interface Way {
  leaving?: boolean
  adopted?: boolean
}

export async function run(action: string, name: string, batches: HeldBatch[], way: Way = {}): Promise<Outcome> {
  sending.count++
  try {
    const results = (await Promise.all(batches.map((batch) => sendBatch(action, batch, way)))).flat()
    const outcome = { key: ++outcomeCount, action, name, results: await explained(action, results, way) }
    const lost = outcome.results.every(lostOnTheWay)
    if (!lost && (outcome.results.length > 1 || outcome.results.some((result) => !result.ok))) outcomes.push(outcome)
    for (const { id } of results.filter((result) => !result.fresh)) heard.forEach((tell) => tell(id))
    return outcome
  } finally {
    sending.count--
  }
}

async function sendBatch(action: string, batch: HeldBatch, way: Way): Promise<Result[]> {
  const [only] = batch.items
  if (batch.items.length === 1 && only) return [await sendOne(action, only, batch.body, way)]
  const body = {
    ...batch.body,
    ids: batch.items.map((item) => item.id),
    versions: Object.fromEntries(batch.items.map((item) => [item.id, item.version])),
  }
  try {
    const answer = await post(`/api/v1/incidents/actions/${action}`, body, way)
    const many = (await answer.json()) as { results: { id: string; ok: boolean; error?: Record<string, unknown> }[] }
    return many.results.map((each, at) => ({
      id: each.id,
      number: batch.items[at]?.number ?? '',
      version: batch.items[at]?.version ?? 0,
      ok: each.ok,
      problem: each.error ? problemFrom(each.error) : undefined,
      body: batch.body,
    }))
  } catch (error) {
    return batch.items.map((item) => ({ ...item, ok: false, problem: error as Problem, body: batch.body }))
  }
}

async function sendOne(
  action: string,
  item: { id: string; number: string; version: number },
  body: Record<string, unknown>,
  way: Way,
): Promise<Result> {
  try {
    const answer = await post(`/api/v1/incidents/${item.id}/actions/${action}`, { ...body, version: item.version }, way)
    queue.keepNewest((await answer.json()) as Incident)
    return { ...item, ok: true, body, fresh: true }
  } catch (error) {
    return { ...item, ok: false, problem: error as Problem, body }
  }
}

/** Not through the typed client: it must outlive the page. */
async function post(url: string, body: unknown, way: Way): Promise<Response> {
  const init: RequestInit = {
    method: 'POST',
    credentials: 'same-origin',
    keepalive: way.leaving === true,
    headers: { 'Content-Type': 'application/json', ...ownHeaders('POST') },
    body: JSON.stringify(body),
  }
  const answer = await fetch(url, init).catch(() => {
    throw offline()
  })
  if (answer.ok) return answer
  const problem = await problemOf(answer)
  if (answer.status === SIGNED_OUT) useSession().expired.value = true
  throw problem
}

const problemFrom = (told: Record<string, unknown>): Problem =>
  new Problem(Number(told.status), String(told.code), String(told.detail ?? told.title), (told.errors as never) ?? [])

/** Read anew what failed, and say who was faster. What an earlier page had sent in its last moment did not fail. */
async function explained(action: string, results: Result[], way: Way): Promise<Result[]> {
  return Promise.all(
    results.map(async (result) => {
      if (result.ok || !result.problem || lostOnTheWay(result)) return result
      const since = await stepsSince(result.id, result.version)
      await queue.refresh(result.id).catch(() => undefined)
      const mine = way.adopted && since.some((step) => step.action === action && step.actor?.id === me.value?.id)
      return mine ? { ...result, ok: true, problem: undefined } : { ...result, since }
    }),
  )
}

async function stepsSince(id: string, version: number): Promise<Transition[]> {
  try {
    const steps = await data(
      api.GET('/api/v1/incidents/{incident}/transitions', { params: { path: { incident: id } } }),
    )
    return steps.filter((step) => step.seq > version).slice(-3)
  } catch {
    return []
  }
}

export const dismiss = (outcome: Outcome): void => {
  const at = outcomes.findIndex((each) => each.key === outcome.key)
  if (at >= 0) outcomes.splice(at, 1)
}

/** The failed of an outcome, once more, as they are now. */
export async function retry(outcome: Outcome): Promise<void> {
  dismiss(outcome)
  const failed = outcome.results.filter((result) => !result.ok)
  const batches = await Promise.all(
    failed.map(async (result) => {
      const incident = await queue.refresh(result.id)
      return { items: [itemOf(incident)], body: result.body }
    }),
  )
  await run(outcome.action, outcome.name, together(batches))
}

/** Incidents that are given the same go in one request. */
export function together(batches: HeldBatch[]): HeldBatch[] {
  const joined = new Map<string, HeldBatch>()
  for (const { items, body } of batches) {
    const key = JSON.stringify(body)
    const known = joined.get(key)
    if (known) known.items.push(...items)
    else joined.set(key, { items: [...items], body })
  }
  return [...joined.values()]
}

export const itemOf = (incident: Incident) => ({ id: incident.id, number: incident.number, version: incident.version })
