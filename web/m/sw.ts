/// <reference lib="webworker" />
/** The service worker: the pages of /m/ without a network, and the queue when no page is open. */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { alone } from './offline/lock'
import { all } from './offline/queue'
import { sendAll, type Ended } from './offline/sender'
import { wire } from './offline/wire'

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] }
interface SyncEvent extends ExtendableEvent {
  tag: string
}

precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html')))

self.addEventListener('message', (event) => {
  if ((event.data as { type?: string })?.type === 'SKIP_WAITING') void self.skipWaiting()
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

/** What could not be sent is an error to the browser: it calls again later, by its own clock. */
async function send(): Promise<void> {
  let ended = 'done' as Ended
  await alone(async () => {
    ended = await sendAll(wire())
  })
  const again = (await all()).some((item) => item.state === 'waiting' && item.tries > 0)
  if (ended !== 'signIn' && again) throw new Error('still waiting')
}

self.addEventListener('sync', ((event: SyncEvent) => {
  if (event.tag === 'wangge-queue') event.waitUntil(send())
}) as EventListener)
