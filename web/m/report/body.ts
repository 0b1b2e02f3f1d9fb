/** From the form of a report to what is sent. */
import type { IncidentIn } from '@shared/api/types'
import { metresBetween, type Point } from '../place/metres'
import { DOUBTFUL_M, type Fix } from '../place/fix'

export interface Photo {
  id: string
  blob: Blob
  at: number
  lon?: number
  lat?: number
  accuracy?: number
}

export interface Voice {
  blob: Blob
  name: string
  seconds: number
}

export interface ReportForm {
  id: string
  photos: Photo[]
  voice: Voice | null
  subcategory: string
  description: string
  /** Where it is: the raw fix until a person moves the pin. */
  point: Point | null
  fix: Fix | null
  moved: boolean
  confirmed: boolean
  unit: string
  unitName: string
  address: string
  place: string
  capturedAt: number
  /** Put right already, with photos of after. */
  settled: boolean
  after: Photo[]
}

export const emptyReport = (id: string): ReportForm => ({
  id,
  photos: [],
  voice: null,
  subcategory: '',
  description: '',
  point: null,
  fix: null,
  moved: false,
  confirmed: false,
  unit: '',
  unitName: '',
  address: '',
  place: '',
  capturedAt: 0,
  settled: false,
  after: [],
})

export const isEmpty = (form: ReportForm): boolean =>
  !form.photos.length && !form.voice && !form.subcategory && !form.description.trim() && !form.moved && !form.unit

export type Missing = 'what' | 'photo' | 'after' | 'place' | 'doubt'

/** What stands against sending, in the order of the form. A photo of after is missed where it was put right. */
export function missing(form: ReportForm, photoNeeded: boolean): Missing[] {
  const found: Missing[] = []
  if (photoNeeded && !form.photos.length) found.push('photo')
  if (form.settled && !form.after.length) found.push('after')
  if (!form.subcategory && !form.description.trim()) found.push('what')
  if (!form.point && !form.unit) found.push('place')
  if (isDoubtful(form)) found.push('doubt')
  return found
}

/** The phone is not sure where it is, and nobody has said that the pin is right. */
export const isDoubtful = (form: Pick<ReportForm, 'fix' | 'moved' | 'confirmed' | 'point'>): boolean =>
  !!form.point && !!form.fix && form.fix.accuracy > DOUBTFUL_M && !form.moved && !form.confirmed

export function bodyOf(form: ReportForm): IncidentIn {
  const { point, fix, moved } = form
  const placed = point ? { lon: point.lon, lat: point.lat, ...(fix && !moved ? { accuracy_m: fix.accuracy } : {}) } : {}
  const raw = fix && point && moved ? { fix: { lon: fix.lon, lat: fix.lat, accuracy_m: fix.accuracy } } : {}
  return {
    id: form.id,
    process: 'grid_event',
    datum: 'wgs84',
    description: form.description.trim(),
    address: form.address.trim(),
    captured_at: new Date(form.capturedAt || Date.now()).toISOString(),
    attachments: [],
    ...placed,
    ...raw,
    ...(form.subcategory ? { subcategory: form.subcategory } : {}),
    ...(form.unit && !point ? { unit: form.unit } : {}),
  }
}

/** How far a person has moved the pin from the raw fix. */
export const movedBy = (form: Pick<ReportForm, 'fix' | 'point'>): number =>
  form.fix && form.point ? metresBetween(form.fix, form.point) : 0
