/**
 * One incident's story: its steps, what was asked and answered, who was told, and what the clocks did, in one order.
 */
import type { components } from '@shared/api/schema'
import type { Clock, Incident, Transition } from '@shared/api/types'

type Request = Incident['requests'][number]
export type Notice = components['schemas']['ToldOut']

export type Entry =
  | { kind: 'step'; at: string; key: string; step: Transition }
  | { kind: 'answer'; at: string; key: string; request: Request }
  | { kind: 'late'; at: string; key: string; request: Request }
  | { kind: 'clock'; at: string; key: string; clock: Clock; told: 'on_time' | 'overdue' | 'due' | 'over' }
  | {
      kind: 'notice'
      at: string
      key: string
      text: string
      text_en: string
      to: (string | null)[]
      read: number
      urgent: boolean
    }

/** Where several happen at one instant: the step, what followed from it, who was told. */
const ORDER: Record<Entry['kind'], number> = { step: 0, answer: 1, clock: 2, late: 3, notice: 4 }
/** Steps that tell of an answer themselves. */
const ANSWERS = new Set(['check_in', 'assist', 'reply'])

export function timeline(
  steps: Transition[],
  requests: Request[],
  clocks: Clock[],
  notices: Notice[],
  now: Date,
): Entry[] {
  const entries = [
    ...steps.map(stepEntry),
    ...requests.flatMap((request) => requestEntries(request, steps, now)),
    ...clocks.flatMap((clock) => clockEntries(clock, now)),
    ...noticeEntries(notices),
  ]
  return entries.sort((a, b) => second(a) - second(b) || ORDER[a.kind] - ORDER[b.kind] || seqOf(a) - seqOf(b))
}

/** Clocks count whole seconds, steps do not. */
const second = (entry: Entry): number => Math.floor(Date.parse(entry.at) / 1000)
const seqOf = (entry: Entry): number => (entry.kind === 'step' ? entry.step.seq : 0)
const stepEntry = (step: Transition): Entry => ({ kind: 'step', at: step.at, key: `s${step.seq}`, step })

function requestEntries(request: Request, steps: Transition[], now: Date): Entry[] {
  const key = `${request.request}-${request.party}`
  const entries: Entry[] = []
  const told =
    request.answered_at &&
    steps.some((step) => ANSWERS.has(step.action) && Date.parse(step.at) === Date.parse(request.answered_at ?? ''))
  if (request.answered_at && !told) entries.push({ kind: 'answer', at: request.answered_at, key: `a${key}`, request })
  if (isLate(request, now)) entries.push({ kind: 'late', at: request.due_at as string, key: `l${key}`, request })
  return entries
}

/** Due before it was answered, or before now. */
export function isLate(request: Request, now: Date): boolean {
  if (!request.due_at) return false
  const end = request.answered_at ?? request.decided_at
  return Date.parse(request.due_at) < (end ? Date.parse(end) : now.getTime())
}

function clockEntries(clock: Clock, now: Date): Entry[] {
  const key = `c${clock.stage}${clock.started_at}`
  if (clock.stopped_at) {
    return clock.verdict ? [{ kind: 'clock', at: clock.stopped_at, key, clock, told: clock.verdict }] : []
  }
  if (clock.paused_at) return []
  const over = Date.parse(clock.due_at) <= now.getTime()
  return [{ kind: 'clock', at: clock.due_at, key, clock, told: over ? 'over' : 'due' }]
}

/** The same words to several at one time are one entry. */
function noticeEntries(notices: Notice[]): Entry[] {
  const joined = new Map<string, Extract<Entry, { kind: 'notice' }>>()
  for (const notice of notices) {
    const key = `n${notice.seq}|${notice.event}|${notice.text}`
    const entry = joined.get(key) ?? {
      kind: 'notice',
      at: notice.at,
      key,
      text: notice.text,
      text_en: notice.text_en,
      to: [],
      read: 0,
      urgent: notice.urgent,
    }
    if (!entry.to.includes(notice.name)) entry.to.push(notice.name)
    entry.read += notice.read
    joined.set(key, entry)
  }
  return [...joined.values()]
}
