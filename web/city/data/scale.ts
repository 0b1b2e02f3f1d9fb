/** How large the page's text is in the units of a drawing. */
import { onBeforeUnmount, onMounted, ref, type Ref, computed } from 'vue'

export function useScale(svg: Ref<SVGSVGElement | undefined>, view: () => { width: number; height: number }) {
  const drawn = ref({ width: 500, height: 400, text: 13 })
  const watcher = new ResizeObserver(([entry]) => {
    const target = entry?.target as SVGSVGElement
    drawn.value = {
      width: target.clientWidth || 1,
      height: target.clientHeight || 1,
      text: parseFloat(getComputedStyle(target).fontSize),
    }
  })
  onMounted(() => svg.value && watcher.observe(svg.value))
  onBeforeUnmount(() => watcher.disconnect())
  return computed(() => {
    const { width, height, text } = drawn.value
    return text * 0.9 * Math.max(view().width / width, view().height / height)
  })
}
