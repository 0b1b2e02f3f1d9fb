/** Something of the queue becomes a form again, with the same id: the server would know it if it had it already. */
import type { Item } from '../offline/db'
import { all, change, filesOf, remove } from '../offline/queue'
import { readDraft, saveDraft } from '../offline/drafts'
import { emptyAct, type ActForm } from '../tasks/form'
import { settleId } from './send'
import { emptyReport, isEmpty, type Photo, type ReportForm, type Voice } from './body'

async function brought(item: Item): Promise<{ photos: Photo[]; voice: Voice | null }> {
  const files = await filesOf(item.id)
  const voice = files.find((file) => file.name.startsWith('voice'))
  return {
    photos: files.filter((file) => file !== voice).map((file) => ({ id: file.id, blob: file.blob, at: item.created })),
    voice: voice ? { blob: voice.blob, name: voice.name, seconds: 0 } : null,
  }
}

/** Another report is being filled in; it is not overwritten. */
async function isInTheWay(item: Item): Promise<boolean> {
  const before = item.kind === 'report' ? await readDraft<ReportForm>('report') : undefined
  return before !== undefined && before.id !== item.id && !isEmpty(before)
}

/** Where the form is shown, or nothing where another one is in the way. Meanwhile nobody sends it. */
export async function takeBack(item: Item): Promise<string | undefined> {
  if (await isInTheWay(item)) return undefined
  const held = await change(item.id, (one) => {
    if (one.state === 'waiting') one.state = 'refused'
  })
  if (held?.state !== 'refused') return '/queue'
  const files = await brought(item)
  const path =
    item.kind === 'report' ? await reportAgain(item, files, await putRight(item)) : await actAgain(item, files.photos)
  await remove(item.id)
  return path
}

/** The photos of after, where it was settled in the same visit. */
async function putRight({ id }: Item): Promise<Pick<ReportForm, 'settled' | 'after'>> {
  const settles = (await all()).find((one) => one.id === settleId(id))
  return { settled: settles !== undefined, after: settles ? (await brought(settles)).photos : [] }
}

async function reportAgain(
  item: Item,
  files: Pick<ReportForm, 'photos' | 'voice'>,
  after: Pick<ReportForm, 'settled' | 'after'>,
): Promise<string> {
  const body = item.body as Partial<ReportForm> & { lon?: number; lat?: number; captured_at?: string }
  const form: ReportForm = {
    ...emptyReport(item.id),
    ...files,
    ...after,
    description: body.description ?? '',
    subcategory: body.subcategory ?? '',
    address: body.address ?? '',
    unit: body.unit ?? '',
    capturedAt: Date.parse(body.captured_at ?? '') || item.created,
    confirmed: true,
    ...(body.lon === undefined ? {} : { point: { lon: body.lon, lat: body.lat! }, moved: true }),
  }
  await saveDraft('report', form)
  return '/report'
}

async function actAgain(item: Item, photos: Photo[]): Promise<string> {
  const { lon, lat, until, ...body } = item.body as Partial<ActForm> & { lon?: number; lat?: number }
  const form: ActForm = {
    ...emptyAct(item.id),
    ...body,
    photos,
    until: until?.slice(0, 10) ?? '',
    here: lon === undefined ? null : { lon, lat: lat!, accuracy: 0 },
  }
  await saveDraft(`act/${item.incident!.id}/${item.action}`, form)
  return `/task/${item.incident!.id}/${item.action}`
}
