/** My tasks, and everything that is needed to work on them without a network. */
import { shallowReactive } from 'vue'
import { api, data } from '@shared/api/client'
import { Problem } from '@shared/api/problem'
import type { Incident, Me, Possible, Transition } from '@shared/api/types'
import { WorkingCalendar } from '@shared/time/working'
import { keep, kept, latest, settled, type Read } from '../offline/kept'
import { around } from '../report/around'
import { taxonomy } from '../report/taxonomy'
import { knowProcesses, knowSubcategories, type Process } from '../names'
import { tasksOf, type Holders, type Task } from './mine'

const MOST_PAGES = 5
const AHEAD = 30

export const work = shallowReactive({
  tasks: [] as Task[],
  mine: [] as Incident[],
  at: 0,
  old: false,
  loading: false,
  problem: '',
  calendar: undefined as WorkingCalendar | undefined,
})

/** What waits for me, by what the processes say. */
async function waitingIncidents(): Promise<Incident[]> {
  const found: Incident[] = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await data(
      api.GET('/api/v1/incidents', {
        params: { query: { waiting_for: 'me', sort: 'due_at', limit: 200, ...(cursor ? { cursor } : {}) } },
      }),
    )
    found.push(...answer.items)
    if (!answer.next_cursor) break
    cursor = answer.next_cursor
  }
  return found
}

const myReports = async (): Promise<Incident[]> =>
  (await data(api.GET('/api/v1/incidents', { params: { query: { mine: true, limit: 30 } } }))).items

/** Who holds which clock, by the processes of the city. */
async function holders(codes: readonly string[]): Promise<Holders> {
  const found: Holders = {}
  const read: Process[] = []
  for (const code of codes) {
    const process = await settled(`process/${code}`, () =>
      data(api.GET('/api/v1/processes/{code}', { params: { path: { code } } })),
    ).catch(() => undefined)
    if (process) read.push(process)
    for (const clock of process?.clocks ?? []) found[`${code}/${clock.code}`] = clock.holder?.code ?? ''
  }
  knowProcesses(read)
  return found
}

async function settleable(): Promise<Set<string>> {
  const rows = await taxonomy().catch(() => [])
  knowSubcategories(rows)
  return new Set(rows.filter((row) => row.settle).map((row) => row.code))
}

async function calendar(): Promise<void> {
  const read = await settled('calendar', () => data(api.GET('/api/v1/calendar', { params: { query: {} } }))).catch(
    () => undefined,
  )
  if (read)
    work.calendar = new WorkingCalendar(read.days.map((day) => ({ ...day, spans: day.spans as [string, string][] })))
}

/**
 * What waits for me, from the server or as it was when there was a network; then, on a slow one, all that explains it.
 */
export async function loadWork(me: Me): Promise<void> {
  work.loading = true
  try {
    const [open] = await Promise.all([latest('open', waitingIncidents), calendar()])
    if (!work.at)
      Object.assign(work, { tasks: tasksOf(open.value, me, {}, new Set()), at: open.at, old: open.old, problem: '' })
    const mine = await latest('mine', myReports)
    const codes = [...new Set([...open.value, ...mine.value].map((incident) => incident.process))]
    const [known, settles] = await Promise.all([holders(codes), settleable()])
    Object.assign(work, {
      tasks: tasksOf(open.value, me, known, settles),
      mine: mine.value,
      at: open.at,
      old: open.old,
      problem: '',
    })
    if (!open.old) void Promise.all([fetchAhead(), around(me)]).catch(() => undefined)
  } catch (error) {
    work.problem = error instanceof Problem ? error.code : 'error'
  } finally {
    work.loading = false
  }
}

/** What may be done with each task, so that it can be opened in a cellar. */
async function fetchAhead(): Promise<void> {
  for (const { incident } of work.tasks.slice(0, AHEAD)) {
    const before = await kept<Opened>(`incident/${incident.id}`)
    if (before?.value.incident.version === incident.version) continue
    const offers = await offersOf(incident.id).catch(() => undefined)
    if (!offers) return
    await keep(`incident/${incident.id}`, { incident, offers, steps: before?.value.steps ?? [] } satisfies Opened)
  }
}

export interface Opened {
  incident: Incident
  offers: Possible[]
  steps: Transition[]
}

const offersOf = (incident: string) =>
  data(api.GET('/api/v1/incidents/{incident}/actions', { params: { path: { incident } } }))

export async function openIncident(incident: string): Promise<Read<Opened>> {
  const path = { params: { path: { incident } } }
  return latest(`incident/${incident}`, async () => {
    const [one, offers, steps] = await Promise.all([
      data(api.GET('/api/v1/incidents/{incident}', path)),
      offersOf(incident),
      data(api.GET('/api/v1/incidents/{incident}/transitions', path)),
    ])
    return { incident: one, offers, steps }
  })
}
