/** What is being filled in, kept at every change. */
import { onBeforeUnmount, reactive, toRaw, watch } from 'vue'
import { db } from './db'
import { keptFor } from './kept'

/** A change is kept at once; in the midst of typing, at most so much later. */
const DELAY = 150

/** A copy without the wrappers of Vue, which a database cannot store; files stay as they are. */
function plain(value: unknown): unknown {
  const raw = toRaw(value)
  if (Array.isArray(raw)) return raw.map(plain)
  if (raw === null || typeof raw !== 'object' || raw instanceof Blob) return raw
  return Object.fromEntries(Object.entries(raw).map(([name, each]) => [name, plain(each)]))
}

/** A phone may have several owners; none finds what another was writing. */
const own = (key: string) => `${keptFor()}/${key}`

export async function saveDraft(key: string, value: unknown): Promise<void> {
  await (await db()).put('drafts', { key: own(key), value: plain(value), at: Date.now() })
}

export async function readDraft<T>(key: string): Promise<T | undefined> {
  return (await (await db()).get('drafts', own(key)))?.value as T | undefined
}

export async function dropDraft(key: string): Promise<void> {
  await (await db()).delete('drafts', own(key))
}

/** A form that is kept while it is filled in. `ready` resolves when what was kept before is back in it. */
export function useDraft<T extends object>(key: string, empty: () => T) {
  const form = reactive(empty()) as T
  let timer: ReturnType<typeof setTimeout> | undefined
  let on = false
  let saved = 0
  const save = () => {
    clearTimeout(timer)
    timer = undefined
    saved = Date.now()
    return saveDraft(key, form)
  }
  const ready = readDraft<T>(key).then((before) => {
    if (before) Object.assign(form, before)
    on = true
    return before !== undefined
  })
  watch(
    form,
    () => {
      if (on) timer ??= setTimeout(save, Math.max(0, saved + DELAY - Date.now()))
    },
    { deep: true },
  )
  const now = () => {
    if (on && timer) void save()
  }
  addEventListener('pagehide', now)
  document.addEventListener('visibilitychange', now)
  onBeforeUnmount(() => {
    now()
    removeEventListener('pagehide', now)
    document.removeEventListener('visibilitychange', now)
  })
  /** Sent or given up: the form is empty again and nothing of it is kept. */
  const clear = async () => {
    on = false
    clearTimeout(timer)
    timer = undefined
    await dropDraft(key)
  }
  return { form, ready, save, clear }
}
