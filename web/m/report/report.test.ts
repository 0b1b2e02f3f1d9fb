import { beforeEach, describe, expect, it } from 'vitest'
import { searchCategories } from '@shared/category-search'
import { newId } from '@shared/ids'
import { sameAmong } from './around'
import { bodyOf, emptyReport, isDoubtful, isEmpty, missing, movedBy, type ReportForm } from './body'
import { fromNames } from './suggest'
import { noteUse, used, usedScores, type Row } from './taxonomy'

const FIX = { lon: 117.2, lat: 39.1, accuracy: 12, at: 0 }
const form = (more: Partial<ReportForm> = {}): ReportForm => ({
  ...emptyReport('id'),
  description: '垃圾',
  fix: FIX,
  point: { lon: 117.2, lat: 39.1 },
  capturedAt: 1,
  ...more,
})
const row = (code: string, name: string, pinyin: string[], synonyms: string[] = []) =>
  ({ code, name, name_en: `${code} thing`, pinyin, synonyms, local_names: [], category: '01' }) as unknown as Row
const ROWS = [
  row('01001', '暴露垃圾', ['bllj', 'baolulaji', 'ljmrs'], ['垃圾没人收']),
  row('01003', '垃圾箱(站)满溢', ['ljxzmy', 'lajixiangmanyi'], ['垃圾桶满']),
  row('03003', '占道经营', ['zdjy'], ['占道摆摊']),
]

describe('what stands against sending', () => {
  it('nothing where there are words and a place', () => expect(missing(form(), false)).toEqual([]))
  it.each([
    [{ description: ' ' }, false, ['what']],
    [{}, true, ['photo']],
    [{ settled: true }, false, ['after']],
    [{ point: null }, false, ['place']],
    [{ point: null, unit: '12' }, false, []],
    [{ fix: { ...FIX, accuracy: 51 } }, false, ['doubt']],
  ] as const)('%o', (more, photo, found) => expect(missing(form(more as Partial<ReportForm>), photo)).toEqual(found))

  it('a rough fix is asked about above 50 m, until somebody says it is right or moves the pin', () => {
    const rough = { ...FIX, accuracy: 50.1 }
    expect(isDoubtful(form({ fix: { ...FIX, accuracy: 50 } }))).toBe(false)
    expect([{}, { confirmed: true }, { moved: true }].map((more) => isDoubtful(form({ fix: rough, ...more })))).toEqual(
      [true, false, false],
    )
  })
})

describe('what is sent', () => {
  it('the fix as it was', () =>
    expect(bodyOf(form())).toMatchObject({
      id: 'id',
      lon: 117.2,
      lat: 39.1,
      accuracy_m: 12,
      captured_at: '1970-01-01T00:00:00.001Z',
    }))
  it('the raw fix and the correction, both', () => {
    const moved = form({ moved: true, point: { lon: 117.201, lat: 39.1 } })
    expect(bodyOf(moved)).toMatchObject({ lon: 117.201, fix: { lon: 117.2, lat: 39.1, accuracy_m: 12 } })
    expect(bodyOf(moved)).not.toHaveProperty('accuracy_m')
    expect(movedBy(moved)).toBeCloseTo(86.3, 0)
  })
  it('the unit only where there is no point', () => {
    expect(bodyOf(form({ point: null, fix: null, unit: '120101' }))).toMatchObject({ unit: '120101' })
    expect(bodyOf(form({ unit: '120101' }))).not.toHaveProperty('unit')
  })
  it('nothing to keep in an untouched form', () =>
    expect([isEmpty(emptyReport('a')), isEmpty(form())]).toEqual([true, false]))
})

describe('the search of subcategories', () => {
  const codes = (text: string, scores = {}) =>
    searchCategories(ROWS, text, scores).map((found) => found.subcategory.code)

  it('finds by name, initials, full pinyin, other words and English', () => {
    expect(codes('暴露')).toEqual(['01001'])
    expect(codes('bllj')[0]).toBe('01001')
    expect(codes('lajixiang')).toEqual(['01003'])
    expect(codes('摆摊')).toEqual(['03003'])
    expect(codes('03003 thing')).toEqual(['03003'])
  })
  it('puts what is used often first, and shows it without words', () => {
    expect(codes('垃圾', { '01003': 9 })[0]).toBe('01003')
    expect(codes('', { '03003': 2, '01001': 5 })).toEqual(['01001', '03003'])
  })
  it('is quick on the whole list', () => {
    const all = Array.from({ length: 240 }, (_, n) => row(String(10_000 + n), `小类${n}`, [`xl${n}`]))
    expect(searchCategories(all, 'xl239').map((found) => found.subcategory.code)).toEqual(['10239'])
  })
  it('without a network the names in the words suggest, the longest first', () => {
    expect(fromNames(ROWS, '楼下垃圾桶满了, 垃圾没人收').map((one) => one.code)).toEqual(['01001', '01003'])
    expect(fromNames(ROWS, '路灯不亮')).toEqual([])
  })
})

describe('what this person uses', () => {
  beforeEach(() => localStorage.clear())
  it('counts half after two weeks', () => {
    noteUse('a', 0)
    noteUse('a', 0)
    expect(usedScores(used(), 0).a).toBe(2)
    expect(usedScores(used(), 14 * 86_400_000).a).toBe(1)
  })
})

describe('ids', () => {
  it('are UUIDs of version 4, also without a secure context', () => {
    const ids = new Set(Array.from({ length: 50 }, newId))
    expect(ids.size).toBe(50)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('the same problem, from what the phone keeps', () => {
  const NOW = Date.parse('2026-10-12T10:00:00+08:00')
  const north = (metres: number) => 39.1 + metres / 111_195
  const open = (number: string, lat: number, more: object = {}) => ({
    number,
    subcategory: '01003',
    subcategory_name: '垃圾箱(站)满溢',
    status: 'filed',
    status_name: '已立案',
    lon: 117.2,
    lat,
    reported_at: '2026-10-12T09:00:00+08:00',
    sensitivity: 'normal',
    ...more,
  })
  const found = (...items: object[]) =>
    sameAmong({ items: items as never, metres: 50, hours: 24 }, '01003', { lon: 117.2, lat: 39.1 }, NOW)

  it('is near and recent, the nearest first, as the server would tell it', () =>
    expect(found(open('far', north(49)), open('close', north(5)))).toMatchObject([
      { number: 'close', distance_m: 5, age_minutes: 60, status_name: '已立案' },
      { number: 'far', distance_m: 49 },
    ]))
  it.each([
    [{ lat: north(51) }],
    [{ subcategory: '01001' }],
    [{ sensitivity: 'restricted' }],
    [{ lon: null, lat: null }],
    [{ reported_at: '2026-10-11T09:59:00+08:00' }],
  ])('but not %o', (more) => expect(found(open('other', 39.1, more))).toEqual([]))
})
