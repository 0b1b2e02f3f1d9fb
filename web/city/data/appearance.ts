/** Whether the page is dark, and colours of the theme for what is drawn on a canvas. */
import { onBeforeUnmount, onMounted, ref } from 'vue'

export const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const isDark = () => document.documentElement.dataset.theme === 'dark'

export function useAppearance(changed: () => void): void {
  onMounted(() => addEventListener('wangge:theme', changed))
  onBeforeUnmount(() => removeEventListener('wangge:theme', changed))
}

export function useDark() {
  const dark = ref(isDark())
  useAppearance(() => (dark.value = isDark()))
  return dark
}
