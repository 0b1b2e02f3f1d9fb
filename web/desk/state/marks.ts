/** The small marks of a row: what has happened to an incident that its state does not say. */
import type { Incident } from '@shared/api/types'

export type MarkCode =
  'urges' | 'returns' | 'reworks' | 'supervisions' | 'whistles' | 'requests' | 'escalations' | 'exempt'
export interface Mark {
  code: MarkCode
  n: number
  bad: boolean
}

const DECIDED = new Set(['extend', 'suspend', 'appeal'])
/** The most pressing first; a row has room for two. */
const SHOWN = 2

export const openRequests = (incident: Incident): Incident['requests'] =>
  incident.requests.filter((request) => request.state === 'asked' || request.state === 'answered')

/** Requests that somebody at a desk decides. */
export const toDecide = (incident: Incident): Incident['requests'] =>
  openRequests(incident).filter((request) => DECIDED.has(request.kind))

export function marksOf(incident: Incident, role: string): Mark[] {
  const decides = role === 'dispatcher' || role === 'district_centre'
  const marks: Mark[] = [
    { code: 'requests', n: decides ? toDecide(incident).length : 0, bad: true },
    { code: 'supervisions', n: incident.supervisions, bad: true },
    { code: 'whistles', n: incident.whistles, bad: true },
    { code: 'reworks', n: incident.reworks, bad: false },
    { code: 'returns', n: incident.returns, bad: false },
    { code: 'escalations', n: incident.escalations, bad: false },
    { code: 'urges', n: incident.urges, bad: false },
    { code: 'exempt', n: incident.exempt ? 1 : 0, bad: false },
  ]
  return marks.filter((mark) => mark.n > 0).slice(0, SHOWN)
}
