/** Names of places and outlines around me, kept for when there is no network. */
import { api, data } from '@shared/api/client'
import type { Me } from '@shared/api/types'
import { latest, settled, kept, keep } from '../offline/kept'
import { cellAt, type Outlines } from './cells'
import type { Point } from './metres'

const WEEK = 7 * 86_400_000

/** So long is the code of a street. */
const STREET = 9

/**
 * The outlines around me: every cell of my street, since a round does not end at the community's border; of a larger
 * unit the level below it.
 */
export async function myOutlines(me: Pick<Me, 'unit'>): Promise<Outlines | undefined> {
  const code = me.unit.slice(0, STREET)
  const query = code.length === STREET ? { level: 'cell' as const } : {}
  const ask = async () =>
    (await data(
      api.GET('/api/v1/grids/{code}/boundaries', { params: { path: { code }, query } }),
    )) as unknown as Outlines
  return settled(`outlines/${code}/${query.level ?? ''}`, ask, WEEK).catch(() => undefined)
}

export interface Unit {
  code: string
  name: string
  level: string
  path_name: string
  centroid: number[]
}

export const middleOf = ({ centroid: [lon = 0, lat = 0] }: Pick<Unit, 'centroid'>): Point => ({ lon, lat })

export const unitOf = (code: string): Promise<Unit | undefined> =>
  settled(
    `unit/${code}`,
    async () => (await data(api.GET('/api/v1/grids/{code}', { params: { path: { code } } }))) as Unit,
    WEEK,
  ).catch(() => undefined)

/** Below a unit, or by a part of the name. */
export async function unitsBelow(parent: string, q = ''): Promise<Unit[]> {
  const query = q ? { q, limit: 50 } : { parent, limit: 200 }
  const { value } = await latest(
    `units/${q ? `q/${q}` : parent}`,
    async () => (await data(api.GET('/api/v1/grids', { params: { query } }))).items as Unit[],
  )
  return value
}

/** What is needed to say where one is without a network. */
export async function keepPlaces(me: Pick<Me, 'unit'>): Promise<void> {
  await Promise.all([myOutlines(me), unitOf(me.unit), unitsBelow(me.unit).catch(() => [])])
}

/** In words where a point lies; from the server, else from the outlines that are kept. */
export async function placeName(point: Point, me: Pick<Me, 'unit'>): Promise<string> {
  try {
    const found = await data(api.GET('/api/v1/grids/locate', { params: { query: { lon: point.lon, lat: point.lat } } }))
    if (found.path_name) await keep(`name/${found.cell}`, found.path_name)
    return found.path_name ?? ''
  } catch {
    const cell = cellAt(await myOutlines(me), point)
    if (!cell) return ''
    return (await kept<string>(`name/${cell.properties.code}`))?.value ?? cell.properties.name
  }
}

/** `天津市 和平区 劝业场街道 …` without the first parts: what a worker calls the place. */
export const shortPlace = (path: string, parts = 3): string => path.split(' ').slice(-parts).join(' ')
