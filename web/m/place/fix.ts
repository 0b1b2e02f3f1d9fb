/** Where the phone is. It goes on asking while somebody looks, and keeps the best answer. */
import { onBeforeUnmount, reactive } from 'vue'
import type { Point } from './metres'

export interface Fix extends Point {
  accuracy: number
  at: number
}
export type FixState = 'asking' | 'found' | 'denied' | 'none' | 'insecure'
/** Above so many metres a person is asked whether the place is right. */
export const DOUBTFUL_M = 50
const FRESH_MS = 15_000

/** A new answer is taken if it is better, or if the old one is old. */
export const isBetter = (next: Fix, before: Fix | undefined): boolean =>
  !before || next.accuracy <= before.accuracy || next.at - before.at > FRESH_MS

export function useFix() {
  const here = reactive<{ state: FixState; fix?: Fix }>({ state: 'asking' })
  let watching: number | undefined
  const told = (place: GeolocationPosition) => {
    const fix = {
      lon: place.coords.longitude,
      lat: place.coords.latitude,
      accuracy: place.coords.accuracy,
      at: place.timestamp || Date.now(),
    }
    here.state = 'found'
    if (isBetter(fix, here.fix)) here.fix = fix
  }
  const failed = (error: GeolocationPositionError) => {
    if (error.code === error.PERMISSION_DENIED) here.state = 'denied'
    else if (!here.fix) here.state = 'none'
  }
  const start = () => {
    stop()
    if (!isSecureContext || !navigator.geolocation) {
      here.state = isSecureContext ? 'none' : 'insecure'
      return
    }
    watching = navigator.geolocation.watchPosition(told, failed, {
      enableHighAccuracy: true,
      timeout: 20_000,
      maximumAge: 5_000,
    })
  }
  const stop = () => {
    if (watching !== undefined) navigator.geolocation.clearWatch(watching)
  }
  start()
  onBeforeUnmount(stop)
  return { here, start }
}
