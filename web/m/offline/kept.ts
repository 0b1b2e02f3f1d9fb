/** What was read last, for when there is no network: it says from when it is. */
import { Problem } from '@shared/api/problem'
import { db } from './db'

export interface Read<T> {
  value: T
  at: number
  /** It is what was kept: the server was not reached. */
  old: boolean
}

let owner = ''
/** Whose phone it is now; what another person read is not shown. */
export function keepFor(person: string): void {
  owner = person
}
export const keptFor = (): string => owner

export async function keep(key: string, value: unknown): Promise<void> {
  await (await db()).put('kept', { key, value, at: Date.now(), owner })
}

export async function kept<T>(key: string): Promise<Read<T> | undefined> {
  const found = await (await db()).get('kept', key)
  return found && found.owner === owner ? { value: found.value as T, at: found.at, old: true } : undefined
}

/** From the server; where that is not reached, what was kept. */
export async function latest<T>(key: string, ask: () => Promise<T>): Promise<Read<T>> {
  try {
    const value = await ask()
    await keep(key, value)
    return { value, at: Date.now(), old: false }
  } catch (error) {
    const before = error instanceof Problem && error.passing ? await kept<T>(key) : undefined
    if (!before) throw error
    return before
  }
}

/** What was kept if it is young enough, else from the server: for what changes rarely. */
export async function settled<T>(key: string, ask: () => Promise<T>, maxAge = 12 * 3600_000): Promise<T> {
  const before = await kept<T>(key)
  if (before && Date.now() - before.at < maxAge) return before.value
  return (await latest(key, ask)).value
}

/** Everything of what was read, but not the queue and the drafts. */
export async function forgetRead(): Promise<void> {
  await (await db()).clear('kept')
}
