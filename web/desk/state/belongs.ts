/** Does a row still fit what the queue shows? A row that changed stays where it is, and says so if not. */
import type { Incident, Me } from '@shared/api/types'
import type { View } from './view'

export function belongs(incident: Incident, view: View): boolean {
  const open = incident.outcome === null
  if (view.shown === 'open' && !open) return false
  if (view.shown === 'closed' && open) return false
  if (view.overdue && !incident.overdue) return false
  return (['status', 'category', 'subcategory', 'department', 'source', 'process'] as const).every(
    (name) => !view[name] || incident[name] === view[name],
  )
}

/** A department that has given an incident back does not see it any more: nothing of it is asked for again. */
export const staysSeen = (incident: Incident, me: Me | null): boolean =>
  !me?.department || incident.department === me.department || incident.involved.includes(me.department)
