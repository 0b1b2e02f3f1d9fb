import { expect, it } from 'vitest'
import { inSight } from './sight'

const ids = Array.from({ length: 300 }, (_, n) => `i${n}`)

it('of three hundred rows only those in sight are drawn, and some around them', () => {
  const drawn = inSight(ids, 6200, 620, 62, '')
  expect(drawn.length).toBeLessThan(30)
  expect(drawn.some(({ at }) => at === 100)).toBe(true)
  expect(drawn.some(({ at }) => at === 110)).toBe(true)
})
it('the focused row is always drawn: it must not lose the focus', () => {
  expect(inSight(ids, 0, 620, 62, 'i250').at(-1)).toEqual({ id: 'i250', at: 250 })
  expect(inSight(ids, 12_400, 620, 62, 'i3')[0]).toEqual({ id: 'i3', at: 3 })
})
it('a focus that is not in the list draws nothing', () => {
  expect(inSight(ids.slice(0, 3), 0, 620, 62, 'gone')).toHaveLength(3)
})
