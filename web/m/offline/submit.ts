/** Put into the queue and see what becomes of it, for as long as a person cares to wait. */
import { Problem } from '@shared/api/problem'
import { putAll, remove, all, onChange, type Packed } from './queue'
import { pushed } from './sync'
import type { Item } from './db'

export const PATIENCE = 6000
export type Outcome = 'sent' | 'kept'

/** It was sent, refused, or could not be sent now. */
const isDecided = (item: Item | undefined): boolean =>
  !item || item.state === 'sent' || item.state === 'refused' || (item.state === 'waiting' && item.tries > 0)

export async function decided(id: string, patience = PATIENCE): Promise<Item | undefined> {
  const look = async () => (await all()).find((item) => item.id === id)
  return new Promise((done) => {
    const finish = async () => {
      clearTimeout(timer)
      stop()
      done(await look())
    }
    const timer = setTimeout(finish, patience)
    const stop = onChange(async () => {
      if (isDecided(await look())) void finish()
    })
    void look().then((item) => {
      if (isDecided(item)) void finish()
    })
  })
}

/** As far as it comes now: sent by this page, or by whoever is sending already. */
async function outcomeOf(id: string): Promise<Item | undefined> {
  const ours = await pushed()
  return ours ? (await all()).find((item) => item.id === id) : decided(id)
}

/**
 * Refused while the person still looks: a Problem, and it is in the form, not in the queue. Else sent, or kept. What
 * acts on it is sent after it; sent is said only if all are.
 */
export async function submit(first: Packed, ...after: Packed[]): Promise<Outcome> {
  const [{ id }, ...others] = (await putAll([first, ...after])) as [Item, ...Item[]]
  const now = await Promise.race([outcomeOf(id), new Promise<undefined>((done) => setTimeout(done, PATIENCE))])
  if (now?.state === 'refused') {
    await remove(id)
    throw new Problem(now.told!.status, now.told!.code, now.told!.sentence)
  }
  const rest = await all()
  const done =
    now?.state === 'sent' && others.every((other) => rest.find((one) => one.id === other.id)?.state === 'sent')
  return done ? 'sent' : 'kept'
}
