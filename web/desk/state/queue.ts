/** The queue: the rows that were loaded, and what has changed since. Rows are put in and moved only when asked to. */
import { computed, reactive, ref, shallowReactive } from 'vue'
import { api, data } from '@shared/api/client'
import { Problem } from '@shared/api/problem'
import type { Incident } from '@shared/api/types'
import type { Change } from '@shared/live/live'
import { filtersOf, type Filters, type Sort, type View } from './view'

const PAGE = 100
/** As many as a look for new ones goes through. */
const LOOK = 200
const SETTLE_MS = 700

const rows = shallowReactive(new Map<string, Incident>())
const order = ref<string[]>([])
const state = reactive({
  loading: false,
  loaded: false,
  problem: null as Problem | null,
  cursor: null as string | null,
  fresh: 0,
  live: true,
})
/** Changed since they were last looked at. */
const changed = reactive(new Set<string>())
let asked = ''
let turn = 0

const list = computed(() => order.value.map((id) => rows.get(id)).filter((row) => row !== undefined))

async function page(filters: Filters, sort: Sort, limit: number, cursor?: string) {
  return data(api.GET('/api/v1/incidents', { params: { query: { ...filters, sort, limit, cursor } as never } }))
}

/** Load what a view asks for. The same again is a refresh: what is shown stays until the new is here. */
async function load(view: View): Promise<void> {
  const [filters, mine] = [filtersOf(view), ++turn]
  const wanted = JSON.stringify([filters, view.sort])
  if (wanted !== asked) state.loaded = false
  asked = wanted
  state.loading = true
  state.problem = null
  try {
    const got = await page(filters, view.sort, Math.min(LOOK, Math.max(PAGE, order.value.length)))
    if (mine !== turn) return
    put(got.items, false)
    state.cursor = got.next_cursor
    state.loaded = true
    state.fresh = 0
  } catch (error) {
    if (mine === turn) state.problem = problemFrom(error)
  } finally {
    if (mine === turn) state.loading = false
  }
}

function put(items: Incident[], more: boolean): void {
  for (const item of items) keepNewest(item)
  const ids = items.map((item) => item.id)
  order.value = more ? [...order.value, ...ids.filter((id) => !order.value.includes(id))] : ids
}

/** Whatever comes later, the higher version stays. */
function keepNewest(item: Incident): void {
  const known = rows.get(item.id)
  if (!known || known.version <= item.version) rows.set(item.id, item)
}

async function more(view: View): Promise<void> {
  if (!state.cursor || state.loading) return
  const mine = turn
  state.loading = true
  try {
    const got = await page(filtersOf(view), view.sort, PAGE, state.cursor)
    if (mine !== turn) return
    put(got.items, true)
    state.cursor = got.next_cursor
  } catch (error) {
    state.problem = problemFrom(error)
  } finally {
    state.loading = false
  }
}

const problemFrom = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem(500, 'unknown', String(error))

/** One incident anew, in its place. */
async function refresh(id: string): Promise<Incident> {
  const got = await data(api.GET('/api/v1/incidents/{incident}', { params: { path: { incident: id } } }))
  keepNewest(got)
  return got
}

const waiting = new Map<string, number>()
let timer: ReturnType<typeof setTimeout> | undefined

/** A change came in: known rows are read anew and marked; whether there are new ones is looked up once it is quiet. */
function take(change: Change, view: () => View): void {
  if ((rows.get(change.id)?.version ?? 0) >= change.version) return
  waiting.set(change.id, change.version)
  clearTimeout(timer)
  timer = setTimeout(() => void settle(view()), SETTLE_MS)
}

async function settle(view: View): Promise<void> {
  const ids = [...waiting].filter(([id, version]) => (rows.get(id)?.version ?? 0) < version).map(([id]) => id)
  waiting.clear()
  if (!ids.length) return
  const known = ids.filter((id) => rows.has(id))
  await Promise.allSettled(
    known.slice(0, LOOK / 4).map(async (id) => {
      await refresh(id)
      changed.add(id)
    }),
  )
  if (known.length < ids.length) await look(view)
}

/** How many there are that the queue does not show; they are not put in. */
async function look(view: View): Promise<void> {
  try {
    const got = await page(filtersOf(view), view.sort, LOOK)
    const shown = new Set(order.value)
    state.fresh = got.items
      .slice(0, got.next_cursor ? Math.max(shown.size, PAGE) : LOOK)
      .filter((item) => !shown.has(item.id)).length
  } catch {
    // the next change looks again
  }
}

const byNumber = (number: string): Incident | undefined =>
  [...rows.values()].find((row) => row.number === number || row.id === number)

/** The incident of a number, asked for where it is not in the queue (a selection that came with the address). */
const find = async (number: string): Promise<Incident> => byNumber(number) ?? refresh(number)

function forgetAll(): void {
  rows.clear()
  changed.clear()
  order.value = []
  state.loaded = false
}

export const queue = {
  rows,
  order,
  list,
  state,
  changed,
  load,
  more,
  refresh,
  take,
  look,
  find,
  byNumber,
  keepNewest,
  forgetAll,
}
