/** Whether the server is well, and what to do where it is not. */
import type { components } from '@shared/api/schema'

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

export type System = components['schemas']['SystemOut']
const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']
const STEP = 1000

/** Bytes as a person reads them. */
export function sizeOf(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / STEP ** power
  return `${value < 10 && power ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`
}
