/**
 * When the queue is sent: on opening, when the network comes back, by a timer, and by the browser in the background.
 */
import { reactive, readonly } from 'vue'
import { alone } from './lock'
import { all, onChange, retry } from './queue'
import { sendAll, type Ended } from './sender'
import type { Item } from './db'
import { wire } from './wire'

const EVERY = 20_000
const TAG = 'wangge-queue'

const shown = reactive({ items: [] as Item[], ended: 'done' as Ended, sending: false, online: navigator.onLine })
export const queue = readonly(shown)
/** Something was put into the queue while it was being sent, perhaps after the last look into it. */
let again = false
let whenSignedOut: () => void = () => {}
let whenSent: () => void = () => {}

async function refresh(): Promise<void> {
  shown.items = await all()
}

/** Send what may be sent now; false: another page or the service worker is at it, and does it. */
export async function sync(): Promise<boolean> {
  if (shown.sending) {
    again = true
    return false
  }
  shown.sending = true
  const before = sentCount()
  try {
    return await alone(async () => {
      shown.ended = await sendAll(wire())
      if (shown.ended === 'signIn') whenSignedOut()
    })
  } finally {
    shown.sending = false
    await refresh()
    if (sentCount() > before) whenSent()
    if (again) {
      again = false
      void sync()
    }
  }
}

const sentCount = (): number => shown.items.filter((item) => item.state === 'sent').length

/** All that waits, at once: somebody asked for it, or the network is back. */
export async function syncNow(id?: string): Promise<void> {
  await retry(id)
  await sync()
}

/** Something new waits: send it, and have the browser send it should the page be closed. */
export async function pushed(): Promise<boolean> {
  await refresh()
  void askForBackground()
  return sync()
}

async function askForBackground(): Promise<void> {
  try {
    const { sync: background } = (await navigator.serviceWorker?.ready) as ServiceWorkerRegistration & {
      sync?: { register(tag: string): Promise<void> }
    }
    await background?.register(TAG)
  } catch {
    // not every browser has it or allows it; opening the page and the timer do the same
  }
}

export function startSync(onSignedOut: () => void, onSent: () => void): void {
  whenSignedOut = onSignedOut
  whenSent = onSent
  // what waits must not be cleared away when the phone is short of room
  void navigator.storage?.persist?.().catch(() => {})
  onChange(() => void refresh())
  addEventListener('online', () => {
    shown.online = true
    void syncNow()
  })
  addEventListener('offline', () => {
    shown.online = false
  })
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void sync()
  })
  setInterval(() => {
    if (shown.items.some((item) => item.state === 'waiting')) void sync()
  }, EVERY)
  void refresh().then(sync)
}
