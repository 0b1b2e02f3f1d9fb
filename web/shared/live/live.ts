/** Changes as they happen: one stream for the page, opened again by the browser where it broke, from the last id. */
import type { components } from '../api/schema'

export type Change = components['schemas']['LiveOut']

export interface Watching {
  close(): void
}

export function watchLive(
  onChange: (change: Change) => void,
  onReset: () => void,
  onState: (connected: boolean) => void = () => {},
  unit?: string,
): Watching {
  const source = new EventSource(unit ? `/api/v1/live?unit=${encodeURIComponent(unit)}` : '/api/v1/live')
  source.addEventListener('incident', (event) => onChange(JSON.parse((event as MessageEvent<string>).data) as Change))
  source.addEventListener('reset', onReset)
  source.onopen = () => onState(true)
  source.onerror = () => onState(false)
  return { close: () => source.close() }
}
