/** What the phone keeps: the queue with its files, drafts, and what was read last. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'

export type Kind = 'report' | 'action' | 'call'
export type State = 'waiting' | 'sending' | 'refused' | 'sent'

export interface Told {
  code: string
  sentence: string
  status: number
}

/** One thing to send. Its id is made here: the server knows by it what it has already. */
export interface Item {
  id: string
  kind: Kind
  owner: string
  title: string
  /** Things of one group are sent in their order, and none before those that come before it. */
  group: string
  created: number
  state: State
  tries: number
  nextAt: number
  path: string
  method: 'POST' | 'PUT'
  body: Record<string, unknown>
  language: string
  /** Of an action: the incident as it was seen; version 0: it is reported by what goes before it. */
  incident?: { id: string; number: string; status: string; version: number }
  action?: string
  told?: Told
  sentAt?: number
  result?: { id?: string; number?: string; status?: string }
}

export interface QueuedFile {
  id: string
  item: string
  index: number
  name: string
  blob: Blob
  /** What the server calls it, once it has it. */
  attachment?: string
}

export interface Kept {
  key: string
  value: unknown
  at: number
  owner: string
}

interface Shape extends DBSchema {
  items: { key: string; value: Item }
  files: { key: string; value: QueuedFile; indexes: { item: string } }
  drafts: { key: string; value: { key: string; value: unknown; at: number } }
  kept: { key: string; value: Kept }
}

export type Db = IDBPDatabase<Shape>
let opened: Promise<Db> | undefined

export function db(): Promise<Db> {
  opened ??= openDB<Shape>('wangge-m', 1, {
    upgrade(made) {
      made.createObjectStore('items', { keyPath: 'id' })
      made.createObjectStore('files', { keyPath: 'id' }).createIndex('item', 'item')
      made.createObjectStore('drafts', { keyPath: 'key' })
      made.createObjectStore('kept', { keyPath: 'key' })
    },
    terminated() {
      opened = undefined
    },
  })
  return opened
}

/** For tests: a phone that was switched off. */
export async function closeDb(): Promise<void> {
  ;(await opened)?.close()
  opened = undefined
}
