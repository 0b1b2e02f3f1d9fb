/** How large a photo may be: at most 1600 px and 500 KB. */
export const LONGEST = 1600
export const MOST_BYTES = 500 * 1024
const QUALITIES = [0.82, 0.7, 0.58, 0.46]
const SMALLER = 0.8
const ROUNDS = 7

export interface Size {
  width: number
  height: number
}

/** The same shape, its longer side not above `longest`; never larger than it is. */
export function fit({ width, height }: Size, longest = LONGEST): Size {
  const scale = Math.min(1, longest / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** What to try, one after the other, until the file is small enough: first the quality goes down, then the size. */
export function attempts(size: Size): { size: Size; quality: number }[] {
  const first = fit(size)
  return Array.from({ length: ROUNDS }, (_, round) => {
    const longest = Math.max(first.width, first.height) * SMALLER ** round
    return QUALITIES.map((quality) => ({ size: fit(first, longest), quality }))
  }).flat()
}
