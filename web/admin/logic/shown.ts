/** Values and codes as a person reads them. */
type Translate = (key: string, values?: Record<string, unknown>) => string
const CODED = new Set(['limit_unit', 'basis', 'kind', 'level', 'role', 'photo', 'sensitivity'])

/** The word for a code; the code itself where there is none. */
export function wordOf(t: Translate, group: string, code: string): string {
  const key = `${group}.${code}`
  const word = t(key)
  return word === key ? code : word
}

/** The key of a row; of a standard, its area in words. */
export function keyName(t: Translate, key: string): string {
  const [code = key, area] = key.split(' ')
  return area ? `${code} · ${wordOf(t, 'value.area', area)}` : code
}

export function shown(t: Translate, field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return t('none')
  if (typeof value === 'boolean' || value === 'yes' || value === 'no')
    return t(value === true || value === 'yes' ? 'yes' : 'no')
  if (Array.isArray(value)) return value.map((each) => shown(t, field, each)).join('、')
  if (typeof value === 'object') return JSON.stringify(value)
  return CODED.has(field) ? wordOf(t, `value.${field}`, String(value)) : String(value)
}

/** A size of ground: m², hectares or km². */
export function areaOf(squareMetres: number): string {
  if (squareMetres >= 1_000_000) return `${(squareMetres / 1_000_000).toFixed(2)} km²`
  return `${squareMetres.toLocaleString('en', { maximumFractionDigits: squareMetres < 100 ? 1 : 0 })} m²`
}
