import { describe, expect, it } from 'vitest'
import { months, percent, wantedOf } from './board'
import { nudged, ringRadius } from './pin'
import { dissatisfied, stationOf, steps, wasReopened } from './progress'
import { topicsLike, type Category, type Report } from './publicly'
import { firstMissing, missing } from './steps'
import { blank } from './draft'

const step = (action: string, name: string, state: string) => ({
  seq: 1,
  action,
  name,
  name_en: action,
  state,
  state_en: state,
  at: '2026-11-26T08:00:00+08:00',
  reason: '',
})
const report = (more: Partial<Report>): Report =>
  ({ process: 'grid_event', status: 'reported', outcome: null, steps: [], ...more }) as Report

describe('where a report stands', () => {
  it('is one of five stations; none where it left the way', () => {
    expect(stationOf(report({}))).toBe(0)
    expect(stationOf(report({ status: 'suspended' }))).toBe(2)
    expect(stationOf(report({ process: 'public_inquiry', status: 'answered' }))).toBe(3)
    expect(stationOf(report({ status: 'void' }))).toBe(-1)
    expect(stationOf(report({ process: 'of_the_city' }))).toBe(-1)
  })
  it("is told by the states, with the office's word where it says something else", () => {
    const shown = steps(report({ steps: [step('report', '上报', '已上报'), step('sign', '签收', '处置中')] }), false)
    expect(shown.map((one) => [one.name, one.by, one.latest])).toEqual([
      ['已上报', '', false],
      ['处置中', '签收', true],
    ])
  })
  it('was reopened only while it is at work again', () => {
    const again = [step('reopen', '重办', '已立案')]
    expect(wasReopened(report({ steps: again }))).toBe(true)
    expect(wasReopened(report({ steps: again, outcome: 'closed' }))).toBe(false)
    expect([1, 2, 3].map(dissatisfied)).toEqual([true, true, false])
  })
})

describe('a step of the form', () => {
  it('says what it lacks', () => {
    const draft = blank()
    expect(missing('what', draft, false)).toBe('what')
    expect(firstMissing({ ...draft, description: '路灯不亮' }, false)).toBe('where')
    draft.place = { ...draft.place, way: 'pick', units: [{ code: '120101', name: '' }] }
    expect(missing('where', draft, false)).toBe('street')
    expect([missing('phone', draft, false), missing('phone', draft, true)]).toEqual(['phone', ''])
  })
})

describe('the board', () => {
  it('reads its address, whatever stands in it', () => {
    expect(wantedOf({ q: '垃圾', answered: 'nonsense', unit: ['a', 'b'] })).toEqual({
      q: '垃圾',
      unit: '',
      department: '',
      kind: '',
      answered: 'all',
    })
  })
  it('has twelve months over the turn of a year', () => {
    expect(months(new Date(2026, 0, 31)).slice(0, 3)).toEqual(['2026-01', '2025-12', '2025-11'])
    expect([percent(null), percent(0.786)]).toEqual(['–', '78.6%'])
  })
  it('finds topics by name and meaning', () => {
    const topic = (name: string, definition: string) => ({
      code: name,
      name,
      name_en: name,
      definition,
      definition_en: '',
      limit_value: null,
      limit_unit: null,
    })
    const list: Category[] = [
      { code: '1', name: '', name_en: '', subcategories: [topic('路灯', '灯不亮'), topic('井盖', '没有盖')] },
    ]
    expect(topicsLike(list, '不亮')[0]?.subcategories.map((one) => one.name)).toEqual(['路灯'])
    expect(topicsLike(list, '没有这个')).toEqual([])
  })
})

describe('the pin', () => {
  it('moves by metres on the ground', () => {
    const [lon, lat] = nudged(117.2, 39.1, 'north', 5)
    expect([lon, Math.round((lat - 39.1) * 111_320)]).toEqual([117.2, 5])
    const east = nudged(117.2, 39.1, 'east', 5)[0] - 117.2
    expect(east * 111_320 * Math.cos((39.1 * Math.PI) / 180)).toBeCloseTo(5, 3)
    expect(ringRadius(60, 10)).toBeCloseTo(20, 5)
  })
})
