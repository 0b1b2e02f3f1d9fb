/** From a form to the queue: photos get their words, everything is kept in one go, then it is sent. */
import { api, data } from '@shared/api/client'
import type { Me } from '@shared/api/types'
import { t } from '@shared/i18n'
import { prepare } from '@shared/photo/prepare'
import { watermarkLines } from '../photo/watermark'
import { submit, type Outcome } from '../offline/submit'
import { shortPlace } from '../place/places'
import { bodyOf, type Photo, type ReportForm, type Voice } from './body'

export const languageTag = () => document.documentElement.lang || 'zh-CN'

/** Photos with time and place on them, then the recording. */
export async function filesFor(photos: readonly Photo[], voice: Voice | null, place: string): Promise<{ name: string; blob: Blob }[]> {
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
  return submit({ id: form.id, kind: 'report', owner: me.id, title, group: form.id, path: '/api/v1/incidents', body,
    language: languageTag() }, files)
}

/** The same problem is known already: what this person saw is added to it. */
export async function addTo(number: string, form: ReportForm, me: Me): Promise<Outcome> {
  const incident = await data(api.GET('/api/v1/incidents/{incident}', { params: { path: { incident: number } } }))
  const files = await filesFor(form.photos, form.voice, form.place)
  const reason = form.description.trim() || t('near.seen')
  return submit({ kind: 'action', owner: me.id, title: t('near.title', { number: incident.number }), group: incident.id, action: 'comment',
    path: `/api/v1/incidents/${incident.id}/actions/comment`, body: { version: incident.version, reason }, language: languageTag(),
    incident: { id: incident.id, number: incident.number, status: incident.status, version: incident.version } }, files)
}
