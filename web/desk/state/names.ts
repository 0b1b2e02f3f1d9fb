/** What the desk looks up once and keeps: processes, lists, units, the working calendar. */
import { computed, reactive, shallowReactive, shallowRef } from 'vue'
import { api, data } from '@shared/api/client'
import type { components } from '@shared/api/schema'
import type { Subcategory, Taxonomy } from '@shared/api/types'
import { named } from '@shared/i18n'
import { WorkingCalendar } from '@shared/time/working'

export type Process = components['schemas']['ProcessOut']
export type Unit = components['schemas']['UnitOut']
export type Row = Subcategory & { category: string; categoryName: string }

const processes = shallowReactive(new Map<string, Process>())
const lists = shallowReactive(new Map<string, Taxonomy>())
const units = shallowReactive(new Map<string, Unit>())
const askedFor = new Map<string, Promise<unknown>>()
export const calendar = shallowRef<WorkingCalendar>()
export const processCodes = reactive<{ code: string; name: string; name_en: string }[]>([])

function once<T>(key: string, ask: () => Promise<T>): Promise<T> {
  if (!askedFor.has(key)) {
    askedFor.set(
      key,
      ask().catch((error: unknown) => {
        askedFor.delete(key)
        throw error
      }),
    )
  }
  return askedFor.get(key) as Promise<T>
}

export const loadProcesses = () =>
  once('processes', async () => {
    const { items } = await data(api.GET('/api/v1/processes'))
    processCodes.splice(0, processCodes.length, ...items)
    await Promise.allSettled(items.map((item) => loadProcess(item.code)))
  })

const loadProcess = (code: string) =>
  once(`process ${code}`, async () => {
    processes.set(code, await data(api.GET('/api/v1/processes/{code}', { params: { path: { code } } })))
  })

export const loadList = (list: string) =>
  once(`list ${list}`, async () => {
    lists.set(list, await data(api.GET('/api/v1/taxonomy', { params: { query: { list } } })))
  })

export const loadUnit = (code: string) =>
  once(`unit ${code}`, async () => {
    const unit = (await data(api.GET('/api/v1/grids/{code}', { params: { path: { code } } }))) as Unit
    units.set(code, unit)
    return unit
  })

const DAY = 86_400_000
const dateOf = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)

/** Working days on both sides of today: overdue cases reach back, limits reach ahead. */
export const loadCalendar = () =>
  once('calendar', async () => {
    const query = { from: dateOf(Date.now() - 120 * DAY), to: dateOf(Date.now() + 240 * DAY) }
    const got = await data(api.GET('/api/v1/calendar', { params: { query: query as never } }))
    calendar.value = new WorkingCalendar(got.days as never)
  })

type Part = 'states' | 'actions' | 'clocks' | 'requests'
const partName = (process: string, part: Part, code: string): string | undefined => {
  const found = processes.get(process)?.[part].find((each) => each.code === code)
  return found && named(found)
}

export const stateName = (process: string, code: string | null, known = ''): string =>
  (code && partName(process, 'states', code)) || known || code || ''
export const actionName = (process: string, code: string, known = ''): string =>
  partName(process, 'actions', code) ?? (known || code)
export const clockName = (process: string, code: string, known = ''): string =>
  partName(process, 'clocks', code) ?? (known || code)
export const requestName = (process: string, code: string, known = ''): string =>
  partName(process, 'requests', code) ?? (known || code)
export const processName = (code: string): string => {
  const found = processCodes.find((each) => each.code === code)
  return found ? named(found) : code
}
export const unitOf = (code: string): Unit | undefined => units.get(code)
export const listOf = (list: string): Taxonomy | undefined => lists.get(list)
export const listOfProcess = (process: string): string => processes.get(process)?.list ?? 'grid'

/** All subcategories of a list, with the name of their category. */
export const rowsOf = (list: string): Row[] =>
  (lists.get(list)?.categories ?? []).flatMap((category) =>
    category.subcategories.map((row) => ({ ...row, category: category.code, categoryName: named(category) })),
  )

export const subcategoryName = (list: string, code: string | null, known: string | null): string => {
  const found = code ? bySubcategory.value.get(`${list} ${code}`) : undefined
  return found ? named(found) : (known ?? '')
}
export const categoryName = (list: string, code: string | null, known: string | null): string => {
  const found = lists.get(list)?.categories.find((category) => category.code === code)
  return found ? named(found) : (known ?? '')
}
const bySubcategory = computed(
  () =>
    new Map(
      [...lists].flatMap(([list, taxonomy]) =>
        taxonomy.categories.flatMap((category) =>
          category.subcategories.map((row) => [`${list} ${row.code}`, row] as const),
        ),
      ),
    ),
)
export const subcategoryOf = (list: string, code: string | null) => bySubcategory.value.get(`${list} ${code}`)

/** States of all processes, each once, for the filter. */
export const allStates = computed(() => {
  const seen = new Map<string, string>()
  for (const process of processes.values()) {
    for (const state of process.states) if (!seen.has(state.code)) seen.set(state.code, named(state))
  }
  return [...seen].map(([code, name]) => ({ code, name }))
})
