/** Days of the city, which lies eight hours east of Greenwich all year round. */
export const DAY_END = 'T18:00:00+08:00'

/** `2026-11-25`, so many days from then. */
export const dayFrom = (now: number, days: number): string =>
  new Date(now + 8 * 3600_000 + days * 86_400_000).toISOString().slice(0, 10)
