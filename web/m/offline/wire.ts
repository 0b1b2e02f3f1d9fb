/** Requests of the queue: the same in a page and in the service worker, which has no document and no session. */
import { Problem, problemOf } from '@shared/api/problem'

const PATIENCE = 60_000

export interface Identity {
  id: string
  csrf: string
}

export interface Wire {
  fetch: typeof fetch
  /** Who is signed in now, by the cookie. */
  identify(): Promise<Identity>
}

/** An answer as data, or a Problem; status 0 where the server was not reached. */
export async function ask<T>(send: typeof fetch, path: string, options: RequestInit = {}): Promise<T> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), PATIENCE)
  let answer: Response
  try {
    answer = await send(path, { credentials: 'same-origin', ...options, signal: patience.signal })
  } catch {
    throw new Problem(0, 'offline', '')
  } finally {
    clearTimeout(timer)
  }
  if (!answer.ok) throw await problemOf(answer)
  return (answer.status === 204 ? undefined : await answer.json()) as T
}

export const wire = (send: typeof fetch = (...given) => fetch(...given)): Wire => ({
  fetch: send,
  async identify() {
    const me = await ask<{ id: string; csrf_token: string }>(send, '/api/v1/me')
    return { id: me.id, csrf: me.csrf_token }
  },
})
