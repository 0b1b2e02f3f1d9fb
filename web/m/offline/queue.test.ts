// @vitest-environment node
import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, it } from 'vitest'
import { closeDb, db, type Item } from './db'
import { LEASE_MS, alone, takeLease } from './lock'
import { all, backoff, change, countsOf, filesOf, nextOf, put, remove, retry, verdictOf } from './queue'
import { sendAll } from './sender'
import { Server, emptied, photo, problem, report, states, told } from './server-of-tests'

let server: Server

beforeEach(async () => {
  server = new Server()
  await emptied()
})

describe('what may go next', () => {
  const item = (id: string, more: Partial<Item> = {}) =>
    ({ ...report(id), method: 'POST', created: Number(id), state: 'waiting', tries: 0, nextAt: 0, ...more }) as Item

  it('is the oldest, of this person, whose time has come', () => {
    expect(nextOf([item('2'), item('1')], 'me', 0)?.id).toBe('1')
    expect(nextOf([item('1', { owner: 'other' }), item('2')], 'me', 0)?.id).toBe('2')
    expect(nextOf([item('1', { nextAt: 10 }), item('2')], 'me', 5)?.id).toBe('2')
    expect(nextOf([item('1', { nextAt: 10 })], 'me', 10)?.id).toBe('1')
    expect(nextOf([item('1', { state: 'refused' }), item('2', { state: 'sent' })], 'me', 0)).toBeUndefined()
  })

  it('waits for what comes before it in its group', () => {
    const group = { group: 'round' }
    expect(nextOf([item('1', { ...group, nextAt: 9 }), item('2', group), item('3')], 'me', 0)?.id).toBe('3')
    expect(nextOf([item('1', { ...group, state: 'refused' }), item('2', group)], 'me', 0)).toBeUndefined()
    expect(nextOf([item('1', { ...group, state: 'sent' }), item('2', group)], 'me', 0)?.id).toBe('2')
  })

  it('waits longer after each failure, at most five minutes', () => {
    expect([1, 2, 3, 20].map(backoff)).toEqual([2000, 4000, 8000, 300_000])
  })

  it.each([
    [0, 'offline', 'stop'],
    [401, 'not_authenticated', 'signIn'],
    [403, 'csrf_failed', 'signIn'],
    [403, 'not_allowed', 'refused'],
    [409, 'stale_version', 'refused'],
    [422, 'too_far', 'refused'],
    [429, 'too_many', 'later'],
    [500, 'x', 'later'],
    [503, 'not_ready', 'later'],
  ] as const)('%i %s means %s', (status, code, verdict) => {
    expect(verdictOf({ status, code })).toBe(verdict)
  })
})

