/** The form of an action, made from what the server offers. */
import type { Incident, Possible } from '@shared/api/types'
import { DAY_END } from './dates'
import type { Photo } from '../report/body'

/** The order in which fields are asked. What is not here is not asked on a phone. */
export const FIELDS = [
  'passed',
  'request',
  'subcategory',
  'standard',
  'department',
  'assisting',
  'main',
  'contacted',
  'score',
  'days',
  'until',
  'level',
  'attachments',
  'here',
  'description',
  'reason',
] as const
export type FieldName = (typeof FIELDS)[number]
/** Only asked where they are needed: the answer is known without them. */
const ONLY_REQUIRED = new Set<FieldName>(['department', 'subcategory', 'standard', 'level', 'main'])

export interface ActForm {
  id: string
  passed: boolean | null
  contacted: boolean | null
  request: number | null
  score: number | null
  days: number | null
  until: string
  level: string
  main: string
  subcategory: string
  standard: string
  department: string
  assisting: string[]
  description: string
  reason: string
  photos: Photo[]
  here: { lon: number; lat: number; accuracy: number } | null
}

export const emptyAct = (id: string): ActForm => ({
  id,
  passed: null,
  contacted: null,
  request: null,
  score: null,
  days: null,
  until: '',
  level: '',
  main: '',
  subcategory: '',
  standard: '',
  department: '',
  assisting: [],
  description: '',
  reason: '',
  photos: [],
  here: null,
})

export interface Asked {
  name: FieldName
  required: boolean
}

export function fieldsOf(offer: Possible): Asked[] {
  const known = (name: FieldName, among: string[]) => among.includes(name === 'here' ? 'lon' : name)
  return FIELDS.flatMap((name) => {
    const required = known(name, offer.fields)
    const optional = known(name, offer.optional) && !ONLY_REQUIRED.has(name)
    return required || optional ? [{ name, required }] : []
  })
}

const isEmpty = (form: ActForm, name: FieldName): boolean => {
  const value = name === 'attachments' ? form.photos : form[name]
  return (
    value === null ||
    value === '' ||
    (Array.isArray(value) && !value.length) ||
    (typeof value === 'string' && !value.trim())
  )
}

/** The required fields that are still empty; without a reason nothing fails. */
export function lacking(form: ActForm, asked: readonly Asked[]): FieldName[] {
  const lacks = asked.filter(({ name, required }) => required && isEmpty(form, name)).map(({ name }) => name)
  const why = form.passed === false && isEmpty(form, 'reason') && asked.some(({ name }) => name === 'reason')
  return why && !lacks.includes('reason') ? [...lacks, 'reason'] : lacks
}

export function actBody(form: ActForm, asked: readonly Asked[], version: number): Record<string, unknown> {
  const body: Record<string, unknown> = { version }
  for (const { name } of asked) {
    if (isEmpty(form, name) || name === 'attachments') continue
    if (name === 'here') Object.assign(body, { lon: form.here!.lon, lat: form.here!.lat, datum: 'wgs84' })
    else if (name === 'until') body.until = `${form.until}${DAY_END}`
    else body[name] = typeof form[name] === 'string' ? (form[name] as string).trim() : form[name]
  }
  return body
}

/** What was asked in this incident and waits for an answer. */
export const pendingOf = (incident: Incident) =>
  incident.requests.filter((one) => ['asked', 'answered'].includes(one.state))

/** How near one must stand; null: anywhere. As the server says it, where no standard says it: 100 m. */
export function limitOf(
  incident: Incident,
  standards: readonly { code: string; check_distance_m: number | null }[],
): number | null {
  if (!incident.standard) return 100
  const standard = standards.find((one) => one.code === incident.standard)
  return standard ? standard.check_distance_m : 100
}
