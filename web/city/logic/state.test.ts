import { describe, expect, it } from 'vitest'
import { changed, closed, figureQuery, levelIn, levelsBelow, pathOf, periodIn, readState } from './state'

describe('the address', () => {
  it('says the whole page and is read back', () => {
    const query = {
      period: 'custom',
      from: '2026-11-01',
      to: '2026-11-07',
      unit: '120101',
      process: 'grid_event',
      category: '01',
      rate: 'on_time_rate',
      measure: 'overdue',
      interval: 'week',
      level: 'community',
    }
    const state = readState(query)
    expect(state).toMatchObject({
      period: 'custom',
      unit: '120101',
      rate: 'on_time_rate',
      interval: 'week',
      filters: { process: 'grid_event', category: '01' },
    })
    expect(figureQuery(state, periodIn(state, '2026-11-26'))).toEqual({
      unit: '120101',
      process: 'grid_event',
      category: '01',
      from: '2026-11-01T00:00:00+08:00',
      to: '2026-11-08T00:00:00+08:00',
    })
  })
  it('that was mistyped shows the default', () => {
    const state = readState({
      period: 'yesterday',
      unit: "1' or 1",
      from: '2026-13-01',
      level: 'galaxy',
      rate: 'DROP',
      category: ['01', '02'],
    })
    expect(state).toEqual({
      period: 'month',
      from: undefined,
      to: undefined,
      unit: undefined,
      level: undefined,
      interval: undefined,
      rate: 'closure_rate',
      measure: 'closure_rate',
      filters: {},
    })
  })
  it('says only what is not the default', () => {
    expect(changed({ unit: '120101', period: '7d' }, { unit: null, rate: 'rework_rate', level: '' })).toEqual({
      period: '7d',
      rate: 'rework_rate',
    })
  })
  it('forgets the sheet when it is closed, and nothing else', () => {
    expect(closed({ unit: '12', show: 'closed', by: 'street', key: '120101001', incident: 'x', period: '7d' })).toEqual(
      { unit: '12', period: '7d' },
    )
  })
})

describe('the way down', () => {
  it('starts at what the caller sees', () => {
    expect(pathOf('120101001002', '12')).toEqual(['12', '120101', '120101001', '120101001002'])
    expect(pathOf('120101001', '120101')).toEqual(['120101', '120101001'])
    expect(pathOf('12', '12')).toEqual(['12'])
  })
  it('divides a unit by the next two levels, and a cell no further', () => {
    expect(levelsBelow('city')).toEqual(['district', 'street'])
    expect(levelsBelow('community')).toEqual(['cell'])
    expect(levelsBelow('cell')).toEqual(['cell'])
    expect(levelIn(readState({ level: 'street' }), '12')).toBe('street')
    expect(levelIn(readState({ level: 'district' }), '120101')).toBe('street')
  })
})
