import { describe, expect, it } from 'vitest'
import { dayEdits, kindOf, moved, tallyOf, weekday, weeksOf, years, type Day } from './year'

const day = (date: string, work: boolean, name = ''): Day => ({ date, work, name, name_en: '' })

describe('a month as weeks', () => {
  it('begins on Monday and is filled up to Sunday', () => {
    const weeks = weeksOf(2026, 11) // 1 November 2026 is a Sunday
    expect(weeks).toHaveLength(6)
    expect(weeks[0]).toEqual([null, null, null, null, null, null, '2026-11-01'])
    expect(weeks.at(-1)?.[0]).toBe('2026-11-30')
    expect(weeks.flat().filter(Boolean)).toHaveLength(30)
  })
  it('knows leap years', () => {
    expect(weeksOf(2028, 2).flat()).toContain('2028-02-29')
    expect(weeksOf(2027, 2).flat()).not.toContain('2027-02-29')
    expect(weekday('2026-11-26')).toBe(4)
  })
})

describe('what a day is', () => {
  it('is told by the week and by what is published', () => {
    expect(kindOf(day('2026-11-26', true))).toBe('work')
    expect(kindOf(day('2026-11-28', false))).toBe('rest')
    expect(kindOf(day('2026-10-01', false, '国庆节'))).toBe('holiday')
    expect(kindOf(day('2026-10-10', true, '国庆节调休上班'))).toBe('make_up')
    expect(kindOf(day('2026-11-27', false))).toBe('holiday')
  })
  it('is counted', () => {
    expect(
      tallyOf([
        day('2026-11-26', true),
        day('2026-11-28', false),
        day('2026-10-10', true),
        day('2026-10-01', false, '国庆节'),
      ]),
    ).toEqual({ work: 2, holiday: 1, make_up: 1 })
  })
})

describe('days that are changed', () => {
  it('go out as rows in order; what goes back to the default is taken away', () => {
    expect(
      dayEdits({
        '2027-05-02': { kind: 'work', name: '调休' },
        '2027-01-01': { kind: 'holiday', name: '元旦' },
        '2027-03-03': { kind: 'default', name: '' },
      }),
    ).toEqual({
      rows: [
        { date: '2027-01-01', kind: 'holiday', name: '元旦' },
        { date: '2027-05-02', kind: 'work', name: '调休' },
      ],
      removed: ['2027-03-03'],
    })
  })
  it('are gone to by arrow keys, across months', () => {
    expect(moved('2026-11-30', 'ArrowRight')).toBe('2026-12-01')
    expect(moved('2026-03-03', 'ArrowUp')).toBe('2026-02-24')
    expect(moved('2026-03-03', 'a')).toBeUndefined()
  })
  it('are those of this year and the next', () => expect(years(new Date('2026-06-01'))).toEqual([2026, 2027]))
})
