import { describe, expect, it } from 'vitest'
import type { Clock } from '../api/types'
import { left, pressureOf, running, spoken } from './countdown'
import { WorkingCalendar } from './working'

const at = (day: string) => `2026-11-${day}:00+08:00`
const clock = (more: Partial<Clock> = {}): Clock => ({
  stage: 'handle',
  name: '处置',
  department: null,
  limit_value: 4,
  limit_unit: 'work_hour',
  started_at: at('27T16:00'),
  warn_at: at('30T08:12'),
  due_at: at('30T10:00'),
  original_due_at: null,
  paused_at: null,
  stopped_at: null,
  overdue: false,
  verdict: null,
  ...more,
})
const spans: [string, string][] = [
  ['08:00', '12:00'],
  ['14:00', '18:00'],
]
const calendar = new WorkingCalendar([
  { date: '2026-11-27', work: true, spans },
  { date: '2026-11-28', work: false, spans: [] },
  { date: '2026-11-29', work: false, spans: [] },
  { date: '2026-11-30', work: true, spans },
])
const chinese = (n: number) => `${n}天`

describe('the time left', () => {
  it('of four working hours given on Friday at 16:00, two are left over the weekend', () => {
    const state = left(clock(), new Date(at('28T12:00')), calendar)
    expect([state.seconds, state.working]).toEqual([2 * 3600, true])
  })
  it('stands still through the weekend', () => {
    const [saturday, sunday] = ['28T09:00', '29T23:00'].map((day) => left(clock(), new Date(at(day)), calendar).seconds)
    expect(saturday).toBe(sunday)
  })
  it('counts working time when overdue, too', () => {
    expect(left(clock({ due_at: at('27T17:00') }), new Date(at('30T09:00')), calendar)).toEqual({
      pressure: 'over',
      seconds: -2 * 3600,
      working: true,
    })
  })
  it('of an urgent limit runs by night and on Sunday', () => {
    const state = left(clock({ limit_unit: 'urgent_hour', due_at: at('29T10:00') }), new Date(at('29T08:00')), calendar)
    expect([state.seconds, state.working]).toEqual([2 * 3600, false])
  })
  it('goes by the clock on the wall where the calendar does not reach', () => {
    expect(
      left(clock({ due_at: '2026-12-30T10:00:00+08:00' }), new Date('2026-12-30T08:00:00+08:00'), calendar).working,
    ).toBe(false)
  })
  it('is none without a limit, and paused while the clock is', () => {
    expect(left(undefined, new Date()).pressure).toBe('none')
    expect(left(clock({ paused_at: at('27T17:00') }), new Date(at('30T11:00')), calendar).pressure).toBe('paused')
  })
})

describe('four levels', () => {
  it.each([
    ['27T16:30', 'calm'],
    ['29T12:00', 'soon'],
    ['30T08:30', 'near'],
    ['30T10:00', 'over'],
    ['30T10:01', 'over'],
  ])('at %s it is %s', (day, level) => {
    expect(pressureOf(clock(), new Date(at(day)))).toBe(level)
  })
})

it('while it is verified, the clock of that runs and that of accepting stands still', () => {
  const accept = clock({ stage: 'accept', due_at: at('27T16:30'), paused_at: at('27T16:10') })
  const verify = clock({ stage: 'verify', due_at: at('27T17:00') })
  expect(running([accept, verify])?.stage).toBe('verify')
  expect(running([accept])?.stage).toBe('accept')
})

it('the clock that runs is the one that is due next', () => {
  const [sign, handle] = [clock({ stage: 'sign', due_at: at('27T17:00') }), clock()]
  expect(running([handle, sign])?.stage).toBe('sign')
  expect(running([handle, { ...sign, stopped_at: at('27T16:30') }])?.stage).toBe('handle')
  expect(running([])).toBeUndefined()
})

it.each([
  [59, false, '00:00:59'],
  [3600, false, '01:00:00'],
  [90_061, false, '1天 01:01:01'],
  [8 * 3600 + 60, true, '1天 00:01:00'],
  [-7200, true, '02:00:00'],
])('%d s (working: %s) is said as %s', (seconds, working, said) => {
  expect(spoken(seconds, working, chinese)).toBe(said)
})
