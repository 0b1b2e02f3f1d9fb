/** From a form to the queue: photos get their words, everything is kept in one go, then it is sent. */
import { api, data } from '@shared/api/client'
import type { Incident, Me } from '@shared/api/types'
import { t } from '@shared/i18n'
import { prepare } from '@shared/photo/prepare'
import { watermarkLines } from '../photo/watermark'
import type { NewItem, Packed } from '../offline/queue'
import { submit, type Outcome } from '../offline/submit'
import { shortPlace } from '../place/places'
import { around } from './around'
import { bodyOf, type Photo, type ReportForm, type Voice } from './body'

export const languageTag = () => document.documentElement.lang || 'zh-CN'

/** Photos with time and place on them, then the recording. */
export async function filesFor(
  photos: readonly Photo[],
  voice: Voice | null,
  place: string,
): Promise<{ name: string; blob: Blob }[]> {
  const files: { name: string; blob: Blob }[] = []
  for (const [index, photo] of photos.entries()) {
    const lines = watermarkLines({ ...photo, place: place && shortPlace(place) }, t('photo.nowhere'))
    files.push({ name: `photo-${index + 1}.jpg`, blob: await prepare(photo.blob, lines) })
  }
  return voice ? [...files, { name: voice.name, blob: voice.blob }] : files
}

export async function sendReport(form: ReportForm, me: Me, title: string): Promise<Outcome> {
  const files = await filesFor(form.photos, form.voice, form.place)
  const { attachments: _, ...body } = bodyOf(form)
  const report: Packed = {
    files,
    item: {
      id: form.id,
      kind: 'report',
      owner: me.id,
      title,
      group: form.id,
      path: '/api/v1/incidents',
      body,
      language: languageTag(),
    },
  }
  return form.settled ? submit(report, await settling(form, me, title)) : submit(report)
}

export const settleId = (report: string): string => `${report}/settle`

/** Put right already: the same visit reports it and settles it, with the photos of after. */
async function settling(form: ReportForm, me: Me, title: string): Promise<Packed> {
  return {
    files: await filesFor(form.after, null, form.place),
    item: {
      id: settleId(form.id),
      kind: 'action',
      owner: me.id,
      title: t('report.settling', { title }),
      group: form.id,
      action: 'settle',
      path: `/api/v1/incidents/${form.id}/actions/settle`,
      body: { version: 0 },
      language: languageTag(),
      incident: { id: form.id, number: '', status: '', version: 0 },
    },
  }
}

/** From the server, else as it was kept: what is added to a version of then is sent with the version of now. */
const incidentOf = (number: string, me: Me): Promise<Incident> =>
  data(api.GET('/api/v1/incidents/{incident}', { params: { path: { incident: number } } })).catch(async (error) => {
    const kept = (await around(me)).items.find((one) => one.number === number)
    if (kept) return kept
    throw error
  })

/** The same problem is known already: what this person saw is added to it. */
export async function addTo(number: string, form: ReportForm, me: Me): Promise<Outcome> {
  const incident = await incidentOf(number, me)
  const files = await filesFor([...form.photos, ...form.after], form.voice, form.place)
  const reason = form.description.trim() || t('near.seen')
  const item: NewItem = {
    kind: 'action',
    owner: me.id,
    title: t('near.title', { number: incident.number }),
    group: incident.id,
    action: 'comment',
    path: `/api/v1/incidents/${incident.id}/actions/comment`,
    body: { version: incident.version, reason },
    language: languageTag(),
    incident: { id: incident.id, number: incident.number, status: incident.status, version: incident.version },
  }
  return submit({ item, files })
}
