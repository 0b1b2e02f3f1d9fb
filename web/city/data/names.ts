/** Names of what figures are grouped by, in the language of the page. The server's rows carry the Chinese ones. */
import { useQueries, useQuery } from '@tanstack/vue-query'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { useI18n } from 'vue-i18n'
import { api, data } from '@shared/api/client'
import type { Taxonomy } from '@shared/api/types'

interface Named {
  key: string | null
  name: string
  list?: string | null
}
const FOR_EVER = Infinity

export function useProcesses() {
  return useQuery({
    queryKey: ['processes'],
    staleTime: FOR_EVER,
    queryFn: async () => (await data(api.GET('/api/v1/processes'))).items,
  })
}

/** English names of categories; asked for only where the page is in English: the lists are long. */
export function useNames() {
  const { t, locale } = useI18n()
  const processes = useProcesses()
  const lists = computed(() =>
    locale.value === 'en' ? [...new Set((processes.data.value ?? []).map((each) => each.list))] : [],
  )
  const found = useQueries({
    queries: computed(() =>
      lists.value.map((list) => ({
        queryKey: ['taxonomy', list],
        staleTime: FOR_EVER,
        queryFn: () => data(api.GET('/api/v1/taxonomy', { params: { query: { list } } })),
      })),
    ),
  })
  const english = computed(
    () => new Map(found.value.flatMap((each) => (each.data ? namesOf(each.data as Taxonomy) : []))),
  )
  const nameOf = (by: string, row: Named): string => {
    if (row.key === null)
      return t(
        by === 'department'
          ? 'none.department'
          : by === 'category' || by === 'subcategory'
            ? 'none.category'
            : 'none.place',
      )
    if (by === 'source') return t(`source.${row.key}`, row.name)
    return english.value.get(`${row.list}/${row.key}`) ?? row.name
  }
  const subcategoryOf = (list: string, code: string | null, name: string | null) =>
    code === null ? t('none.category') : (english.value.get(`${list}/${code}`) ?? name ?? code)
  return { nameOf, subcategoryOf }
}

const namesOf = (taxonomy: Taxonomy): [string, string][] =>
  taxonomy.categories.flatMap((category) =>
    [category, ...category.subcategories].map(
      (each) => [`${taxonomy.list}/${each.code}`, each.name_en || each.name] as [string, string],
    ),
  )

/** States and actions of a process, in the language of the page. */
export function useProcessWords(process: MaybeRefOrGetter<string | undefined>) {
  const { locale } = useI18n()
  const code = computed(() => toValue(process))
  const found = useQuery({
    queryKey: ['process', code],
    staleTime: FOR_EVER,
    enabled: computed(() => !!code.value && locale.value === 'en'),
    queryFn: () => data(api.GET('/api/v1/processes/{code}', { params: { path: { code: code.value as string } } })),
  })
  const word = (of: 'states' | 'actions' | 'clocks', value: string, name: string): string =>
    (locale.value === 'en' ? found.data.value?.[of]?.find((each) => each.code === value)?.name_en : undefined) ?? name
  return { word }
}
