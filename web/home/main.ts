/** The way to the screens. Both languages stand in the page; a switch shows one of them. */
import { theme, type Colours } from '@shared/theme/theme'
import '@shared/theme/tokens.css'
import '@shared/theme/parts.css'
import './home.css'

const KEPT = 'wangge.language'
const NEXT: Record<Colours, Colours> = { auto: 'light', light: 'dark', dark: 'auto' }
const page = document.documentElement
const button = (id: string) => document.getElementById(id) as HTMLButtonElement

function speak(language: string): void {
  page.lang = language === 'en' ? 'en' : 'zh-CN'
  localStorage.setItem(KEPT, language === 'en' ? 'en' : 'zh')
}

function show(): void {
  button('colours').className = `button plain ${theme.colours}`
  button('size').setAttribute('aria-pressed', String(theme.size === 'large'))
}

button('language').onclick = () => speak(page.lang === 'en' ? 'zh' : 'en')
button('colours').onclick = () => {
  theme.colours = NEXT[theme.colours]
  show()
}
button('size').onclick = () => {
  theme.size = theme.size === 'large' ? 'normal' : 'large'
  show()
}
speak(localStorage.getItem(KEPT) ?? 'zh')
show()
fetch('/api/v1/public/screens')
  .then((answer) => answer.json())
  .then(
    (settings: { city_name?: string }) => {
      const city = document.getElementById('city') as HTMLElement
      city.textContent = settings.city_name ? `${settings.city_name} · ` : ''
    },
    () => undefined,
  )
