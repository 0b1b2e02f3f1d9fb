import { describe, expect, it } from 'vitest'
import { attempts, fit, LONGEST } from './sizing'
import { timeWords, watermarkLines } from './watermark'

describe('the size of a photo', () => {
  it.each([[{ width: 4000, height: 3000 }, { width: 1600, height: 1200 }], [{ width: 3000, height: 4000 }, { width: 1200, height: 1600 }],
    [{ width: 800, height: 600 }, { width: 800, height: 600 }], [{ width: 10_000, height: 3 }, { width: 1600, height: 1 }]])('%o becomes %o', (before, after) => {
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

describe('the words on a photo', () => {
  const at = new Date(2026, 10, 25, 8, 3, 9).getTime()

  it('say when, where, and how exactly that is known', () => {
    expect(timeWords(at)).toBe('2026-11-25 08:03:09')
    expect(watermarkLines({ at, place: '小白楼街道 泰安道社区', lon: 117.2071464, lat: 39.125, accuracy: 8.4 }, '未定位'))
      .toEqual(['2026-11-25 08:03:09', '小白楼街道 泰安道社区', '117.20715, 39.12500 ±8 m'])
  })

  it('say so where the place is not known', () => {
    expect(watermarkLines({ at }, '未定位')).toEqual(['2026-11-25 08:03:09', '未定位'])
  })
})
