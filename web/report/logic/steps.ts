/** The steps of a report, and what a step still lacks. */
import type { Draft } from './draft'

export const STEPS = ['photo', 'what', 'where', 'phone', 'check'] as const
export type Step = (typeof STEPS)[number]

/** Streets accept reports: a district alone is too wide. */
export const placed = ({ place }: Draft): boolean =>
  place.way === 'point' ? place.lon !== null : place.way === 'pick' && place.units.length >= 2

/** A word for what is missing; empty: nothing. */
export function missing(step: Step, draft: Draft, proven: boolean): string {
  if (step === 'what' && !draft.description.trim() && !draft.topic) return 'what'
  if (step === 'where' && !placed(draft)) return draft.place.way === 'pick' ? 'street' : 'where'
  return step === 'phone' && !proven ? 'phone' : ''
}

export const firstMissing = (draft: Draft, proven: boolean): Step | undefined =>
  STEPS.find((step) => missing(step, draft, proven))
