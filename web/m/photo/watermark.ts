/** The words on a photo: when, where, and how exactly that is known. */
export interface Taken {
  at: number
  place?: string
  lon?: number
  lat?: number
  accuracy?: number
}

const two = (n: number) => String(n).padStart(2, '0')

/** `2026-11-25 08:30:15`, in the time of the phone. */
export function timeWords(at: number): string {
  const date = new Date(at)
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`
}

export function watermarkLines(taken: Taken, unknown: string): string[] {
  const known = taken.lon !== undefined && taken.lat !== undefined
  const around = taken.accuracy === undefined ? '' : ` ±${Math.round(taken.accuracy)} m`
  const point = known ? `${taken.lon!.toFixed(5)}, ${taken.lat!.toFixed(5)}${around}` : ''
  const where = [taken.place, point].filter(Boolean) as string[]
  return [timeWords(taken.at), ...(where.length ? where : [unknown])]
}
