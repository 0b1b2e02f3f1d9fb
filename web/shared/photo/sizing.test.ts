import { describe, expect, it } from 'vitest'
import { attempts, fit, LONGEST } from './sizing'

describe('the size of a photo', () => {
  it.each([
    [
      { width: 4000, height: 3000 },
      { width: 1600, height: 1200 },
    ],
    [
      { width: 3000, height: 4000 },
      { width: 1200, height: 1600 },
    ],
    [
      { width: 800, height: 600 },
      { width: 800, height: 600 },
    ],
    [
      { width: 10_000, height: 3 },
      { width: 1600, height: 1 },
    ],
  ])('%o becomes %o', (before, after) => {
    expect(fit(before)).toEqual(after)
  })

  it('goes down in quality first, then in size, and never above the limit', () => {
    const tried = attempts({ width: 4000, height: 3000 })
    expect(tried[0]).toEqual({ size: { width: 1600, height: 1200 }, quality: 0.82 })
    expect(tried.slice(0, 4).every(({ size }) => size.width === LONGEST)).toBe(true)
    expect(tried[4]!.size.width).toBe(1280)
    expect(tried.map(({ size }) => size.width)).toEqual([...tried.map(({ size }) => size.width)].sort((a, b) => b - a))
  })
})
