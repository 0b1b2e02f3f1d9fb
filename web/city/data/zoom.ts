/** Looking closer at a drawing: buttons and dragging. A new drawing is shown whole. */
import { computed, ref, watch } from 'vue'

interface Whole {
  width: number
  height: number
}
const MOST = 24
const MARGIN = 0.03
const CLICK_PX = 4

export function useZoom(whole: () => Whole) {
  const times = ref(1)
  const middle = ref({ x: 0.5, y: 0.5 })
  const dragged = ref(false)
  let held: { x: number; y: number; moved: number; scale: number } | undefined

  const view = computed(() => {
    const { width, height } = whole()
    const size = { width: (width * (1 + 2 * MARGIN)) / times.value, height: (height * (1 + 2 * MARGIN)) / times.value }
    return { ...size, x: middle.value.x * width - size.width / 2, y: middle.value.y * height - size.height / 2 }
  })
  const box = computed(() => `${view.value.x} ${view.value.y} ${view.value.width} ${view.value.height}`)
  const inside = (n: number) => Math.min(1, Math.max(0, n))
  const reset = () => {
    times.value = 1
    middle.value = { x: 0.5, y: 0.5 }
  }
  const by = (factor: number) => {
    times.value = Math.min(MOST, Math.max(1, times.value * factor))
    if (times.value === 1) reset()
  }
  const start = (event: PointerEvent) => {
    const svg = event.currentTarget as SVGSVGElement
    held = { x: event.clientX, y: event.clientY, moved: 0, scale: svg.getScreenCTM()?.a ?? 1 }
    dragged.value = false
  }
  const move = (event: PointerEvent) => {
    if (!held || times.value === 1) return
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y]
    held = { ...held, x: event.clientX, y: event.clientY, moved: held.moved + Math.abs(dx) + Math.abs(dy) }
    dragged.value = held.moved > CLICK_PX
    middle.value = {
      x: inside(middle.value.x - dx / held.scale / whole().width),
      y: inside(middle.value.y - dy / held.scale / whole().height),
    }
  }
  const end = () => {
    held = undefined
  }
  watch(() => [whole().width, whole().height].join(), reset)
  return { view, box, by, reset, start, move, end, dragged }
}
