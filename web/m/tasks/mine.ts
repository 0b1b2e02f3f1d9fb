/** Why an incident waits for this person, and in which order the tasks are shown. */
import type { Incident, Me } from '@shared/api/types'
import { running } from '@shared/time/countdown'
import { metresBetween, type Point } from '../place/metres'

/** Who holds the clock of a stage, where the process is not known (yet). */
const HOLDERS: Record<string, string> = {
  verify: 'workers',
  check: 'workers',
  sign: 'department',
  handle: 'department',
}
const HELD_BY: Record<string, readonly string[]> = {
  grid_worker: ['workers', 'nearest_workers'],
  community_lead: ['workers', 'nearest_workers', 'leads'],
  handler: ['department'],
  department_head: ['department', 'heads'],
  dispatcher: ['dispatchers'],
  district_centre: ['centre', 'dispatchers'],
}
/** Who may settle small things on the spot, as the process has it for grid workers. */
export const maySettle = (role: string): boolean => (HELD_BY[role] ?? []).includes('workers')
export type Why = 'stage' | 'asked' | 'settle' | 'state'
/** `process/stage` -> who holds it. */
export type Holders = Record<string, string>

export interface Task {
  incident: Incident
  why: Why
  /** Of `stage`: its name; of `asked`: what was asked. */
  what: string
  code: string
}

const isOurs = (party: string | null, me: Me) => party !== null && [me.department, me.role].includes(party)

export function taskOf(
  incident: Incident,
  me: Me,
  holders: Holders,
  settleable: ReadonlySet<string>,
): Task | undefined {
  const asked = incident.requests.find((one) => one.state === 'asked' && isOurs(one.party, me))
  if (asked) return { incident, why: 'asked', what: asked.kind_name, code: asked.kind }
  const mine = HELD_BY[me.role] ?? []
  const held = incident.clocks
    .filter((clock) => !clock.stopped_at && !clock.paused_at)
    .find((clock) => {
      const holder = holders[`${incident.process}/${clock.stage}`] ?? HOLDERS[clock.stage] ?? ''
      return mine.includes(holder) && (holder !== 'department' || isOurs(incident.department, me))
    })
  if (held) return { incident, why: 'stage', what: held.name, code: held.stage }
  const settles = maySettle(me.role) && incident.status === 'filed' && !incident.returns
  return settles && settleable.has(incident.subcategory ?? '')
    ? { incident, why: 'settle', what: '', code: '' }
    : undefined
}

/** The server says that they wait; where the phone does not see why, the state says enough. */
export const tasksOf = (
  incidents: readonly Incident[],
  me: Me,
  holders: Holders,
  settleable: ReadonlySet<string>,
): Task[] =>
  incidents.map(
    (incident) => taskOf(incident, me, holders, settleable) ?? { incident, why: 'state', what: '', code: '' },
  )

const dueOf = ({ incident }: Task): string => running(incident.clocks)?.due_at ?? incident.due_at ?? '9999'

/** By when it is due. */
export const byDue = (tasks: readonly Task[]): Task[] => [...tasks].sort((a, b) => dueOf(a).localeCompare(dueOf(b)))

export function awayOf({ incident }: Pick<Task, 'incident'>, here: Point | undefined): number | undefined {
  if (!here || incident.lon === null || incident.lat === null) return undefined
  return metresBetween(here, { lon: incident.lon, lat: incident.lat })
}

/** The nearest first; what has no point comes last. */
export const byDistance = (tasks: readonly Task[], here: Point | undefined): Task[] =>
  [...tasks].sort(
    (a, b) => (awayOf(a, here) ?? Infinity) - (awayOf(b, here) ?? Infinity) || dueOf(a).localeCompare(dueOf(b)),
  )
