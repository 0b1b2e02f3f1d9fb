/** What is open around me, kept for when nobody can be asked whether it is the same problem. */
import { api, data } from '@shared/api/client'
import type { components } from '@shared/api/schema'
import type { Incident, Me } from '@shared/api/types'
import { settled } from '../offline/kept'
import { metresBetween, type Point } from '../place/metres'

export type Near = components['schemas']['NearbyOut']
const MOST_KEPT = 200
const HOUR = 3600_000
/** It only stands in for the server's answer: no phone asks for all of it with every look at the tasks. */
const FRESH_MS = HOUR / 6

/** Open incidents of my unit, with the rule by which the server tells which are the same. */
export interface Around {
  items: Incident[]
  metres: number
  hours: number
}

async function ask(me: Pick<Me, 'unit'>): Promise<Around> {
  const { repeat_metres: metres, repeat_hours: hours } = await data(api.GET('/api/v1/public/screens'))
  const reported_from = new Date(Date.now() - hours * HOUR).toISOString()
  const { items } = await data(
    api.GET('/api/v1/incidents', { params: { query: { unit: me.unit, open: true, reported_from, limit: MOST_KEPT } } }),
  )
  return { items, metres, hours }
}

export const around = (me: Pick<Me, 'unit'>): Promise<Around> => settled('around', () => ask(me), FRESH_MS)

/** The rule of the server (same subcategory, near and recent, nothing restricted), the nearest first. */
export function sameAmong({ items, metres, hours }: Around, subcategory: string, point: Point, now: number): Near[] {
  return items
    .flatMap((incident) => {
      if (incident.subcategory !== subcategory || incident.sensitivity === 'restricted' || incident.lon === null)
        return []
      const age = now - Date.parse(incident.reported_at)
      const distance = metresBetween(point, { lon: incident.lon, lat: incident.lat! })
      return distance <= metres && age <= hours * HOUR ? [nearOf(incident, subcategory, distance, age)] : []
    })
    .sort((a, b) => a.distance_m - b.distance_m)
}

const nearOf = (incident: Incident, subcategory: string, distance: number, age: number): Near => ({
  number: incident.number,
  subcategory,
  subcategory_name: incident.subcategory_name ?? subcategory,
  status: incident.status,
  status_name: incident.status_name,
  reported_at: incident.reported_at,
  distance_m: Math.round(distance),
  age_minutes: Math.max(0, Math.floor(age / 60_000)),
})
