import { describe, expect, it } from 'vitest'
import { timeWords, watermarkLines } from './watermark'

describe('the words on a photo', () => {
  const at = new Date(2026, 10, 25, 8, 3, 9).getTime()

  it('say when, where, and how exactly that is known', () => {
    expect(timeWords(at)).toBe('2026-11-25 08:03:09')
    expect(
      watermarkLines({ at, place: '小白楼街道 泰安道社区', lon: 117.2071464, lat: 39.125, accuracy: 8.4 }, '未定位'),
    ).toEqual(['2026-11-25 08:03:09', '小白楼街道 泰安道社区', '117.20715, 39.12500 ±8 m'])
  })

  it('say so where the place is not known', () => {
    expect(watermarkLines({ at }, '未定位')).toEqual(['2026-11-25 08:03:09', '未定位'])
  })
})
