/** The steps of a report as its reporter reads them. */
import type { Report } from './publicly'

export interface Shown {
  seq: number
  name: string
  by: string
  at: string
  reason: string
  latest: boolean
}

/** The state that a step led to says more to a resident than the office's name of the step, which stands beside it
 * where it says something else. */
export function steps(report: Report, english: boolean): Shown[] {
  const last = report.steps.length - 1
  return report.steps.map((step, nth) => {
    const [by, name] = english ? [step.name_en, step.state_en] : [step.name, step.state]
    const same = name.toLowerCase().includes(by.toLowerCase().slice(0, english ? 4 : 2))
    return { seq: nth, name, by: same ? '' : by, at: step.at, reason: step.reason, latest: nth === last }
  })
}

/** The five stations of the way, by the states of the processes that residents begin. */
const STATIONS: Record<string, string[]> = {
  grid_event: ['reported', 'filed dispatched', 'handling suspended', 'handled', 'closed'],
  public_inquiry: ['submitted', 'approved', 'answering', 'answered', 'closed'],
}

/** At which station it is, from 0; -1 where the way has left them (void, merged) or is a city's own. */
export const stationOf = (report: Pick<Report, 'process' | 'status'>): number =>
  (STATIONS[report.process] ?? []).findIndex((states) => states.split(' ').includes(report.status))

/** States that we have a plain sentence for. */
export const EXPLAINED = new Set([
  'reported',
  'filed',
  'dispatched',
  'handling',
  'suspended',
  'handled',
  'closed',
  'void',
  'merged',
  'submitted',
  'approved',
  'answering',
  'answered',
  'rejected',
])

/** Taken up again after it had been closed, and still at work. */
export const wasReopened = (report: Report): boolean =>
  report.outcome === null && report.steps.some((step) => step.action === 'reopen')

/** What a score means; the words are those of the buttons. */
export const SCORES = [5, 4, 3, 2, 1] as const
export const dissatisfied = (score: number): boolean => score <= 2
