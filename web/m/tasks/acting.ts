/** An action taken on the phone: into the queue, with its photos. */
import type { Incident, Me, Possible } from '@shared/api/types'
import type { NewItem } from '../offline/queue'
import { submit, type Outcome } from '../offline/submit'
import { titleOf } from '../names'
import { newId } from '@shared/ids'
import { filesFor, languageTag } from '../report/send'
import { actBody, fieldsOf, type ActForm } from './form'

export async function act(incident: Incident, offer: Possible, form: ActForm, me: Me, place: string): Promise<Outcome> {
  const files = await filesFor(form.photos, null, place)
  const { id, number, status, version } = incident
  const item: NewItem = {
    id: form.id || newId(),
    kind: 'action',
    owner: me.id,
    group: id,
    action: offer.action,
    language: languageTag(),
    title: `${document.documentElement.lang === 'en' ? offer.name_en : offer.name} · ${titleOf(incident)}`,
    path: `/api/v1/incidents/${id}/actions/${offer.action}`,
    body: actBody(form, fieldsOf(offer), version),
    incident: { id, number, status, version },
  }
  return submit({ item, files })
}
