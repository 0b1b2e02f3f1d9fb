// @vitest-environment node
import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, it } from 'vitest'
import { db } from './db'
import { all, put, putAll, remove } from './queue'
import { sendAll } from './sender'
import { Server, emptied, photo, problem, report, states, told } from './server-of-tests'

let server: Server

beforeEach(async () => {
  server = new Server()
  await emptied()
})

describe('a report that was put right in the same visit', () => {
  const settle = {
    kind: 'action',
    owner: 'me',
    id: 'a/settle',
    title: 'settle',
    group: 'a',
    action: 'settle',
    language: 'zh-CN',
    path: '/api/v1/incidents/a/actions/settle',
    body: { version: 0 },
    incident: { id: 'a', number: '', status: '', version: 0 },
  } as const
  const both = () =>
    putAll([
      { item: report('a'), files: [photo] },
      { item: settle, files: [photo] },
    ])
  const bodies: unknown[] = []
  beforeEach(() => {
    bodies.length = 0
    server.answers['/api/v1/incidents/a'] = () => Response.json({ id: 'a', number: 'Na', status: 'filed', version: 2 })
    server.answers[settle.path] = (body) => {
      bodies.push(JSON.parse(String(body)))
      return Response.json({ id: 'a', status: 'closed', version: 3 })
    }
  })

  it('is settled after it was reported, in the version that it has then', async () => {
    await both()
    expect(await sendAll(server.wire)).toBe('done')
    expect([await states(), bodies]).toEqual([['sent', 'sent'], [{ version: 2, attachments: ['file-2'] }]])
  })

  it('waits where the report was refused, and goes with it', async () => {
    server.answers['/api/v1/incidents'] = problem(422, 'outside_grid')
    await both()
    await sendAll(server.wire)
    expect([await states(), bodies]).toEqual([['refused', 'waiting'], []])
    await remove('a')
    expect([await all(), await (await db()).count('files')]).toEqual([[], 0])
  })

  it('stays, and is told, where it is dispatched already; the report is sent', async () => {
    server.answers[settle.path] = problem(409, 'wrong_state')
    await both()
    await sendAll(server.wire)
    expect(await states()).toEqual(['sent', 'refused'])
    await remove('a')
    expect((await all()).map((item) => item.id)).toEqual(['a/settle'])
  })
})

describe('an action on an incident that has changed', () => {
  const check = report('c', {
    kind: 'action',
    action: 'check',
    path: '/api/v1/incidents/i/actions/check',
    body: { version: 5, passed: true, reason: 'ok' },
    incident: { id: 'i', number: '1', status: 'handled', version: 5 },
  })
  const step = (seq: number, action: string, from: string, to: string, actor: string, reason = '') => ({
    seq,
    action,
    action_name: action,
    from,
    to,
    reason,
    actor: { id: actor, name: '' },
    fields: {},
  })
  const stale = (steps: unknown[], status = 'handled') => {
    let turn = 0
    const version = 5 + steps.length
    server.answers['/api/v1/incidents/i/actions/check'] = (body) =>
      JSON.parse(String(body)).version === version
        ? Response.json({ id: 'i', number: '1', status: 'closed' })
        : (turn++, problem(409, 'stale_version')())
    server.answers['/api/v1/incidents/i'] = () =>
      Response.json({ id: 'i', number: '1', status, status_name: status, version })
    server.answers['/api/v1/incidents/i/transitions'] = () => Response.json(steps)
  }

  it('is sent with the version of now where it stayed in its state', async () => {
    stale([step(6, 'urge', 'handled', 'handled', 'lead')])
    await put(check)
    await sendAll(server.wire)
    expect(await states()).toEqual(['sent'])
  })

  it('is done already where the step is our own and only its answer was lost', async () => {
    stale([step(6, 'check', 'handled', 'closed', 'me', 'ok')], 'closed')
    await put(check)
    await sendAll(server.wire)
    expect((await all())[0]).toMatchObject({ state: 'sent', result: { status: 'closed' } })
  })

  it('is for the person to look at where somebody was faster', async () => {
    stale([step(6, 'check', 'handled', 'closed', 'other', 'ok')], 'closed')
    await put(check)
    await sendAll(server.wire)
    expect(await told('c')).toMatchObject({ code: 'moved_on', sentence: 'closed' })
  })
})
