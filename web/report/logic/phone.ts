/** Mobile numbers of the mainland and the six digits that prove them. */
const MOBILE = /^(?:\+?86)?(1[3-9]\d{9})$/

/** The number as 11 digits, however it was typed; empty if it is none. */
export function mobileIn(text: string): string {
  return MOBILE.exec(text.normalize('NFKC').replace(/[\s()-]/g, ''))?.[1] ?? ''
}

export const digitsIn = (text: string): string => text.normalize('NFKC').replace(/\D/g, '').slice(0, 6)

export const masked = (phone: string): string => `${phone.slice(0, 3)}****${phone.slice(-4)}`

/** A wait as people say it: seconds up to a minute and a half, else minutes, else hours. */
export function waitIn(seconds: number): { unit: 'seconds' | 'minutes' | 'hours'; n: number } {
  if (seconds <= 90) return { unit: 'seconds', n: Math.max(1, Math.ceil(seconds)) }
  if (seconds <= 5400) return { unit: 'minutes', n: Math.ceil(seconds / 60) }
  return { unit: 'hours', n: Math.ceil(seconds / 3600) }
}
