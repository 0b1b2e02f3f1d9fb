import { describe, expect, it } from 'vitest'
import type { Possible } from '@shared/api/types'
import { bodyOf, emptyForm, fieldsOf, formOf, missing } from './form'

const possible = (fields: string[], optional: string[] = []): Possible => ({
  action: 'x',
  name: 'x',
  name_en: 'x',
  fields,
  optional,
  next: false,
})

describe('the fields of an action', () => {
  it('come in one order, whatever order the process names them in', () => {
    expect(fieldsOf(possible(['reason', 'department'], ['assisting']))).toEqual(['department', 'reason', 'assisting'])
  })
  it('are missing where they are required and empty', () => {
    expect(missing(possible(['department', 'reason'], ['until']), { ...emptyForm(), reason: '  ' })).toEqual([
      'department',
      'reason',
    ])
    expect(missing(possible(['reason']), { ...emptyForm(), reason: '太远' })).toEqual([])
  })
  it('are sent only where they are given', () => {
    const form = {
      ...emptyForm(),
      reason: ' 占道 ',
      passed: 'no' as const,
      until: '2026-11-26T09:30',
      assisting: ['a'],
      days: 3,
    }
    expect(bodyOf(possible(['reason', 'passed'], ['until', 'assisting', 'days', 'lon']), form)).toEqual({
      reason: '占道',
      passed: false,
      until: '2026-11-26T09:30:00+08:00',
      assisting: ['a'],
      days: 3,
    })
  })
  it('come back as they were typed', () => {
    const form = { ...emptyForm(), reason: '占道', passed: 'yes' as const, until: '2026-11-26T09:30', assisting: ['a'] }
    const asked = possible(['reason', 'passed', 'until', 'assisting'])
    expect(formOf(bodyOf(asked, form))).toEqual(form)
  })
})
