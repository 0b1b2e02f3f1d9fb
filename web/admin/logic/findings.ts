/** What an audit of grids found, as the list and the map show it. */
export interface Finding {
  index: number
  kind: string
  severity: 'error' | 'warning' | 'note'
  codes: string[]
  feature: number
  area: number
  place: [number, number] | null
  zh: string
  en: string
  mapped: boolean
}
export interface Told {
  source: string
  outlines: number
  features: { geometry: unknown; properties: Record<string, unknown> }[]
}
const GRAVEST = ['error', 'warning', 'note']
const MOST_LATITUDE = 85

/** The gravest first; each keeps the number by which the map knows it. */
export function findingsOf(told: Told): Finding[] {
  return told.features
    .map(({ geometry, properties: p }, index): Finding => {
      const place = (p.place as [number, number] | null) ?? null
      return {
        index,
        kind: String(p.kind),
        severity: p.severity as Finding['severity'],
        codes: (p.codes as string[]) ?? [],
        feature: Number(p.feature) || 0,
        area: Number(p.area_m2) || 0,
        place,
        zh: String(p.zh),
        en: String(p.en),
        mapped: !!geometry && (!place || Math.abs(place[1]) < MOST_LATITUDE),
      }
    })
    .sort((a, b) => GRAVEST.indexOf(a.severity) - GRAVEST.indexOf(b.severity) || a.index - b.index)
}

export const errorsIn = (findings: readonly Finding[]): number =>
  findings.filter((each) => each.severity === 'error').length

/** As GeoJSON for the map: what can be drawn, each with its number. */
export const drawable = (told: Told, findings: readonly Finding[]) => ({
  type: 'FeatureCollection',
  features: findings
    .filter((each) => each.mapped)
    .map((each) => ({
      type: 'Feature',
      geometry: told.features[each.index]?.geometry,
      properties: { index: each.index, severity: each.severity },
    })),
})
