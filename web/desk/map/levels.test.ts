import { describe, expect, it } from 'vitest'
import { levelFor, parentsOf } from './levels'
import { pointPressure, worst } from './pressure'

describe('outlines by zoom', () => {
  it.each([
    [9, 'district'],
    [11, 'street'],
    [13, 'community'],
    [16, 'cell'],
  ] as const)('a city at zoom %d shows each %s', (zoom, level) => {
    expect(levelFor(zoom, 'city')).toBe(level)
  })
  it('whoever stands for a street never sees less than its communities', () => {
    expect(levelFor(9, 'street')).toBe('community')
    expect(levelFor(16, 'street')).toBe('cell')
  })
  it('a cell has nothing below it', () => {
    expect(levelFor(12, 'cell')).toBeNull()
  })
  it('what is chosen by hand is drawn, or nothing', () => {
    expect(levelFor(9, 'city', 'community')).toBe('community')
    expect(levelFor(9, 'city', 'none')).toBeNull()
    expect(levelFor(9, 'district', 'district')).toBe('street')
  })
  it('the thousands of a city are asked for by the parents in sight', () => {
    expect(parentsOf('community', 'city')).toBe('district')
    expect(parentsOf('cell', 'city')).toBe('street')
    expect(parentsOf('cell', 'district')).toBe('street')
    expect(parentsOf('street', 'city')).toBeNull()
    expect(parentsOf('community', 'district')).toBeNull()
    expect(parentsOf('cell', 'street')).toBeNull()
  })
})

describe('how pressing a point is', () => {
  const now = new Date('2026-11-25T10:00:00+08:00')
  it.each([
    ['2026-11-25T09:59:00+08:00', 'over'],
    ['2026-11-25T11:00:00+08:00', 'near'],
    ['2026-11-25T20:00:00+08:00', 'soon'],
    ['2026-11-28T10:00:00+08:00', 'calm'],
    [null, 'none'],
  ])('due %s is %s', (due, pressure) => {
    expect(pointPressure(due, now)).toBe(pressure)
  })
  it('of several the worst counts', () => {
    expect(worst(['calm', 'over', 'near'])).toBe('over')
    expect(worst([])).toBe('none')
  })
})
