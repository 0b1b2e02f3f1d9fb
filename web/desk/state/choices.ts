/** Units and departments to choose from, by what is typed. */
import { api, data } from '@shared/api/client'
import { useSession } from '@shared/session'

export interface Choice {
  code: string
  name: string
}

/** As the server names them (its intake). */
export const SOURCES = ['patrol', 'resident', 'hotline', 'leader', 'media', 'department', 'sensor'] as const
const MOST = 30
/** A street's cases go to departments of the street and of its district. */
const DISTRICT = 6

export async function findUnits(q: string): Promise<Choice[]> {
  const { me } = useSession()
  const query = q ? { q, limit: MOST } : { parent: me.value?.unit, limit: MOST }
  const { items } = await data(api.GET('/api/v1/grids', { params: { query } }))
  return items.map((unit) => ({ code: unit.code, name: unit.path_name || unit.name }))
}

export async function findDepartments(q: string): Promise<Choice[]> {
  const { me } = useSession()
  const own = me.value?.department ? [{ code: me.value.department, name: me.value.department_name ?? '' }] : []
  const unit = me.value && !me.value.department ? me.value.unit.slice(0, DISTRICT) : undefined
  const query = { q: q || undefined, unit: q ? undefined : unit, limit: MOST }
  const { items } = await data(api.GET('/api/v1/departments', { params: { query } }))
  return [...own, ...items.filter((each) => each.code !== own[0]?.code)]
}
