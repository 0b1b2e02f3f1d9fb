/** Was the same reported here already? */
import { reactive, watch } from 'vue'
import { api, data } from '@shared/api/client'
import type { components } from '@shared/api/schema'
import type { ReportForm } from './body'

export type Near = components['schemas']['NearbyOut']
const PAUSE = 300

export function useNearby(form: ReportForm) {
  const near = reactive({ items: [] as Near[], metres: 50, answered: false })
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn = 0
  watch(() => [form.subcategory, form.point?.lon.toFixed(5), form.point?.lat.toFixed(5)] as const, ([subcategory]) => {
    clearTimeout(timer)
    const mine = ++turn
    near.items = []
    near.answered = false
    if (!subcategory || !form.point) return
    timer = setTimeout(async () => {
      const { lon, lat } = form.point!
      const found = await data(api.GET('/api/v1/incidents/nearby', { params: { query: { subcategory, lon, lat } } })).catch(() => undefined)
      if (found && mine === turn) Object.assign(near, { items: found.items, metres: found.metres })
    }, PAUSE)
  }, { immediate: true })
  return near
}
