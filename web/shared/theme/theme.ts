/** Light, dark or as the system; normal or large text. Kept on the machine, shown as attributes of <html>. */
import { reactive, watch } from 'vue'

export type Colours = 'light' | 'dark' | 'auto'
export type Size = 'normal' | 'large'
const KEPT = 'wangge.theme'

function kept(): { colours: Colours; size: Size } {
  try {
    return { colours: 'auto', size: 'normal', ...JSON.parse(localStorage.getItem(KEPT) ?? '{}') }
  } catch {
    return { colours: 'auto', size: 'normal' }
  }
}

export const theme = reactive(kept())
const system = matchMedia('(prefers-color-scheme: dark)')

export const isDark = (): boolean => (theme.colours === 'auto' ? system.matches : theme.colours === 'dark')

function apply(): void {
  const root = document.documentElement
  root.dataset.theme = isDark() ? 'dark' : 'light'
  root.dataset.size = theme.size
  root.classList.toggle('dark', isDark())
  root.classList.toggle('van-theme-dark', isDark())
  dispatchEvent(new CustomEvent('wangge:theme'))
}

system.addEventListener?.('change', apply)
watch(theme, () => {
  localStorage.setItem(KEPT, JSON.stringify(theme))
  apply()
})
apply()
