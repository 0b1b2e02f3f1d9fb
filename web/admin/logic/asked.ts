/** Something asked of the server: its answer, what went wrong, and asking again. */
import { onMounted, ref, shallowRef, watch } from 'vue'
import { useSession } from '@shared/session'
import { sentenceOf } from './spoken'

export function useAsked<T>(ask: () => Promise<T>, at: 'once' | 'later' = 'once') {
  const value = shallowRef<T>()
  const problem = ref('')
  const busy = ref(false)
  let newest = 0

  async function again(): Promise<void> {
    const mine = ++newest
    busy.value = true
    try {
      const answer = await ask()
      if (mine === newest) [value.value, problem.value] = [answer, '']
    } catch (error) {
      if (mine === newest) problem.value = sentenceOf(error)
    } finally {
      if (mine === newest) busy.value = false
    }
  }

  if (at === 'once') onMounted(again)
  const { expired } = useSession()
  watch(expired, (is) => {
    if (!is && problem.value) void again()
  })
  return { value, problem, busy, again }
}

/** Pages of a list, one after the other. */
export function usePages<T>(ask: (cursor: string | undefined) => Promise<{ items: T[]; next_cursor: string | null }>) {
  const items = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const first = useAsked(async () => {
    const page = await ask(undefined)
    ;[items.value, next.value] = [page.items, page.next_cursor]
    return true
  })
  async function more(): Promise<void> {
    if (!next.value) return
    const page = await ask(next.value)
    ;[items.value, next.value] = [[...items.value, ...page.items], page.next_cursor]
  }
  return { items, next, more, ...first }
}
