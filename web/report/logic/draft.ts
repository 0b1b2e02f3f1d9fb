/** What is being written, kept on this phone at each change until it has been sent. */
import { reactive, watch } from 'vue'
import type { components } from '@shared/api/schema'
import { newId } from '@shared/ids'
import { drop } from './files'

export type Body = components['schemas']['PublicReportIn']
export type Kind = 'report' | 'ask'

export interface DraftFile {
  key: string
  name: string
  type: string
  bytes: number
  /** Its id at the server, and whose session sent it: nobody else's report may carry it. */
  attachment: string
  sender: string
}

export interface Named {
  code: string
  name: string
  name_en?: string
}

export interface Place {
  way: '' | 'point' | 'pick'
  lon: number | null
  lat: number | null
  accuracy: number | null
  fix: { lon: number; lat: number; accuracy_m: number } | null
  path: string
  /** District, street, community: as many as were chosen. */
  units: Named[]
  address: string
}

export interface Draft {
  id: string
  begun: string
  description: string
  topic: Named | null
  place: Place
  files: DraftFile[]
  department: Named | null
  public: boolean
  phone: string
  /** Exactly what was last sent without an answer: the server may have it. */
  sent: Body | null
}

const KEY = (kind: Kind) => `wangge.draft.${kind}`
const nowhere = (): Place => ({
  way: '',
  lon: null,
  lat: null,
  accuracy: null,
  fix: null,
  path: '',
  units: [],
  address: '',
})
export const blank = (): Draft => ({
  id: newId(),
  begun: new Date().toISOString(),
  description: '',
  topic: null,
  place: nowhere(),
  files: [],
  department: null,
  public: true,
  phone: '',
  sent: null,
})

/** A draft as it was kept; what an older page kept is filled up, what is broken is begun anew. */
export function readDraft(text: string | null): Draft {
  try {
    const old = JSON.parse(text ?? 'null') as Partial<Draft> | null
    return old && old.id ? { ...blank(), ...old, place: { ...nowhere(), ...old.place } } : blank()
  } catch {
    return blank()
  }
}

export const isBlank = (draft: Draft): boolean =>
  !draft.description.trim() && !draft.topic && !draft.files.length && !draft.place.way && !draft.department

const open = new Map<Kind, Draft>()

/** The draft of a form; every change is kept at once. */
export function useDraft(kind: Kind): Draft {
  const known = open.get(kind)
  if (known) return known
  const draft = reactive(readDraft(localStorage.getItem(KEY(kind))))
  watch(draft, () => localStorage.setItem(KEY(kind), JSON.stringify(draft)), { deep: true, flush: 'sync' })
  open.set(kind, draft)
  return draft
}

/** Begin anew. The phone stays: the next report is by the same person. */
export async function forget(kind: Kind): Promise<void> {
  const draft = useDraft(kind)
  const keys = draft.files.map((file) => file.key)
  Object.assign(draft, blank(), { phone: draft.phone })
  await drop(keys)
}

/** The last unit that was chosen: what the server is told. */
export const unitOf = (place: Place): string | null => place.units[place.units.length - 1]?.code ?? null

/** Where the phone put it, if a person has moved the pin since. */
function fixOf({ fix, lon, lat }: Place): Place['fix'] {
  return fix && (fix.lon !== lon || fix.lat !== lat) ? fix : null
}

/** The body of a report: only what is known of the place by the way that was chosen. */
export function bodyOf(kind: Kind, draft: Draft): Body {
  const { place } = draft
  const point = kind === 'report' && place.way === 'point'
  return {
    id: draft.id,
    process: kind === 'report' ? 'grid_event' : 'public_inquiry',
    description: draft.description.trim(),
    subcategory: draft.topic?.code ?? null,
    department: kind === 'ask' ? (draft.department?.code ?? null) : null,
    lon: point ? place.lon : null,
    lat: point ? place.lat : null,
    datum: 'wgs84',
    accuracy_m: point ? place.accuracy : null,
    fix: point ? fixOf(place) : null,
    unit: point ? null : unitOf(place),
    address: place.address.trim(),
    captured_at: draft.begun,
    attachments: draft.files.map((file) => file.attachment),
    public: kind === 'report' || draft.public,
  } as Body
}
