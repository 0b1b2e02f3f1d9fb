/** Which rows of a list are in sight. */
export interface Drawn {
  id: string
  at: number
}

const MARGIN = 6

/** Those between the edges, some more on both sides, and the focused one wherever it is: it must not lose the focus. */
export function inSight(ids: readonly string[], top: number, height: number, row: number, focused: string): Drawn[] {
  const from = Math.max(0, Math.floor(top / row) - MARGIN)
  const to = Math.min(ids.length, Math.ceil((top + height) / row) + MARGIN)
  const drawn = ids.slice(from, to).map((id, at) => ({ id, at: at + from }))
  const at = ids.indexOf(focused)
  return at < 0 || (at >= from && at < to) ? drawn : [...drawn, { id: focused, at }].sort((a, b) => a.at - b.at)
}
