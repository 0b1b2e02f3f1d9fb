/** The steps of a report as its reporter reads them. */
import type { Report } from './publicly'

export interface Shown {
  seq: number
  name: string
  at: string
  reason: string
  latest: boolean
}

/** The state that a step led to says more to a resident than the office's name of the step. */
export function steps(report: Report, english: boolean): Shown[] {
  const last = report.steps.length - 1
  return report.steps.map((step, nth) => {
    const [action, state] = english ? [step.name_en, step.state_en] : [step.name, step.state]
    return { seq: nth, name: action === state ? action : `${action} → ${state}`, at: step.at, reason: step.reason,
      latest: nth === last }
  })
}

/** Taken up again after it had been closed, and still at work. */
export const wasReopened = (report: Report): boolean =>
  report.outcome === null && report.steps.some((step) => step.action === 'reopen')

/** What a score means; the words are those of the buttons. */
export const SCORES = [5, 4, 3, 2, 1] as const
export const dissatisfied = (score: number): boolean => score <= 2
