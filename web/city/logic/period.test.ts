import { describe, expect, it } from 'vitest'
import {
  addDays,
  addMonths,
  cityDay,
  daysOf,
  intervalFor,
  isDay,
  monthPeriod,
  pastMonths,
  periodOf,
  unfinished,
} from './period'

describe('the day of the city', () => {
  it('is the one in UTC+8, whatever the zone of the machine', () => {
    expect(cityDay(new Date('2026-11-25T15:59:59.999Z'))).toBe('2026-11-25')
    expect(cityDay(new Date('2026-11-25T16:00:00Z'))).toBe('2026-11-26')
  })
  it('goes over the ends of months and years', () => {
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
    expect(addMonths('2026-01', -1)).toBe('2025-12')
    expect(addMonths('2026-12', 1)).toBe('2027-01')
  })
  it('knows a day from what is none', () => {
    expect([isDay('2026-11-26'), isDay('2026-02-30'), isDay('26-11'), isDay(undefined)]).toEqual([
      true,
      false,
      false,
      false,
    ])
  })
})

describe('a period', () => {
  const today = '2026-11-26'
  it.each([
    ['month', '2026-11-01', '2026-12-01'],
    ['last', '2026-10-01', '2026-11-01'],
    ['7d', '2026-11-20', '2026-11-27'],
    ['30d', '2026-10-28', '2026-11-27'],
    ['90d', '2026-08-29', '2026-11-27'],
    ['year', '2026-01-01', '2027-01-01'],
  ] as const)('%s is from midnight to midnight of the city', (name, from, to) => {
    expect(periodOf(name, today)).toEqual({ from: `${from}T00:00:00+08:00`, to: `${to}T00:00:00+08:00` })
  })
  it('in January looks back into the year before', () => {
    expect(periodOf('last', '2026-01-05')).toEqual(monthPeriod('2025-12'))
  })
  it('of its own has both days in it, also when they are given the wrong way round', () => {
    const period = periodOf('custom', today, '2026-11-20', '2026-11-03')
    expect(period).toEqual({ from: '2026-11-03T00:00:00+08:00', to: '2026-11-21T00:00:00+08:00' })
    expect(daysOf(period)).toEqual(['2026-11-03', '2026-11-20'])
  })
  it('is unfinished while days of it are still to come', () => {
    const now = new Date('2026-11-26T08:00:00+08:00')
    expect(unfinished(periodOf('month', today), now)).toBe(true)
    expect(unfinished(periodOf('7d', today), now)).toBe(false)
    expect(unfinished(periodOf('last', today), now)).toBe(false)
  })
  it('is told in as many steps as can be read', () => {
    expect((['7d', '90d', 'year'] as const).map((name) => intervalFor(periodOf(name, today)))).toEqual([
      'day',
      'week',
      'month',
    ])
  })
  it('offers the months that are over', () => {
    expect(pastMonths('2026-02-10', 3)).toEqual(['2026-01', '2025-12', '2025-11'])
  })
})
