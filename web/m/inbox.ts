/** What I was told, and how much of it is unread. */
import { reactive } from 'vue'
import { api, data } from '@shared/api/client'
import { Problem } from '@shared/api/problem'
import { latest } from './offline/kept'
import { readyToWrite } from './identity'

export const inbox = reactive({
  items: [] as Awaited<ReturnType<typeof ask>>['items'],
  unread: 0,
  at: 0,
  old: false,
  loading: false,
  problem: '',
})

const ask = () => data(api.GET('/api/v1/notices', { params: { query: { limit: 100 } } }))

export async function loadInbox(): Promise<void> {
  inbox.loading = true
  try {
    const { value, at, old } = await latest('inbox', ask)
    Object.assign(inbox, { items: value.items, unread: value.unread, at, old, problem: '' })
  } catch (error) {
    inbox.problem = error instanceof Problem ? error.sentence : String(error)
  } finally {
    inbox.loading = false
  }
}

/** Read on this phone at once; told to the server as soon as it is reached. */
export async function markRead(ids: number[]): Promise<void> {
  if (!ids.length) return
  const at = new Date().toISOString()
  for (const notice of inbox.items) if (ids.includes(notice.id)) notice.read_at ??= at
  await readyToWrite()
  const { unread } = await data(api.POST('/api/v1/notices/read', { body: { ids } }))
  inbox.unread = unread
}
