/** A new version of the pages: told, and taken only when the person says so. */
import { ref } from 'vue'
import { outdated } from '@shared/version'

export const newVersion = ref(false)
let registered: ServiceWorkerRegistration | undefined
let asked = false
const EVERY = 30 * 60_000
/** A worker that is busy gives way late; whoever has asked is not kept waiting before a dead button. */
const AT_LATEST = 5000

function watch(registration: ServiceWorkerRegistration): void {
  registered = registration
  const found = () => {
    if (registration.waiting && navigator.serviceWorker.controller) newVersion.value = true
  }
  found()
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', found))
  setInterval(() => void registration.update().catch(() => {}), EVERY)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void registration.update().catch(() => {})
  })
}

/** Without a service worker nothing is kept on the phone, and a part that comes late may be gone with its version. */
async function lookForOther(): Promise<void> {
  if (await outdated()) newVersion.value = true
}

export async function startServiceWorker(): Promise<void> {
  addEventListener('vite:preloadError', () => void lookForOther())
  if (!('serviceWorker' in navigator) || !isSecureContext || import.meta.env.DEV) return
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (asked) location.reload()
  })
  try {
    watch(await navigator.serviceWorker.register('/m/sw.js', { scope: '/m/', updateViaCache: 'none' }))
  } catch {
    // without it the pages need a network; everything else works
  }
}

/** Forms are kept as drafts at every change, so nothing is lost by loading the page anew. */
export function takeNewVersion(): void {
  if (!registered?.waiting) return location.reload()
  asked = true
  registered.waiting.postMessage({ type: 'SKIP_WAITING' })
  setTimeout(() => location.reload(), AT_LATEST)
}
