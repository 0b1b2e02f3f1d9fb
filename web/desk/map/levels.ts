/** Which outlines to draw: by the zoom, and only those of parents in sight. A city never gets its thousands at once. */
export const LEVELS = ['city', 'district', 'street', 'community', 'cell'] as const
export type UnitLevel = (typeof LEVELS)[number]
export type Drawn = Exclude<UnitLevel, 'city'>
export type Chosen = '' | 'none' | Drawn

const FROM_ZOOM: [number, Drawn][] = [
  [15, 'cell'],
  [12.6, 'community'],
  [10.4, 'street'],
  [0, 'district'],
]
/** Of these levels a whole city is few enough. */
const FEW = new Set<Drawn>(['district', 'street'])
/** Outlines are asked for by parents of this level. */
const BY: Partial<Record<Drawn, UnitLevel>> = { community: 'district', cell: 'street' }

const depth = (level: UnitLevel): number => LEVELS.indexOf(level)

/** The level for a zoom, below the level that somebody stands for; chosen by hand it is that one. */
export function levelFor(zoom: number, scope: UnitLevel, chosen: Chosen = ''): Drawn | null {
  if (chosen === 'none') return null
  const wanted = chosen || (FROM_ZOOM.find(([from]) => zoom >= from)?.[1] ?? 'district')
  if (depth(wanted) > depth(scope)) return wanted
  return (LEVELS[depth(scope) + 1] as Drawn | undefined) ?? null
}

/** The level of the parents that outlines are asked for by, where the scope is too large to ask for all. */
export function parentsOf(level: Drawn, scope: UnitLevel): Drawn | null {
  const by = BY[level]
  return FEW.has(level) || !by || depth(scope) >= depth(by) ? null : (by as Drawn)
}
