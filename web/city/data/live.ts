/** New numbers when something has changed, at most once in some seconds; and whether we hear of changes at all. */
import { useQueryClient } from '@tanstack/vue-query'
import { onBeforeUnmount, onMounted, ref } from 'vue'
import { type Watching, watchLive } from '@shared/live/live'

const AT_MOST_EVERY_MS = 8_000
const LOOK_AGAIN_MS = 10_000
/** What falls due changes no incident, and a cable that is pulled tells nobody: ask also when all is quiet. */
const AT_LEAST_EVERY_MS = 60_000

export function useLive() {
  const client = useQueryClient()
  const connected = ref(true)
  let watching: Watching | undefined
  let waiting: ReturnType<typeof setTimeout> | undefined
  let again: ReturnType<typeof setInterval> | undefined
  let last = Date.now()

  const refresh = () => {
    last = Date.now()
    waiting = undefined
    void client.invalidateQueries({ queryKey: ['figures'] })
    void client.invalidateQueries({ queryKey: ['incidents'] })
  }
  const soon = () => {
    waiting ??= setTimeout(refresh, Math.max(500, last + AT_MOST_EVERY_MS - Date.now()))
  }
  const heard = (on: boolean) => {
    if (on && !connected.value) soon()
    connected.value = on
  }
  const open = () => {
    watching?.close()
    watching = watchLive(soon, soon, heard)
  }
  const gone = () => heard(false)
  const look = () => {
    if (!connected.value) open()
    if (!document.hidden && Date.now() - last > AT_LEAST_EVERY_MS) refresh()
  }
  onMounted(() => {
    open()
    again = setInterval(look, LOOK_AGAIN_MS)
    addEventListener('offline', gone)
    addEventListener('online', open)
  })
  onBeforeUnmount(() => {
    watching?.close()
    clearTimeout(waiting)
    clearInterval(again)
    removeEventListener('offline', gone)
    removeEventListener('online', open)
  })
  return { connected, refresh }
}
