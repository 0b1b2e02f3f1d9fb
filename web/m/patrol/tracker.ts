/** A round that goes on while other views are open, and after the page was closed: its points are on the phone. */
import { reactive, watch } from 'vue'
import { newId } from '@shared/ids'
import { put } from '../offline/queue'
import { pushed } from '../offline/sync'
import { dropDraft, readDraft, saveDraft } from '../offline/drafts'
import { languageTag } from '../report/send'
import type { Fix } from '../place/fix'
import { isStep, pointBody, type Step } from './track'

const KEY = 'patrol'
const BATCH = 25
const EVERY_MS = 60_000

export interface Round {
  id: string
  owner: string
  unit: string
  unitName: string
  startedAt: number
  steps: Step[]
  /** So many of the steps are in the queue, in so many batches. */
  queued: number
  batches: number
  queuedAt: number
}

export const patrol = reactive({
  round: undefined as Round | undefined,
  here: undefined as Fix | undefined,
  denied: false,
  known: false,
})
let watching: number | undefined
let awake: { release(): Promise<void> } | undefined

const send = (round: Round, path: string, title: string, body: Record<string, unknown>) =>
  put({ kind: 'call', owner: round.owner, title, group: round.id, path, body, language: languageTag() })

/** What was begun before the page was closed goes on. */
export async function resume(owner: string): Promise<void> {
  const before = await readDraft<Round>(KEY)
  patrol.known = true
  if (!before || before.owner !== owner || patrol.round) return
  patrol.round = before
  follow()
}

export async function begin(owner: string, unit: string, unitName: string, title: string): Promise<void> {
  const round: Round = {
    id: newId(),
    owner,
    unit,
    unitName,
    startedAt: Date.now(),
    steps: [],
    queued: 0,
    batches: 0,
    queuedAt: Date.now(),
  }
  await send(round, '/api/v1/patrols', title, {
    id: round.id,
    unit,
    started_at: new Date(round.startedAt).toISOString(),
  })
  patrol.round = round
  await saveDraft(KEY, round)
  follow()
  void pushed()
}

function follow(): void {
  if (!navigator.geolocation || watching !== undefined) return
  watching = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) =>
      take({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy, at: timestamp || Date.now() }),
    (error) => {
      patrol.denied = error.code === error.PERMISSION_DENIED
    },
    { enableHighAccuracy: true, maximumAge: 2000 },
  )
  void stayAwake()
}

/** The screen stays on where the browser can do that: in a pocket no page is told where it is. */
async function stayAwake(): Promise<void> {
  const { wakeLock } = navigator as Navigator & { wakeLock?: { request(kind: string): Promise<typeof awake> } }
  awake = await wakeLock?.request('screen').catch(() => undefined)
}

function take(fix: Fix): void {
  patrol.here = fix
  patrol.denied = false
  const round = patrol.round
  if (!round || !isStep(fix, round.steps[round.steps.length - 1])) return
  round.steps.push({ ...fix, at: Math.max(fix.at, round.startedAt) })
  if (round.steps.length - round.queued >= BATCH || Date.now() - round.queuedAt > EVERY_MS) void flush(round)
}

/** At this place something was looked at. */
export async function checkIn(note: string): Promise<boolean> {
  const { round, here } = patrol
  if (!round || !here) return false
  round.steps.push({ ...here, at: Date.now(), note })
  await flush(round)
  return true
}

async function flush(round: Round): Promise<void> {
  const points = round.steps.slice(round.queued)
  if (!points.length) return
  const seq = round.batches++
  round.queued += points.length
  round.queuedAt = Date.now()
  await send(round, `/api/v1/patrols/${round.id}/points`, round.unitName, { seq, points: points.map(pointBody) })
  await saveDraft(KEY, round)
  void pushed()
}

export async function end(title: string): Promise<void> {
  const round = patrol.round
  if (!round) return
  await flush(round)
  await send(round, `/api/v1/patrols/${round.id}/end`, title, { ended_at: new Date().toISOString() })
  await dropDraft(KEY)
  patrol.round = undefined
  if (watching !== undefined) navigator.geolocation.clearWatch(watching)
  watching = undefined
  await awake?.release().catch(() => {})
  void pushed()
}

let saving: ReturnType<typeof setTimeout> | undefined
watch(
  () => patrol.round?.steps.length,
  () => {
    clearTimeout(saving)
    saving = setTimeout(() => {
      if (patrol.round) void saveDraft(KEY, patrol.round)
    }, 500)
  },
)
