/**
 * Undo: an action that can still be undone is held for 8 seconds on the page before it is sent. It is kept on the
 * machine, so that a crash loses nothing: what was left lying is sent by whoever opens the desk next on the account.
 */
import { reactive } from 'vue'

export const HOLD_MS = 8000
/** After so long a page that held something is taken for dead, and another page sends it. */
export const ORPHAN_MS = 4000
const KEPT = 'wangge.desk.held'

export interface HeldItem {
  id: string
  number: string
  version: number
}

export interface HeldBatch {
  items: HeldItem[]
  body: Record<string, unknown>
}

export interface Held {
  key: string
  account: string
  owner: string
  action: string
  name: string
  /** Several bodies where each incident goes to another department. */
  batches: HeldBatch[]
  until: number
  sending?: boolean
  /** Why it did not get through; it is tried again. */
  trouble?: string
  /** Left lying by an earlier page, which may have sent it in its last moment. */
  adopted?: boolean
}

export interface Kept {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

export type Send = (held: Held, leaving: boolean) => Promise<void>

export function readKept(storage: Kept): Held[] {
  try {
    const found: unknown = JSON.parse(storage.getItem(KEPT) ?? '[]')
    return Array.isArray(found) ? (found as Held[]) : []
  } catch {
    return []
  }
}

export class Holder {
  /** What this page holds, for the bar that shows it. */
  readonly mine = reactive<Held[]>([])
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>()
  private count = 0

  constructor(
    private readonly send: Send,
    private readonly storage: Kept,
    readonly owner: string,
    private readonly clock: () => number = Date.now,
  ) {}

  hold(account: string, action: string, name: string, batches: HeldBatch[], ms = HOLD_MS): Held {
    const held: Held = {
      key: `${this.owner}-${++this.count}`,
      account,
      owner: this.owner,
      action,
      name,
      batches,
      until: this.clock() + ms,
    }
    this.take(held)
    return held
  }

  /** Take back the latest that is not on its way. */
  undo(key?: string): Held | null {
    const found = this.mine.filter((held) => !held.sending && (!key || held.key === key)).at(-1)
    if (!found) return null
    this.drop(found.key)
    return found
  }

  /** Send now: the page is left, or somebody does not want to wait. */
  async flush(leaving = false): Promise<void> {
    await Promise.all(this.mine.filter((held) => !held.sending).map((held) => this.release(held.key, leaving)))
  }

  /** What an earlier page of this account left lying: a crash, a power cut. */
  adopt(account: string): number {
    const left = readKept(this.storage).filter(
      (held) => held.account === account && held.owner !== this.owner && held.until + ORPHAN_MS < this.clock(),
    )
    for (const held of left)
      this.take({ ...held, owner: this.owner, sending: false, adopted: true, until: this.clock() })
    return left.length
  }

  holds(id: string): Held | undefined {
    return this.mine.find((held) => held.batches.some((batch) => batch.items.some((item) => item.id === id)))
  }

  private take(held: Held): void {
    this.mine.push(held)
    this.keep()
    this.timers.set(
      held.key,
      setTimeout(() => void this.release(held.key), Math.max(0, held.until - this.clock())),
    )
  }

  private async release(key: string, leaving = false): Promise<void> {
    const held = this.mine.find((each) => each.key === key)
    if (!held || held.sending) return
    held.sending = true
    this.keep()
    try {
      await this.send(held, leaving)
      this.drop(key)
    } catch (error) {
      this.again(held, error)
    }
  }

  /** Not got through: nothing is lost, and it can still be taken back. */
  private again(held: Held, error: unknown): void {
    held.sending = false
    held.trouble = error instanceof Error ? error.message : String(error)
    held.until = this.clock() + HOLD_MS
    this.keep()
    this.timers.set(
      held.key,
      setTimeout(() => void this.release(held.key), HOLD_MS),
    )
  }

  private drop(key: string): void {
    clearTimeout(this.timers.get(key))
    this.timers.delete(key)
    const at = this.mine.findIndex((held) => held.key === key)
    if (at >= 0) this.mine.splice(at, 1)
    this.keep()
  }

  /** Ours beside those of other pages. */
  private keep(): void {
    const known = new Set(this.mine.map((held) => held.key))
    const others = readKept(this.storage).filter((held) => held.owner !== this.owner && !known.has(held.key))
    this.storage.setItem(KEPT, JSON.stringify([...others, ...this.mine]))
  }
}
