/** Pages that turn by themselves until somebody pauses them. Who wants no motion starts paused. */
import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'

export const EVERY = [10, 15, 20, 30, 60] as const
export const stepped = (at: number, by: number, count: number): number => (((at + by) % count) + count) % count

export function useTurning(count: number, every: Ref<number>, first = 0) {
  const at = ref(first)
  const paused = ref(matchMedia('(prefers-reduced-motion: reduce)').matches)
  let timer: ReturnType<typeof setInterval> | undefined

  const wind = () => {
    clearInterval(timer)
    if (!paused.value) timer = setInterval(() => (at.value = stepped(at.value, 1, count)), every.value * 1000)
  }
  /** Somebody who turns by hand has the whole time for the page. */
  const go = (place: number) => {
    at.value = stepped(place, 0, count)
    wind()
  }
  const toggle = () => {
    paused.value = !paused.value
  }
  watch([paused, every], wind)
  onMounted(wind)
  onBeforeUnmount(() => clearInterval(timer))
  return { at, paused, go, toggle, next: () => go(at.value + 1), previous: () => go(at.value - 1) }
}
