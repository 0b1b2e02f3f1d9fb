import { describe, expect, it } from 'vitest'
import { stepped } from './turning'

describe('the wall', () => {
  it('turns round at both ends', () => {
    expect([stepped(5, 1, 6), stepped(0, -1, 6), stepped(2, 1, 6)]).toEqual([0, 5, 3])
  })
})
