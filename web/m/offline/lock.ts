/** One sender at a time, among pages and the service worker; also where the browser has no locks (plain HTTP). */
import { newId } from '@shared/ids'
import { db } from './db'

const NAME = 'wangge-queue'
const LEASE = 'lease'
export const LEASE_MS = 90_000
const own = newId()
let busy = false

interface Lease {
  holder: string
  until: number
}

/** Do it if nobody else does; false: somebody else is at it. */
export async function alone(act: () => Promise<void>, locks = globalThis.navigator?.locks): Promise<boolean> {
  if (locks) {
    return locks.request(NAME, { ifAvailable: true }, async (lock) => {
      if (lock) await act()
      return lock !== null
    })
  }
  if (busy) return false
  busy = true
  try {
    return await byLease(act)
  } finally {
    busy = false
  }
}

async function byLease(act: () => Promise<void>): Promise<boolean> {
  if (!(await takeLease(Date.now()))) return false
  const renewing = setInterval(() => void takeLease(Date.now()), LEASE_MS / 3)
  try {
    await act()
  } finally {
    clearInterval(renewing)
    await (await db()).delete('kept', LEASE)
  }
  return true
}

/** Take the lease or renew it; it runs out by itself when its holder was killed. */
export async function takeLease(now: number, holder = own): Promise<boolean> {
  const writing = (await db()).transaction('kept', 'readwrite')
  const held = (await writing.store.get(LEASE))?.value as Lease | undefined
  const free = !held || held.until < now || held.holder === holder
  if (free) await writing.store.put({ key: LEASE, value: { holder, until: now + LEASE_MS }, at: now, owner: '' })
  await writing.done
  return free
}
