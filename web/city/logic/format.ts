/** Numbers for people. Nothing is never 0: a rate of nothing is a dash. */

export const NOTHING = '—'

export function percent(value: number | null | undefined, digits = 1): string {
  if (value === null || value === undefined) return NOTHING
  const shown = (Math.round(value * 100 * 10 ** digits) / 10 ** digits).toFixed(digits)
  return `${digits > 0 && /^-?(0|100)\.0+$/.test(shown) ? shown.split('.')[0] : shown}%`
}

export const whole = (value: number | null | undefined): string =>
  value === null || value === undefined ? NOTHING : value.toLocaleString('en-US', { maximumFractionDigits: 2 })

/** A count or a rate by its name. */
export const isRate = (name: string): boolean => name.endsWith('_rate')
export const shown = (name: string, value: number | null | undefined): string =>
  isRate(name) ? percent(value) : whole(value)

/** `↑12`, `↓3.4`, `=`: counts as they are, rates in percentage points. */
export function change(name: string, difference: number | null | undefined): string {
  if (difference === null || difference === undefined) return NOTHING
  if (difference === 0) return '='
  const size = Math.abs(difference)
  return `${difference > 0 ? '↑' : '↓'}${isRate(name) ? size.toFixed(1) : whole(size)}`
}

/** Whether a change is for the better; null where it is neither. */
export function better(name: string, difference: number | null | undefined, down: boolean): boolean | null {
  if (!difference || !(isRate(name) || down)) return null
  return down ? difference < 0 : difference > 0
}

export interface DurationWords {
  day: string
  hour: string
  minute: string
  second: string
}

/** The two largest parts of a time: `2天5小时`, `48分`. */
export function duration(seconds: number | null | undefined, words: DurationWords, between = ''): string {
  if (seconds === null || seconds === undefined) return NOTHING
  const s = Math.round(seconds)
  const parts: [number, string][] = [
    [Math.floor(s / 86_400), words.day],
    [Math.floor((s % 86_400) / 3600), words.hour],
    [Math.floor((s % 3600) / 60), words.minute],
    [s % 60, words.second],
  ]
  const first = parts.findIndex(([n]) => n > 0)
  if (first < 0) return `0${words.second}`
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n}${word}`)
    .join(between)
}
