import { describe, expect, it } from 'vitest'
import * as more from './more-words'
import * as sheet from './sheet-words'
import { en, zh } from './words'

type Words = { [key: string]: string | Words }
const flat = (words: Words, before = ''): [string, string][] =>
  Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [[before + key, value] as [string, string]] : flat(value, `${before}${key}.`),
  )
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe('the words', () => {
  it('have the same holes in both languages', () => {
    for (const [chinese, english] of [
      [zh, en],
      [more.zh, more.en],
      [sheet.zh, sheet.en],
    ] as [Words, Words][]) {
      const other = new Map(flat(english))
      for (const [key, text] of flat(chinese)) expect([key, holes(other.get(key) ?? '')]).toEqual([key, holes(text)])
    }
  })
  it('hold nothing that the library would take for a sign of its own', () => {
    for (const [key, text] of [zh, en, more.zh, more.en, sheet.zh, sheet.en].flatMap((words) => flat(words as Words)))
      expect([key, /[@|]/.test(text)]).toEqual([key, false])
  })
})
