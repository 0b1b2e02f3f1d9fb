import { describe, expect, it } from 'vitest'
import type { Clock, Incident, Transition } from '@shared/api/types'
import { isLate, timeline, type Notice } from './timeline'

type Request = Incident['requests'][number]
const at = (time: string) => `2026-11-25T${time}+08:00`
const step = (seq: number, action: string, time: string) =>
  ({ seq, action, at: at(time), from: 'a', to: 'b', fields: {}, reason: '' }) as unknown as Transition
const request = (more: Partial<Request>) =>
  ({
    request: 2,
    kind: 'whistle',
    party: 'roads',
    party_name: '道路',
    due_at: at('10:30:00'),
    answered_at: null,
    decided_at: null,
    ...more,
  }) as Request
const clock = (more: Partial<Clock>) =>
  ({
    stage: 'sign',
    name: '签收',
    started_at: at('10:00:00'),
    warn_at: at('10:48:00'),
    due_at: at('11:00:00'),
    stopped_at: null,
    paused_at: null,
    verdict: null,
    ...more,
  }) as Clock
const notice = (seq: number, name: string | null, time: string, text = '请签收') =>
  ({ seq, event: '', text, text_en: text, name, at: at(time), read: 0, urgent: false, kind: 'department' }) as Notice
const now = new Date(at('12:00:00'))
const kinds = (...all: Parameters<typeof timeline>) => timeline(...all).map((entry) => entry.kind)

describe('the story of an incident', () => {
  it('is in the order of time, whatever it is made of', () => {
    const story = timeline(
      [step(1, 'report', '09:00:00'), step(2, 'dispatch', '10:00:00')],
      [request({ answered_at: at('10:20:00') })],
      [clock({ stopped_at: at('10:40:00'), verdict: 'on_time' })],
      [notice(2, '道路', '10:00:01')],
      now,
    )
    expect(story.map((entry) => entry.kind)).toEqual(['step', 'step', 'notice', 'answer', 'clock'])
  })
  it('tells the step first where a clock stopped and somebody was told in the same second', () => {
    expect(
      kinds(
        [{ ...step(1, 'file', '09:00:00'), at: at('09:00:00.700') } as Transition],
        [],
        [clock({ stopped_at: at('09:00:00'), verdict: 'on_time' })],
        [notice(1, '道路', '09:00:00')],
        now,
      ),
    ).toEqual(['step', 'clock', 'notice'])
  })
  it('keeps the order of the steps of one instant', () => {
    const story = timeline([step(2, 'file', '09:00:00'), step(1, 'report', '09:00:00')], [], [], [], now)
    expect(story.map((entry) => entry.key)).toEqual(['s1', 's2'])
  })
  it('names everybody who was told the same once', () => {
    const story = timeline(
      [],
      [],
      [],
      [
        notice(2, '道路', '10:00:00'),
        notice(2, '环卫', '10:00:00'),
        notice(2, '环卫', '10:00:00'),
        notice(3, '环卫', '10:05:00'),
      ],
      now,
    )
    expect(story.map((entry) => entry.kind === 'notice' && entry.to)).toEqual([['道路', '环卫'], ['环卫']])
  })
  it('says of a running clock when it is due, or that it is over; a paused one waits', () => {
    const told = (one: Clock, then: Date) =>
      timeline([], [], [one], [], then).map((entry) => entry.kind === 'clock' && entry.told)
    expect(told(clock({}), new Date(at('10:30:00')))).toEqual(['due'])
    expect(told(clock({}), now)).toEqual(['over'])
    expect(told(clock({ paused_at: at('10:10:00') }), now)).toEqual([])
    expect(told(clock({ stopped_at: at('11:30:00'), verdict: 'overdue' }), now)).toEqual(['overdue'])
  })
  it('does not tell an answer twice that is a step of its own', () => {
    expect(kinds([step(3, 'check_in', '10:20:00')], [request({ answered_at: at('10:20:00') })], [], [], now)).toEqual([
      'step',
    ])
  })
  it('says who is late', () => {
    expect(isLate(request({}), now)).toBe(true)
    expect(isLate(request({}), new Date(at('10:00:00')))).toBe(false)
    expect(isLate(request({ answered_at: at('10:20:00') }), now)).toBe(false)
    expect(isLate(request({ answered_at: at('10:40:00') }), now)).toBe(true)
    expect(isLate(request({ due_at: null }), now)).toBe(false)
    expect(kinds([], [request({})], [], [], now)).toEqual(['late'])
  })
})
