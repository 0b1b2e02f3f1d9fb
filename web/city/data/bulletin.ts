/** One month's bulletin: the edition that was issued, or where none was, the month as it stands now. */
import { useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { api, data } from '@shared/api/client'
import type { paths } from '@shared/api/schema'
import { EARLIER, frozenPaper, livePaper, RANKED } from '../logic/bulletin'
import { monthPeriod } from '../logic/period'
import { below, levelOf } from '../logic/state'
import { useFigure } from './figures'

export interface Wanted {
  month: string
  unit: string
  process?: string
  edition?: string
}
export type Bulletin = paths['/api/v1/bulletins/{month}']['get']['responses'][200]['content']['application/json']

/** The list says whether there is one: asking for what is not there would be an error. */
async function edition({ month, unit, process, edition: number }: Wanted): Promise<Bulletin | null> {
  const { items } = await data(api.GET('/api/v1/bulletins', { params: { query: { month, unit, limit: 200 } } }))
  if (!items.some((each) => (each.process ?? undefined) === process)) return null
  return (await data(
    api.GET('/api/v1/bulletins/{month}', {
      params: {
        path: { month },
        query: { unit, ...(process ? { process } : {}), ...(number ? { edition: Number(number) } : {}) },
      },
    }),
  )) as Bulletin
}

const GROUPS = ['department', 'category', 'source'] as const

export function useBulletin(wanted: MaybeRefOrGetter<Wanted>) {
  const asked = computed(() => toValue(wanted))
  const level = computed(() => below(levelOf(asked.value.unit)))
  const issued = useQuery({ queryKey: ['bulletin', asked], queryFn: () => edition(asked.value) })
  const live = computed(() => issued.data.value === null)
  const query = computed(() =>
    live.value
      ? {
          unit: asked.value.unit,
          ...monthPeriod(asked.value.month),
          ...(asked.value.process ? { process: asked.value.process } : {}),
        }
      : null,
  )
  const by = (name: () => string) => () => query.value && { ...query.value, by: name() }
  const groups = [
    useFigure(
      'closure',
      by(() => level.value),
    ),
    ...GROUPS.map((name) =>
      useFigure(
        'closure',
        by(() => name),
      ),
    ),
  ]
  const leagues = RANKED.map((rate) =>
    useFigure('league', () => query.value && { ...query.value, by: level.value, rate }),
  )
  const stages = useFigure(
    'stages',
    by(() => level.value),
  )
  const past = EARLIER.map((compare) =>
    useFigure('closure', () => query.value && { ...query.value, by: level.value, compare }),
  )
  const all = [...past, ...groups, ...leagues, stages]
  const paper = computed(() => {
    if (issued.data.value) return frozenPaper(issued.data.value.document, level.value)
    if (!live.value || all.some((each) => !each.data.value)) return null
    return livePaper(
      level.value,
      groups.map((each) => each.data.value as never),
      leagues.map((each) => each.data.value as never),
      stages.data.value as never,
      Object.fromEntries(EARLIER.map((when, n) => [when, past[n]?.data.value])) as never,
    )
  })
  const error = computed(() => issued.error.value ?? all.find((each) => each.error.value)?.error.value ?? null)
  return { issued, live, paper, error }
}
