import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useSession } from './session'

describe('who is here when the server is not reached', () => {
  beforeEach(() => vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch'))))
  afterEach(() => {
    vi.unstubAllGlobals()
    localStorage.clear()
  })

  it('whoever was here last', async () => {
    localStorage.setItem('wangge.me', JSON.stringify({ id: 'w', name: '王网格', permissions: ['report'] }))
    const { restore, may } = useSession()
    expect(await restore()).toMatchObject({ id: 'w', csrf_token: '' })
    expect(may('report')).toBe(true)
  })

  it('nobody, where nobody was', async () => {
    const { restore, may, signedIn } = useSession()
    expect(await restore()).toBeNull()
    expect([signedIn.value, may('report')]).toEqual([false, false])
  })

  it('nobody, where what is kept cannot be read', async () => {
    localStorage.setItem('wangge.me', '{half')
    expect(await useSession().restore()).toBeNull()
  })
})
