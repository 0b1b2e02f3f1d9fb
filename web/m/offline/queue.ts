/** The queue: what waits, in which order, and when it is tried again. */
import { newId } from '@shared/ids'
import { db, type Item, type QueuedFile, type State, type Told } from './db'

const CHANNEL = 'wangge-queue'
const SECOND = 1000
const LONGEST_WAIT = 5 * 60 * SECOND
const SENT_KEPT = 30
export const OPEN: readonly State[] = ['waiting', 'sending', 'refused']

// ---- rules ---------------------------------------------------------------------------------------------------------

/** How long to wait after so many failures: 2, 4, 8 … seconds, at most five minutes. */
export const backoff = (tries: number): number => Math.min(LONGEST_WAIT, 2 ** tries * SECOND)

export type Verdict = 'stop' | 'signIn' | 'later' | 'refused'

/** What an answer that is no success means for the queue. */
export function verdictOf(told: Pick<Told, 'status' | 'code'>): Verdict {
  if (told.status === 0) return 'stop'
  if (told.status === 401 || told.code === 'csrf_failed') return 'signIn'
  return told.status === 429 || told.status === 408 || told.status >= 500 ? 'later' : 'refused'
}

export const inOrder = (items: readonly Item[]): Item[] =>
  [...items].sort((a, b) => a.created - b.created || a.id.localeCompare(b.id))

/** What is sent next: the oldest whose time has come, of this person, with nothing unsent before it in its group. */
export function nextOf(items: readonly Item[], owner: string, now: number): Item | undefined {
  const held = new Set<string>()
  for (const item of inOrder(items)) {
    if (item.state === 'sent' || item.owner !== owner) continue
    const ready = item.state === 'waiting' && item.nextAt <= now && !held.has(item.group)
    if (ready) return item
    held.add(item.group)
  }
  return undefined
}

export interface Counts {
  waiting: number
  refused: number
  sent: number
}

export function countsOf(items: readonly Item[]): Counts {
  const of = (...states: State[]) => items.filter((item) => states.includes(item.state)).length
  return { waiting: of('waiting', 'sending'), refused: of('refused'), sent: of('sent') }
}

// ---- the store -----------------------------------------------------------------------------------------------------

export type NewItem = Pick<Item, 'kind' | 'owner' | 'title' | 'group' | 'path' | 'body' | 'language'> &
  Partial<Pick<Item, 'id' | 'method' | 'incident' | 'action' | 'created'>>

export interface NewFile {
  name: string
  blob: Blob
  attachment?: string
}
export interface Packed {
  item: NewItem
  files: readonly NewFile[]
}

/** Keep it with its files: both are there or neither. Put again under the same id it is replaced. */
export const put = async (item: NewItem, files: readonly NewFile[] = []): Promise<Item> =>
  (await putAll([{ item, files }]))[0]!

/** Several in one transaction, to be sent in this order. */
export async function putAll(packed: readonly Packed[]): Promise<Item[]> {
  const now = Date.now()
  const writing = (await db()).transaction(['items', 'files'], 'readwrite')
  const [items, stored] = [writing.objectStore('items'), writing.objectStore('files')]
  const made = packed.map(({ item }, index): Item => ({
    id: newId(),
    method: 'POST',
    created: now + index,
    ...item,
    state: 'waiting',
    tries: 0,
    nextAt: 0,
  }))
  for (const [place, item] of made.entries()) {
    for (const key of await stored.index('item').getAllKeys(item.id)) await stored.delete(key)
    await items.put(item)
    for (const [index, file] of packed[place]!.files.entries()) {
      await stored.put({ id: `${item.id}/${index}`, item: item.id, index, ...file })
    }
  }
  await writing.done
  announce()
  return made
}

export async function all(): Promise<Item[]> {
  return inOrder(await (await db()).getAll('items'))
}

export async function filesOf(item: string): Promise<QueuedFile[]> {
  const files = await (await db()).getAllFromIndex('files', 'item', item)
  return files.sort((a, b) => a.index - b.index)
}

/** Change what is there now; nothing where it was deleted meanwhile. */
export async function change(id: string, act: (item: Item) => void): Promise<Item | undefined> {
  const writing = (await db()).transaction('items', 'readwrite')
  const item = await writing.store.get(id)
  if (item) {
    act(item)
    await writing.store.put(item)
  }
  await writing.done
  announce()
  return item
}

export async function noteAttachment(file: QueuedFile, attachment: string | undefined): Promise<void> {
  const writing = (await db()).transaction('files', 'readwrite')
  if (await writing.store.get(file.id)) await writing.store.put({ ...file, attachment })
  await writing.done
}

/** Sent: its photos need no room any more; of what was sent the last ones stay to be seen. */
export async function finish(id: string, result: Item['result']): Promise<void> {
  await change(id, (item) => Object.assign(item, { state: 'sent', sentAt: Date.now(), result, told: undefined }))
  await dropFiles(id)
  const sent = (await all()).filter((item) => item.state === 'sent').sort((a, b) => (b.sentAt ?? 0) - (a.sentAt ?? 0))
  for (const old of sent.slice(SENT_KEPT)) await (await db()).delete('items', old.id)
  announce()
}

async function dropFiles(id: string): Promise<void> {
  const writing = (await db()).transaction('files', 'readwrite')
  for (const key of await writing.store.index('item').getAllKeys(id)) await writing.store.delete(key)
  await writing.done
}

/** Gone with its photos; and what acts on a report goes with the report that was never sent. */
export async function remove(id: string): Promise<void> {
  const hangsOn = ({ incident }: Item) => incident?.id === id && incident.version === 0
  for (const item of (await all()).filter((one) => one.id === id || hangsOn(one))) {
    await dropFiles(item.id)
    await (await db()).delete('items', item.id)
  }
  announce()
}

/** Try again now, whatever was said before. */
export async function retry(id?: string): Promise<void> {
  const wanted = (await all()).filter((item) => (id ? item.id === id : item.state === 'waiting'))
  for (const { id: one } of wanted) {
    await change(one, (item) => {
      if (item.state !== 'sent' && item.state !== 'sending')
        Object.assign(item, { state: 'waiting', nextAt: 0, tries: 0 })
    })
  }
}

/** A page that was killed left things at "sending"; whoever holds the lock knows that nobody sends them now. */
export async function recover(): Promise<void> {
  for (const item of (await all()).filter((each) => each.state === 'sending')) {
    await change(item.id, (one) => {
      one.state = 'waiting'
    })
  }
}

// ---- telling -------------------------------------------------------------------------------------------------------

const near = new Set<() => void>()
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(CHANNEL)
channel?.addEventListener('message', () => near.forEach((act) => act()))

/** Told to this page and to the other pages and the service worker. */
function announce(): void {
  near.forEach((act) => act())
  channel?.postMessage('changed')
}

export function onChange(act: () => void): () => void {
  near.add(act)
  return () => near.delete(act)
}
