/**
 * Classes and colours of a map: viridis, whose brightness alone tells the order, also in grey and to the colour-blind.
 */

export const VIRIDIS = ['#fde725', '#7ad151', '#22a884', '#2a788e', '#414487', '#440154'] as const
const CLASSES = VIRIDIS.length
/** Steps of classes that people can say. */
const STEPS = [1, 2, 2.5, 5, 10]

/** On a bright ground more is darker, on a dark one brighter: more stands out from both. */
export const ramp = (dark: boolean): readonly string[] => (dark ? [...VIRIDIS].reverse() : VIRIDIS)

export const stepFor = (spread: number): number => {
  const raw = spread / CLASSES
  const power = 10 ** Math.floor(Math.log10(raw))
  return (STEPS.find((step) => step * power >= raw * 0.999999) ?? 10) * power
}

/**
 * Upper bounds of all classes but the last, in round numbers; none where all values are one. Counts have whole steps.
 */
export function breaks(values: readonly number[], counts: boolean): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  if (!values.length || low === high) return []
  const step = counts ? Math.max(1, Math.ceil(stepFor(high - low))) : stepFor(high - low)
  const first = (Math.floor(low / step + 1e-9) + 1) * step
  const bounds: number[] = []
  for (let bound = first; bound < high + 1e-9 && bounds.length < CLASSES - 1; bound += step)
    bounds.push(Number(bound.toFixed(6)))
  return bounds
}

export const classOf = (value: number, bounds: readonly number[]): number => {
  const found = bounds.findIndex((bound) => value < bound)
  return found < 0 ? bounds.length : found
}

/** The classes spread over the whole ramp, however few they are. */
export function colourOf(place: number, classes: number, dark: boolean): string {
  const colours = ramp(dark)
  const at = classes <= 1 ? 2 : Math.round((place * (CLASSES - 1)) / (classes - 1))
  return colours[at] as string
}

export function luminance(hex: string): number {
  const channels = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
}

export const contrast = (a: string, b: string): number => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

export const DARK_INK = '#10151d'
export const LIGHT_INK = '#ffffff'
/** Text on a class of the map: dark or light, whichever can be read. */
export const inkOn = (colour: string): string =>
  contrast(DARK_INK, colour) >= contrast(LIGHT_INK, colour) ? DARK_INK : LIGHT_INK
