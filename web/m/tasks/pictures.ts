/** Which pictures show it before, and which after handling. */
import type { Incident, Transition } from '@shared/api/types'

type Files = Incident['attachments']

export function beforeAndAfter(
  incident: Pick<Incident, 'attachments'>,
  steps: readonly Pick<Transition, 'seq' | 'action'>[],
): { before: Files; after: Files } {
  const files = incident.attachments.filter((file) => file.kind === 'image')
  const first = Math.min(...files.map((file) => file.seq ?? 1))
  const handled = steps.filter((step) => ['feed_back', 'settle'].includes(step.action)).map((step) => step.seq)
  const last = handled.length ? Math.max(...handled) : Math.max(...files.map((file) => file.seq ?? 1))
  return {
    before: files.filter((file) => (file.seq ?? 1) === first),
    after: last > first ? files.filter((file) => file.seq === last) : [],
  }
}
