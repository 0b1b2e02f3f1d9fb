import { describe, expect, it } from 'vitest'
import { csvOf } from './csv'
import { better, change, duration, percent, shown, whole } from './format'
import { behind, type Formula, lacking, madeOf } from './formulas'
import { chanceText, readWhere, whereOf } from './spots'
import { tiesOf } from './ties'

const formula = (name: string, part: Record<string, number> | null, of: Record<string, number> | null): Formula => ({
  name,
  zh: name,
  en: name,
  formula: '',
  formula_en: '',
  part,
  whole: of,
})
const CLOSURE = formula('closure_rate', { closed: 1 }, { reported: 1, voided: -1, merged: -1 })
const SATISFIED = formula('satisfied_rate', { satisfied: 1, fairly_satisfied: 0.9 }, { visits_valid: 1 })

describe('a rate', () => {
  it('is made of the counts that its formula names', () => {
    expect(madeOf(CLOSURE, { closed: 954, reported: 990, voided: 10, merged: 6 })).toEqual({
      numerator: 954,
      denominator: 974,
      value: 954 / 974,
    })
  })
  it('weighs the fairly satisfied by nine tenths', () => {
    expect(madeOf(SATISFIED, { satisfied: 19, fairly_satisfied: 2, visits_valid: 21 })).toEqual({
      numerator: 20.8,
      denominator: 21,
      value: 20.8 / 21,
    })
  })
  it('of nothing is none', () => {
    expect(madeOf(CLOSURE, { closed: 0, reported: 3, voided: 3, merged: 0 })?.value).toBeNull()
    expect(percent(null)).toBe('—')
  })
  it('lists what is above and below the line; a count lists itself', () => {
    expect(behind('closure_rate', CLOSURE)).toEqual([
      { count: 'closure_rate', weight: 1, side: 'lacking' },
      { count: 'closed', weight: 1, side: 'part' },
      { count: 'reported', weight: 1, side: 'whole' },
      { count: 'voided', weight: -1, side: 'whole' },
      { count: 'merged', weight: -1, side: 'whole' },
    ])
    expect(lacking(CLOSURE, { closed: 5, reported: 10, voided: 2, merged: 1 })).toBe(2)
    expect(
      behind('rework_rate', formula('rework_rate', { reworked: 1 }, { handled: 1 })).map(({ side }) => side),
    ).toEqual(['part', 'whole'])
    expect(behind('closed', formula('closed', null, null))).toEqual([{ count: 'closed', weight: 1, side: 'part' }])
  })
})

describe('a number for people', () => {
  it('is a percentage with one decimal, and whole where it is whole', () => {
    expect([percent(0.78778), percent(1), percent(0), percent(0.9996), percent(0.5, 0)]).toEqual([
      '78.8%',
      '100%',
      '0%',
      '100%',
      '50%',
    ])
  })
  it('has thousands apart', () => {
    expect([whole(9_740_000), whole(20.8), shown('closure_rate', 0.5), shown('open', 3)]).toEqual([
      '9,740,000',
      '20.8',
      '50.0%',
      '3',
    ])
  })
  it('tells a change of rates in points and of counts as they are', () => {
    expect([change('closure_rate', -21.2219), change('open', 12), change('open', 0), change('open', null)]).toEqual([
      '↓21.2',
      '↑12',
      '=',
      '—',
    ])
  })
  it('is better up or down as the figure is, and neither for a mere count', () => {
    expect([
      better('closure_rate', 2, false),
      better('rework_rate', 2, true),
      better('overdue', -1, true),
      better('reported', 5, false),
    ]).toEqual([true, false, true, null])
  })
  it('tells a time by its two largest parts', () => {
    const words = { day: '天', hour: '小时', minute: '分', second: '秒' }
    expect([90, 3600, 100_000, 0, 86_461].map((seconds) => duration(seconds, words))).toEqual([
      '1分30秒',
      '1小时',
      '1天3小时',
      '0秒',
      '1天',
    ])
  })
})

describe('a table', () => {
  it('becomes a CSV that a spreadsheet reads and does not run', () => {
    expect(
      csvOf([
        ['名称', '件'],
        ['=1+1', 3],
        ['a "b", c', null],
      ]),
    ).toBe('\ufeff名称,件\n\'=1+1,3\n"a ""b"", c",\n')
  })
  it('marks ranks that are shared', () => {
    expect([...tiesOf([1, 2, 2, 4, null, null])]).toEqual([2])
  })
})

describe('a hot spot', () => {
  it('leads to its list by fields of a list only', () => {
    const where = whereOf({ query: { unit: '12', subcategory: '01003', reported_from: '2026-11-01T00:00:00+08:00' } })
    expect(readWhere(`${where}&limit=9999&q=x`)).toEqual({
      unit: '12',
      subcategory: '01003',
      reported_from: '2026-11-01T00:00:00+08:00',
    })
  })
  it('tells a small chance as less than', () => {
    expect([chanceText(1e-7, '<0.01%'), chanceText(0.004, ''), chanceText(0.25, '')]).toEqual([
      '<0.01%',
      '0.40%',
      '25.0%',
    ])
  })
})
