/** Was the same reported here already? */
import { reactive, watch } from 'vue'
import { api, data } from '@shared/api/client'
import type { Me } from '@shared/api/types'
import type { Point } from '../place/metres'
import { around, sameAmong, type Near } from './around'
import type { ReportForm } from './body'

const PAUSE = 300

/** The server knows what everybody reported; without a network, what was open in my unit when there was one. */
async function same(
  subcategory: string,
  { lon, lat }: Point,
  me: Me | null,
): Promise<{ items: Near[]; metres: number } | undefined> {
  try {
    return await data(api.GET('/api/v1/incidents/nearby', { params: { query: { subcategory, lon, lat } } }))
  } catch {
    const kept = me ? await around(me).catch(() => undefined) : undefined
    return kept && { items: sameAmong(kept, subcategory, { lon, lat }, Date.now()), metres: kept.metres }
  }
}

export function useNearby(form: ReportForm, me: () => Me | null) {
  const near = reactive({ items: [] as Near[], metres: 50, answered: false })
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn = 0
  watch(
    () => [form.subcategory, form.point?.lon.toFixed(5), form.point?.lat.toFixed(5)] as const,
    ([subcategory]) => {
      clearTimeout(timer)
      const mine = ++turn
      near.items = []
      near.answered = false
      if (!subcategory || !form.point) return
      timer = setTimeout(async () => {
        const found = await same(subcategory, form.point!, me())
        if (found && mine === turn) Object.assign(near, { items: found.items, metres: found.metres })
      }, PAUSE)
    },
    { immediate: true },
  )
  return near
}
