/** Whether the server is well, and what to do where it is not. */
export interface Part {
  name: string
  ok: boolean
  /** Seconds that something has waited, where that is what is wrong. */
  waits: number
}
export interface Health {
  status: 'ready' | 'degraded' | 'not_ready' | 'unreachable'
  parts: Part[]
}
interface Told {
  status: 'ready' | 'degraded' | 'not_ready'
  checks: Record<string, { ok: boolean }>
  relay_lag_seconds: number | null
}
const TOO_LONG = 30

/** Of what `/readyz` tells: a relay that is long behind counts as a part that does not work. */
export function healthOf(told: Told): Health {
  const parts: Part[] = Object.entries(told.checks).map(([name, { ok }]) => ({ name, ok, waits: 0 }))
  const waits = Math.round(told.relay_lag_seconds ?? 0)
  if (told.relay_lag_seconds !== null) parts.push({ name: 'relay', ok: waits < TOO_LONG, waits })
  const status = told.status === 'ready' && parts.some((part) => !part.ok) ? 'degraded' : told.status
  return { status, parts }
}

/** The answer counts also when it is 503: it says which part. */
export async function readHealth(): Promise<Health> {
  try {
    return healthOf((await (await fetch('/readyz')).json()) as Told)
  } catch {
    return { status: 'unreachable', parts: [] }
  }
}
