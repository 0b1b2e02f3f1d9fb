/** The wall's own look and keys. */
import { onBeforeUnmount, onMounted } from 'vue'
import { isDark, theme } from '@shared/theme/theme'

const tell = (dark: boolean) => {
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  dispatchEvent(new CustomEvent('wangge:theme'))
}

/** Dark, unless somebody has chosen colours of their own. */
export function useDarkByDefault(): void {
  onMounted(() => theme.colours === 'auto' && tell(true))
  onBeforeUnmount(() => tell(isDark()))
}

export const wholeScreen = (): Promise<void> =>
  document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()

/** Keys of the wall; silent where a field or a button has them. */
export function useKeys(keys: Record<string, () => void>): void {
  const pressed = (event: KeyboardEvent) => {
    const inField = event.target instanceof Element && event.target.closest('input, select, textarea, dialog')
    const onButton = event.key === ' ' && event.target instanceof Element && event.target.closest('button, a')
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!act || inField || onButton || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    act()
  }
  onMounted(() => addEventListener('keydown', pressed))
  onBeforeUnmount(() => removeEventListener('keydown', pressed))
}
