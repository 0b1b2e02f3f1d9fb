import { describe, expect, it } from 'vitest'
import type { Incident, Me, Possible } from '@shared/api/types'
import { actBody, emptyAct, fieldsOf, lacking, limitOf } from './form'
import { dayFrom } from './dates'
import { byDistance, byDue, taskOf, tasksOf } from './mine'
import { beforeAndAfter } from './pictures'

const me = (role: string, department: string | null = null) => ({ role, department }) as Me
const clock = (stage: string, due_at: string, more = {}) => ({
  stage,
  name: stage,
  due_at,
  stopped_at: null,
  paused_at: null,
  ...more,
})
const incident = (id: string, more: object = {}) =>
  ({
    id,
    process: 'grid_event',
    status: 'handled',
    department: 'd',
    subcategory: '1',
    returns: 0,
    lon: 117.2,
    lat: 39.1,
    clocks: [],
    requests: [],
    due_at: null,
    ...more,
  }) as unknown as Incident
const ids = (
  role: string,
  incidents: Incident[],
  department: string | null = null,
  holders = {},
  settleable = new Set<string>(),
) => incidents.filter((one) => taskOf(one, me(role, department), holders, settleable)).map((one) => one.id)

describe('what waits for me', () => {
  const checked = incident('check', { clocks: [clock('check', '2026-01-02')] })
  const signed = incident('sign', { clocks: [clock('sign', '2026-01-01')] })

  it('goes by who holds the running clock', () => {
    expect(ids('grid_worker', [checked, signed])).toEqual(['check'])
    expect(ids('handler', [checked, signed], 'd')).toEqual(['sign'])
    expect(ids('handler', [signed], 'another')).toEqual([])
    expect(ids('grid_worker', [incident('x', { clocks: [clock('check', '2026', { paused_at: '2026' })] })])).toEqual([])
  })
  it('goes by the process where that says otherwise', () => {
    const alarm = incident('alarm', { process: 'care_alarm', clocks: [clock('respond', '2026')] })
    expect(ids('grid_worker', [alarm])).toEqual([])
    expect(ids('grid_worker', [alarm], null, { 'care_alarm/respond': 'workers' })).toEqual(['alarm'])
  })
  it('what is asked of my department waits for me too', () => {
    const called = incident('called', {
      requests: [{ kind: 'whistle', kind_name: '吹哨', party: 'd2', state: 'asked' }],
    })
    expect([ids('handler', [called], 'd2'), ids('handler', [called], 'd3')]).toEqual([['called'], []])
  })
  it('what the list lets a worker settle', () => {
    const filed = incident('filed', { status: 'filed' })
    expect(ids('grid_worker', [filed], null, {}, new Set(['1']))).toEqual(['filed'])
    expect(ids('grid_worker', [incident('back', { status: 'filed', returns: 1 })], null, {}, new Set(['1']))).toEqual(
      [],
    )
    expect(ids('handler', [filed], 'd', {}, new Set(['1']))).toEqual([])
  })
  it('is in the order of its time, or of the way there', () => {
    const tasks = tasksOf(
      [
        incident('b', { clocks: [clock('check', '2026-02')], lat: 39.1 }),
        incident('a', { clocks: [clock('check', '2026-01')], lat: 39.2 }),
        incident('c', { clocks: [clock('check', '2026-03')], lon: null, lat: null }),
      ],
      me('grid_worker'),
      {},
      new Set(),
    )
    expect(byDue(tasks).map((task) => task.incident.id)).toEqual(['a', 'b', 'c'])
    expect(byDistance(tasks, { lon: 117.2, lat: 39.1 }).map((task) => task.incident.id)).toEqual(['b', 'a', 'c'])
  })
})

describe('the form of an action', () => {
  const check = {
    action: 'check',
    name: '核查',
    name_en: 'Check',
    fields: ['passed', 'attachments', 'lon', 'lat'],
    optional: ['reason'],
  } as Possible
  const asked = fieldsOf(check)

  it('asks what is offered, in one order, the point once', () => {
    expect(asked).toEqual([
      { name: 'passed', required: true },
      { name: 'attachments', required: true },
      { name: 'here', required: true },
      { name: 'reason', required: false },
    ])
    expect(
      fieldsOf({ ...check, fields: ['request'], optional: ['department', 'stage', 'reason'] }).map(
        (field) => field.name,
      ),
    ).toEqual(['request', 'reason'])
  })
  it('says what is missing; what failed needs a reason', () => {
    const form = emptyAct('x')
    expect(lacking(form, asked)).toEqual(['passed', 'attachments', 'here'])
    Object.assign(form, { passed: false, here: { lon: 1, lat: 2, accuracy: 3 }, photos: [{}] })
    expect(lacking(form, asked)).toEqual(['reason'])
    form.reason = ' 没清 '
    expect(lacking(form, asked)).toEqual([])
    expect(actBody(form, asked, 7)).toEqual({
      version: 7,
      passed: false,
      lon: 1,
      lat: 2,
      datum: 'wgs84',
      reason: '没清',
    })
  })
  it('a day is until its evening in the city', () => {
    const offer = { ...check, fields: ['until'], optional: [] }
    expect(actBody({ ...emptyAct('x'), until: '2026-12-01' }, fieldsOf(offer), 1)).toEqual({
      version: 1,
      until: '2026-12-01T18:00:00+08:00',
    })
    expect(dayFrom(Date.parse('2026-11-25T20:00:00Z'), 1)).toBe('2026-11-27')
  })
  it('how near one must stand', () => {
    const standards = [
      { code: 's', check_distance_m: 50 },
      { code: 'far', check_distance_m: null },
    ]
    expect(
      [{ standard: null }, { standard: 's' }, { standard: 'far' }, { standard: 'old' }].map((one) =>
        limitOf(one as Incident, standards),
      ),
    ).toEqual([100, 50, null, 100])
  })
})

describe('before and after', () => {
  const file = (id: string, seq: number, kind = 'image') => ({ id, seq, kind }) as Incident['attachments'][number]
  it('are the pictures of the report and of the last handling', () => {
    const attachments = [file('a', 1), file('v', 1, 'audio'), file('b', 4), file('c', 6), file('d', 7)]
    const both = beforeAndAfter({ attachments }, [
      { seq: 4, action: 'feed_back' },
      { seq: 6, action: 'feed_back' },
      { seq: 7, action: 'comment' },
    ])
    expect([both.before, both.after].map((files) => files.map((one) => one.id))).toEqual([['a'], ['c']])
    expect(beforeAndAfter({ attachments: [file('a', 1)] }, []).after).toEqual([])
  })
})