describe('sending', () => {
  it('sends files first, then the report with their ids, and keeps no photo that was sent', async () => {
    await put(report('a'), [photo, photo])
    expect(await sendAll(server.wire)).toBe('done')
    expect(server.calls).toEqual(['/api/v1/attachments', '/api/v1/attachments', '/api/v1/incidents'])
    expect(server.stored.get('a')).toMatchObject({ id: 'a', attachments: ['file-1', 'file-2'] })
    expect((await all())[0]).toMatchObject({ state: 'sent', result: { number: 'Na' } })
    expect(await filesOf('a')).toEqual([])
  })

  it('stops without a network, and nothing is lost', async () => {
    server.dead = true
    await put(report('a'), [photo])
    expect(await sendAll(server.wire)).toBe('offline')
    expect(await states()).toEqual(['waiting'])
    expect(await filesOf('a')).toHaveLength(1)
  })

  it('goes on where it stopped: a file that is up is not sent again', async () => {
    await put(report('a'), [photo, photo])
    server.killAfterUpload = true
    await sendAll(server.wire)
    expect((await filesOf('a')).map((file) => file.attachment)).toEqual(['file-1', undefined])
    Object.assign(server, { dead: false, killAfterUpload: false })
    await retry()
    await sendAll(server.wire)
    expect(server.uploads).toBe(2)
    expect(server.stored.get('a')).toMatchObject({ attachments: ['file-1', 'file-2'] })
  })

  it('after a kill in the midst of sending, with the answer lost, stores it once', async () => {
    await put(report('a'))
    server.stored.set('a', {})
    await change('a', (item) => {
      item.state = 'sending'
    })
    await closeDb()
    expect(await sendAll(server.wire)).toBe('done')
    expect([await states(), server.stored.size]).toEqual([['sent'], 1])
  })

  it('a refusal is kept with its words and holds nobody else up', async () => {
    server.answers['/api/v1/incidents'] = (body) =>
      String(body).includes('"a"') ? problem(422, 'outside_grid', '坐标不在任何网格内')() : Response.json({ id: 'b' })
    await put(report('a', { created: 1 }))
    await put(report('b', { created: 2 }))
    await sendAll(server.wire)
    expect(await states()).toEqual(['refused', 'sent'])
    expect(await told('a')).toEqual({ status: 422, code: 'outside_grid', sentence: '坐标不在任何网格内' })
    expect(countsOf(await all())).toEqual({ waiting: 0, refused: 1, sent: 1 })
  })

  it('an ended session keeps everything and asks to sign in', async () => {
    server.answers['/api/v1/incidents'] = problem(401, 'not_authenticated')
    await put(report('a'), [photo])
    expect(await sendAll(server.wire)).toBe('signIn')
    expect(await states()).toEqual(['waiting'])
    delete server.answers['/api/v1/incidents']
    expect(await sendAll(server.wire)).toBe('done')
    expect([await states(), server.uploads]).toEqual([['sent'], 1])
  })

  it('a busy server is asked again later, not at once', async () => {
    server.answers['/api/v1/incidents'] = problem(503, 'not_ready')
    await put(report('a'))
    await sendAll(server.wire, () => 1000)
    expect((await all())[0]).toMatchObject({ state: 'waiting', tries: 1, nextAt: 3000 })
    delete server.answers['/api/v1/incidents']
    await sendAll(server.wire, () => 2999)
    expect(await states()).toEqual(['waiting'])
    await sendAll(server.wire, () => 3000)
    expect(await states()).toEqual(['sent'])
  })

  it('never sends what another person wrote', async () => {
    await put(report('a', { owner: 'other' }))
    expect(await sendAll(server.wire)).toBe('done')
    expect([await states(), server.stored.size]).toEqual([['waiting'], 0])
  })

  it('sends a file anew that the server has forgotten', async () => {
    let turn = 0
    server.answers['/api/v1/incidents'] = () =>
      turn++ ? Response.json({ id: 'a' }) : problem(422, 'unknown_attachment')()
    await put(report('a'), [{ ...photo, attachment: 'gone' }])
    await sendAll(server.wire)
    expect([await states(), server.uploads]).toEqual([['sent'], 1])
  })

  it('what is deleted is gone with its photos', async () => {
    await put(report('a'), [photo])
    await remove('a')
    expect([await all(), await (await db()).count('files')]).toEqual([[], 0])
  })
})

describe('one sender at a time', () => {
  it('without locks of the browser by a lease that runs out', async () => {
    expect(await takeLease(0, 'page')).toBe(true)
    expect(await takeLease(1000, 'worker')).toBe(false)
    expect(await takeLease(2000, 'page')).toBe(true)
    expect(await takeLease(2001 + LEASE_MS, 'worker')).toBe(true)
  })

  it('two at once in one page: one sends', async () => {
    const ran: number[] = []
    const both = await Promise.all(
      [1, 2].map((n) =>
        alone(async () => {
          ran.push(n)
          await new Promise((done) => setTimeout(done, 5))
        }, undefined),
      ),
    )
    expect([both.filter(Boolean).length, ran.length]).toEqual([1, 1])
  })
})
