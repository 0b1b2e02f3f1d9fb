/** The fields of an action: which there are, what is missing, and what is sent. */
import type { Possible } from '@shared/api/types'

export interface Form {
  reason: string
  department: string
  assisting: string[]
  subcategory: string
  standard: string
  passed: '' | 'yes' | 'no'
  days: number | null
  until: string
  level: string
  contacted: '' | 'yes' | 'no'
  score: number | null
  description: string
  attachments: string[]
  lon: number | null
  lat: number | null
  request: number | null
}
export type FieldName = keyof Form

/** In the order in which the dialogue asks. */
export const FIELDS: FieldName[] = [
  'request',
  'subcategory',
  'standard',
  'department',
  'passed',
  'contacted',
  'score',
  'level',
  'days',
  'until',
  'reason',
  'description',
  'assisting',
  'attachments',
  'lon',
  'lat',
]

export const emptyForm = (): Form => ({
  reason: '',
  department: '',
  assisting: [],
  subcategory: '',
  standard: '',
  passed: '',
  days: null,
  until: '',
  level: '',
  contacted: '',
  score: null,
  description: '',
  attachments: [],
  lon: null,
  lat: null,
  request: null,
})

export const fieldsOf = (possible: Possible): FieldName[] =>
  FIELDS.filter((name) => possible.fields.includes(name) || possible.optional.includes(name))

const isEmpty = (value: Form[FieldName]): boolean =>
  Array.isArray(value) ? !value.length : typeof value === 'string' ? !value.trim() : value === null

/** Required and not given. */
export const missing = (possible: Possible, form: Form): FieldName[] =>
  fieldsOf(possible).filter((name) => possible.fields.includes(name) && isEmpty(form[name]))

/** The city's time has one offset the year round. */
export const CITY_OFFSET = '+08:00'

export function bodyOf(possible: Possible, form: Form): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const name of fieldsOf(possible)) {
    const value = form[name]
    if (isEmpty(value)) continue
    if (name === 'passed' || name === 'contacted') body[name] = value === 'yes'
    else if (name === 'until') body[name] = `${form.until.slice(0, 16)}:00${CITY_OFFSET}`
    else body[name] = typeof value === 'string' ? value.trim() : value
  }
  return body
}

/** What was typed before and not sent, back in the fields. */
export function formOf(body: Record<string, unknown>): Form {
  const form = emptyForm()
  for (const name of FIELDS) {
    const value = body[name]
    if (value === undefined) continue
    const shown =
      typeof value === 'boolean' ? (value ? 'yes' : 'no') : name === 'until' ? String(value).slice(0, 16) : value
    Object.assign(form, { [name]: shown })
  }
  return form
}
