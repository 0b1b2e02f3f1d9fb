import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Holder, HOLD_MS, ORPHAN_MS, readKept, type Held, type Kept } from './held'

class Memory implements Kept {
  private readonly values = new Map<string, string>()
  getItem = (key: string) => this.values.get(key) ?? null
  setItem = (key: string, value: string) => void this.values.set(key, value)
}
const batch = (id: string) => [{ items: [{ id, number: `N${id}`, version: 3 }], body: { department: 'x' } }]
let storage: Memory
let sent: { held: Held; leaving: boolean }[]
const holder = (owner = 'page') =>
  new Holder(async (held, leaving) => void sent.push({ held: { ...held }, leaving }), storage, owner)

beforeEach(() => {
  vi.useFakeTimers()
  storage = new Memory()
  sent = []
})
afterEach(() => vi.useRealTimers())

describe('what can be undone', () => {
  it('is held for eight seconds and then sent, once', async () => {
    const mine = holder()
    mine.hold('me', 'urge', '催办', batch('1'))
    await vi.advanceTimersByTimeAsync(HOLD_MS - 1)
    expect(sent).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(sent.map(({ held }) => held.action)).toEqual(['urge'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sent).toHaveLength(1)
    expect(mine.mine).toEqual([])
    expect(readKept(storage)).toEqual([])
  })
  it('is never sent once it has been taken back; the latest first', async () => {
    const mine = holder()
    mine.hold('me', 'urge', '催办', batch('1'))
    mine.hold('me', 'dispatch', '派遣', batch('2'))
    expect(mine.undo()?.action).toBe('dispatch')
    expect(mine.holds('2')).toBeUndefined()
    expect(mine.holds('1')?.action).toBe('urge')
    await vi.advanceTimersByTimeAsync(HOLD_MS)
    expect(sent.map(({ held }) => held.action)).toEqual(['urge'])
    expect(mine.undo()).toBeNull()
  })
  it('is sent at once when the page is left', async () => {
    const mine = holder()
    mine.hold('me', 'file', '立案', batch('1'))
    await mine.flush(true)
    expect(sent.map(({ leaving }) => leaving)).toEqual([true])
  })
  it('survives a crash: the next page of the same person sends it, another person does not', async () => {
    holder('crashed').hold('me', 'dispatch', '派遣', batch('1'))
    vi.clearAllTimers()
    vi.setSystemTime(Date.now() + HOLD_MS + ORPHAN_MS + 1)
    expect(holder('others').adopt('somebody else')).toBe(0)
    const next = holder('next')
    expect(next.adopt('me')).toBe(1)
    await vi.advanceTimersByTimeAsync(0)
    expect(sent.map(({ held }) => [held.action, held.adopted, held.batches[0]?.body])).toEqual([
      ['dispatch', true, { department: 'x' }],
    ])
    expect(readKept(storage)).toEqual([])
  })
  it('is left alone while the page that holds it is alive', () => {
    holder('first').hold('me', 'urge', '催办', batch('1'))
    expect(holder('second').adopt('me')).toBe(0)
  })
  it('is tried again when it does not get through, and can still be taken back', async () => {
    let up = false
    const mine = new Holder(
      async (held) => {
        if (!up) throw new Error('网络不通')
        sent.push({ held, leaving: false })
      },
      storage,
      'page',
    )
    mine.hold('me', 'urge', '催办', batch('1'))
    await vi.advanceTimersByTimeAsync(HOLD_MS)
    expect(mine.mine[0]?.trouble).toBe('网络不通')
    expect(readKept(storage)).toHaveLength(1)
    up = true
    await vi.advanceTimersByTimeAsync(HOLD_MS)
    expect(sent).toHaveLength(1)
    expect(mine.mine).toEqual([])
  })
  it('keeps what other pages hold when it writes its own', () => {
    holder('first').hold('me', 'urge', '催办', batch('1'))
    const second = holder('second')
    second.hold('me', 'file', '立案', batch('2'))
    expect(readKept(storage).map((held) => held.action)).toEqual(['urge', 'file'])
    second.undo()
    expect(readKept(storage).map((held) => held.action)).toEqual(['urge'])
  })
  it('reads nothing from a storage that somebody has broken', () => {
    storage.setItem('wangge.desk.held', '{not json')
    expect(readKept(storage)).toEqual([])
  })
})
