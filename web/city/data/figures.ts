/** Figures from the server. What was here stays on the page while the new comes: nothing jumps. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { api, data } from '@shared/api/client'
import type { components } from '@shared/api/schema'
import type { IncidentPage } from '@shared/api/types'
import type { Query } from '../logic/state'

type Schemas = components['schemas']
export type Closure = Schemas['ClosureOut']
export type FigureRow = Schemas['ComparedRow']
export type League = Schemas['LeagueOut']
export type LeagueRow = Schemas['LeagueRowOut']
export type Trend = Schemas['TrendOut']
export type Stages = Schemas['StagesOut']
export type HotSpots = Schemas['HotSpotsOut']
export type HotSpot = Schemas['HotSpotOut']
export type FigureMap = Schemas['MapOut']
export type Evaluation = Schemas['EvaluationOut']
export type Meta = Schemas['MetaOut']

interface Answers {
  closure: Closure
  league: League
  trend: Trend
  stages: Stages
  hotspots: HotSpots
  map: FigureMap
  evaluation: Evaluation
}
export type FigureName = keyof Answers

const pathOf = (name: FigureName) => `/api/v1/figures/${name}`

export function useFigure<N extends FigureName>(name: N, query: MaybeRefOrGetter<Query | null>) {
  const asked = computed(() => toValue(query))
  return useQuery({
    queryKey: ['figures', name, asked],
    queryFn: () =>
      data(
        api.GET(pathOf(name) as '/api/v1/figures/closure', { params: { query: asked.value as never } }),
      ) as Promise<unknown> as Promise<Answers[N]>,
    enabled: computed(() => asked.value !== null),
    placeholderData: keepPreviousData,
  })
}

export const FORMATS = ['csv', 'xlsx'] as const
/** Where the same rows are as a file, however many. */
export type FileOf = (format: (typeof FORMATS)[number]) => string

export const fileOf =
  (name: FigureName, query: Query): FileOf =>
  (format) =>
    `${pathOf(name)}?${new URLSearchParams({ ...query, format })}`

export function incidentsFile({ sort: _, ...query }: Query): FileOf {
  return (format) => `/api/v1/exchange/incidents?${new URLSearchParams({ ...query, format })}`
}

/** The incidents of a list, page by page. */
export function useIncidents(query: MaybeRefOrGetter<Query | null>, limit = 50) {
  const asked = computed(() => toValue(query))
  return useInfiniteQuery({
    queryKey: ['incidents', limit, asked],
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/api/v1/incidents', {
          params: {
            query: { ...(asked.value as object), limit, ...(pageParam ? { cursor: pageParam } : {}) } as never,
          },
        }),
      ) as Promise<IncidentPage>,
    initialPageParam: '',
    getNextPageParam: (page: IncidentPage) => page.next_cursor ?? undefined,
    enabled: computed(() => asked.value !== null),
    placeholderData: keepPreviousData,
  })
}
