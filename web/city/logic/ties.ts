/** The ranks that more than one row has. */
export function tiesOf(ranks: readonly (number | null)[]): Set<number> {
  const known = ranks.filter((rank): rank is number => rank !== null)
  return new Set(known.filter((rank, n) => known.indexOf(rank) !== n))
}
