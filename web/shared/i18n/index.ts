/** Chinese first, English by a switch that loses no input: the page stays, only its words change. */
import { createI18n } from 'vue-i18n'
import { onLanguage } from '../api/client'
import { en, zh } from './common'

export type Language = 'zh' | 'en'
type Messages = { [key: string]: string | Messages }
const KEPT = 'wangge.language'
const TAGS: Record<Language, string> = { zh: 'zh-CN', en: 'en' }

function chosen(): Language {
  const asked = new URLSearchParams(location.search).get('lang')
  const kept = asked ?? localStorage.getItem(KEPT)
  return kept === 'en' ? 'en' : 'zh'
}

const i18n = createI18n({ legacy: false, locale: 'zh' as Language, fallbackLocale: 'zh',
  messages: { zh, en } as never })

export function setLanguage(language: Language): void {
  i18n.global.locale.value = language as never
  document.documentElement.lang = TAGS[language]
  localStorage.setItem(KEPT, language)
  dispatchEvent(new CustomEvent('wangge:language', { detail: language }))
}

export const language = (): Language => i18n.global.locale.value as Language
/** The name in the language of the page; the other one where there is none. */
export const named = (row: { name: string; name_en?: string | null }): string =>
  language() === 'en' && row.name_en ? row.name_en : row.name

/** The words of a screen beside the common ones. Call once, before mounting. */
export function useWords(own: { zh: Messages; en: Messages }) {
  const merge = (i18n.global as unknown as { mergeLocaleMessage(of: Language, words: Messages): void }).mergeLocaleMessage
  merge('zh', own.zh)
  merge('en', own.en)
  setLanguage(chosen())
  onLanguage(() => TAGS[language()])
  return i18n
}

export const t = i18n.global.t as unknown as (key: string, values?: Record<string, unknown>) => string
