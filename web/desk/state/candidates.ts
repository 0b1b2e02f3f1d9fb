/** Departments that incidents could be sent to, ranked by the rule with its reasons. */
import { api, data } from '@shared/api/client'
import type { components } from '@shared/api/schema'
import type { Incident, Transition } from '@shared/api/types'

export type Candidate = components['schemas']['CandidateOut']
export type Candidates = components['schemas']['CandidatesOut']
const AT_ONCE = 6

/** Without words those of the rule; with words those that hold them, and with empty ones all who cover the place. */
export const candidatesOf = (incident: string, q?: string): Promise<Candidates> =>
  data(api.GET('/api/v1/incidents/{incident}/candidates', { params: { path: { incident }, query: { q } } }))

/** Of many incidents, some at a time. */
export async function candidatesOfMany(incidents: Incident[]): Promise<Map<string, Candidates>> {
  const found = new Map<string, Candidates>()
  const left = [...incidents]
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const got = await candidatesOf(next.id).catch(() => null)
      if (got) found.set(next.id, got)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return found
}

/** The first by the rule: the one that it names, else the nearest; of those that have not given it back. */
export function firstOf(candidates: Candidates, returns: Returns = new Map()): Candidate | undefined {
  const items = candidates.items.filter((each) => !returns.has(each.department))
  return items.find((each) => each.department === candidates.decided) ?? items.find((each) => each.rank !== null)
}

/** Departments that cover any of them, with how many: those that cover the most first. */
export function covering(found: Map<string, Candidates>): { candidate: Candidate; count: number }[] {
  const counted = new Map<string, { candidate: Candidate; count: number }>()
  for (const { items } of found.values()) {
    for (const candidate of items) {
      const known = counted.get(candidate.department)
      counted.set(candidate.department, { candidate, count: (known?.count ?? 0) + 1 })
    }
  }
  return [...counted.values()].sort((a, b) => b.count - a.count)
}

/** Departments that have given an incident back, with their last reason for it. */
export type Returns = ReadonlyMap<string, Transition>

export async function returnsOf(incident: Incident): Promise<Returns> {
  if (!incident.returns) return new Map()
  const steps = await data(
    api.GET('/api/v1/incidents/{incident}/transitions', { params: { path: { incident: incident.id } } }),
  ).catch(() => [])
  const returned = steps.filter((step) => step.action === 'return' && step.department)
  return new Map(returned.map((step) => [step.department ?? '', step]))
}
