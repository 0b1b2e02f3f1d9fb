import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { cityTime, shortTime } from './now'

beforeEach(() => {
  vi.useFakeTimers()
  vi.setSystemTime(new Date('2026-11-25T10:00:00+08:00'))
})
afterEach(() => vi.useRealTimers())

it('a time of this year has no year, and is told as the city sent it', () => {
  expect(shortTime('2026-11-25T08:30:12.123+08:00')).toBe('11-25 08:30')
  expect(shortTime('2025-12-31T23:59:00+08:00')).toBe('2025-12-31 23:59')
  expect(shortTime(null)).toBe('')
})

it('an instant is told in the time of the city, wherever the browser is', () => {
  expect(cityTime(new Date('2026-11-25T20:00:00Z'))).toBe('2026-11-26T04:00:00+08:00')
})
