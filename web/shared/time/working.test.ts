import { describe, expect, it } from 'vitest'
import { WorkingCalendar, type WorkingDay } from './working'

/** 2026: Wednesday 25 November to Tuesday 1 December; the Saturday is a make-up day in one of the tests. */
const SPANS: [string, string][] = [
  ['08:00', '12:00'],
  ['14:00', '18:00'],
]
const day = (date: string, work = true): WorkingDay => ({ date, work, spans: work ? SPANS : [] })
const week = [
  day('2026-11-25'),
  day('2026-11-26'),
  day('2026-11-27'),
  day('2026-11-28', false),
  day('2026-11-29', false),
  day('2026-11-30'),
  day('2026-12-01'),
]
const calendar = new WorkingCalendar(week)
const HOUR = 3600
const seconds = (from: string, to: string, of = calendar) =>
  of.seconds(new Date(`2026-${from}:00+08:00`), new Date(`2026-${to}:00+08:00`))

describe('working time', () => {
  it.each([
    ['a morning', '11-25T08:00', '11-25T12:00', 4 * HOUR],
    ['a whole day is eight hours', '11-25T00:00', '11-26T00:00', 8 * HOUR],
    ['the pause at noon does not count', '11-25T11:30', '11-25T14:30', 1 * HOUR],
    ['nothing within the pause', '11-25T12:10', '11-25T13:50', 0],
    ['nothing by night', '11-25T19:00', '11-26T07:00', 0],
    ['a weekend does not count', '11-27T17:00', '11-30T09:00', 2 * HOUR],
    ['five working days over a weekend are a week', '11-25T08:00', '12-01T18:00', 5 * 8 * HOUR],
    ['to the second before the end of a day', '11-25T17:59', '11-25T18:30', 60],
  ])('%s', (_, from, to, expected) => {
    expect(seconds(from, to)).toBe(expected)
  })
  it('counts backwards for what is overdue', () => {
    expect(seconds('11-30T09:00', '11-27T17:00')).toBe(-2 * HOUR)
  })
  it('a make-up Saturday counts as a day of work', () => {
    const made = new WorkingCalendar(week.map((each) => (each.date === '2026-11-28' ? day(each.date) : each)))
    expect(seconds('11-27T17:00', '11-30T09:00', made)).toBe(10 * HOUR)
  })
  it('a half day has its own hours', () => {
    const half = new WorkingCalendar([{ date: '2026-11-25', work: true, spans: [['08:00', '12:00']] }])
    expect(seconds('11-25T08:00', '11-25T18:00', half)).toBe(4 * HOUR)
  })
  it('says that it does not know, rather than guess, outside the published days', () => {
    expect(seconds('11-25T08:00', '12-02T08:00')).toBeNull()
  })
  it('goes by the time of the city, wherever the browser is', () => {
    expect(calendar.seconds(new Date('2026-11-25T00:00:00Z'), new Date('2026-11-25T04:00:00Z'))).toBe(4 * HOUR)
  })
})
