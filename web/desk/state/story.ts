/** What belongs to the incident whose view is open: its steps, who was told, what may be done, what is like it. */
import { reactive } from 'vue'
import { api, data } from '@shared/api/client'
import type { components } from '@shared/api/schema'
import type { Incident, Possible, Transition } from '@shared/api/types'
import type { Notice } from './timeline'

export type Duplicate = components['schemas']['DuplicateOut']
const MERGEABLE = new Set(['reported', 'filed', 'dispatched'])

export const story = reactive({
  id: '',
  steps: [] as Transition[],
  offered: [] as Possible[],
  duplicates: [] as Duplicate[],
  notices: [] as Notice[],
  loading: false,
})

export async function loadStory(incident: Incident): Promise<void> {
  if (story.id !== incident.id)
    Object.assign(story, { id: incident.id, steps: [], offered: [], duplicates: [], notices: [] })
  story.loading = true
  const params = { params: { path: { incident: incident.id } } }
  const nothing = { items: [] as Duplicate[] }
  const [steps, offered, duplicates, notices] = await Promise.all([
    data(api.GET('/api/v1/incidents/{incident}/transitions', params)),
    data(api.GET('/api/v1/incidents/{incident}/actions', params)),
    MERGEABLE.has(incident.status)
      ? data(api.GET('/api/v1/incidents/{incident}/duplicates', params)).catch(() => nothing)
      : nothing,
    data(api.GET('/api/v1/incidents/{incident}/notices', params)).catch(() => []),
  ])
  if (story.id !== incident.id) return
  Object.assign(story, { steps, offered, duplicates: duplicates.items, notices, loading: false })
}
