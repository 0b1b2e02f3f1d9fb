/** What the page shows, from its address; who looks at it; the day of the city. */
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useSession } from '@shared/session'
import { now } from '@shared/time/now'
import { cityDay } from '../logic/period'
import { changed, closed, figureQuery, intervalIn, levelIn, levelOf, pathOf, periodIn, readState } from '../logic/state'

const today = computed(() => cityDay(now.value))

export function usePage() {
  const route = useRoute()
  const router = useRouter()
  const { me } = useSession()
  const state = computed(() => readState(route.query))
  const top = computed(() => me.value?.unit ?? '')
  const unit = computed(() => (state.value.unit?.startsWith(top.value) ? state.value.unit : top.value))
  const period = computed(() => periodIn(state.value, today.value))
  const level = computed(() => levelIn(state.value, unit.value || '00'))
  const query = computed(() => figureQuery({ ...state.value, unit: unit.value || undefined }, period.value))
  const interval = computed(() => intervalIn(state.value, period.value))
  const path = computed(() => pathOf(unit.value, top.value))
  const go = (changes: Record<string, string | null | undefined>) =>
    router.push({ query: changed(route.query, changes) })
  const set = (changes: Record<string, string | null | undefined>) =>
    router.replace({ query: changed(route.query, changes) })
  /** Opens the sheet at the side: a figure, its row, its own period, or a list. */
  const show = (what: Record<string, string | null | undefined>) =>
    router.push({ query: changed(closed(route.query), what) })
  const shut = () => router.push({ query: closed(route.query) })
  const drill = (code: string) => go({ unit: code === top.value ? null : code, level: null })
  return {
    route,
    router,
    state,
    unit,
    top,
    period,
    level,
    query,
    interval,
    path,
    today,
    unitLevel: computed(() => levelOf(unit.value || '00')),
    go,
    set,
    show,
    shut,
    drill,
  }
}
