/** Chinese first, English by a switch that loses no input: the page stays, only its words change. */
import type { Plugin } from 'vue'
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

/** The part of the library that we use; its own type is too deep for the words of a whole screen. */
type Words = Plugin & {
  global: {
    locale: { value: Language }
    t(key: string, values?: Record<string, unknown>): string
    mergeLocaleMessage(of: Language, words: Messages): void
  }
}

const i18n = createI18n({
  legacy: false,
  locale: 'zh',
  fallbackLocale: 'zh',
  messages: { zh, en } as never,
}) as unknown as Words

export function setLanguage(language: Language): void {
  i18n.global.locale.value = language
  document.documentElement.lang = TAGS[language]
  localStorage.setItem(KEPT, language)
  dispatchEvent(new CustomEvent('wangge:language', { detail: language }))
}

export const language = (): Language => i18n.global.locale.value
/** The name in the language of the page; the other one where there is none. */
export const named = (row: { name: string; name_en?: string | null }): string =>
  language() === 'en' && row.name_en ? row.name_en : row.name

/** The words of a screen beside the common ones. Call once, before mounting. */
export function useWords(own: { zh: Messages; en: Messages }) {
  i18n.global.mergeLocaleMessage('zh', own.zh)
  i18n.global.mergeLocaleMessage('en', own.en)
  setLanguage(chosen())
  onLanguage(() => TAGS[language()])
  return i18n
}

export const t = i18n.global.t
