/** The files of a draft, on this phone only. Where the browser keeps nothing, they live as long as the page. */
import { openDB, type IDBPDatabase } from 'idb'

const STORE = 'files'
const here = new Map<string, Blob>()
let opened: Promise<IDBPDatabase | null> | undefined

async function open(): Promise<IDBPDatabase | null> {
  try {
    return await openDB('wangge-report', 1, { upgrade: (db) => void db.createObjectStore(STORE) })
  } catch {
    return null
  }
}

const database = () => (opened ??= open())

/** As bytes: some browsers lose a Blob that was kept. */
export async function keep(key: string, file: Blob): Promise<void> {
  here.set(key, file)
  const bytes = await file.arrayBuffer()
  await (await database())?.put(STORE, { type: file.type, bytes }, key).catch(() => undefined)
}

export async function kept(key: string): Promise<Blob | undefined> {
  const held = here.get(key)
  if (held) return held
  const found = (await (await database())?.get(STORE, key)) as { type: string; bytes: ArrayBuffer } | undefined
  if (!found) return undefined
  const file = new Blob([found.bytes], { type: found.type })
  here.set(key, file)
  return file
}

export async function drop(keys: string[]): Promise<void> {
  const db = await database()
  for (const key of keys) {
    here.delete(key)
    await db?.delete(STORE, key)
  }
}
