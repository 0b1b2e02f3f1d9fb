/** The number of a report and the code beside it, however they were written down, pasted or read out. */

const BETWEEN = '[ \\t.-]*'
/** A day of this century and eight digits, in whatever groups. No lookbehind: older phones do not know it. */
const NUMBER = new RegExp(`(^|[^0-9])(${['2', '0', ...Array<string>(14).fill('[0-9]')].join(BETWEEN)})(?![0-9])`)
/** Signs that no eye mixes up; the server makes codes of these only. */
const SIGN = '[23456789ABCDEFGHJKMNPQRSTWXYZ]'
/** As it is written; then with blanks anywhere in it. */
const CODES = [`${SIGN}{4}-?${SIGN}{4}`, Array<string>(8).fill(SIGN).join(BETWEEN)].map(
  (form) => new RegExp(`(^|[^0-9A-Z])(${form})(?![0-9A-Z])`),
)

export interface Slip {
  number: string
  code: string
}

/** Full-width signs as plain ones, capital letters, no odd hyphens. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[‐-―−﹣ー_]/g, '-')

export const numberIn = (text: string): string => (NUMBER.exec(plain(text))?.[2] ?? '').replace(/[^0-9]/g, '')

/** The code in a text: beside a number, or alone. */
export function codeIn(text: string): string {
  const rest = plain(text).replace(NUMBER, '$1|')
  const found = CODES.map((code) => code.exec(rest)?.[2]).find(Boolean) ?? ''
  return found.replace(/[^0-9A-Z]/g, '').replace(/^(.{4})(.{4})$/, '$1-$2')
}

/** Both from whatever was pasted: a message, a slip, a link with the code in its fragment. */
export const slipIn = (text: string): Slip => ({ number: numberIn(text), code: codeIn(text) })

/** Easier to read out: 20261125 0000 0403. */
export const grouped = (number: string): string => number.replace(/^(\d{8})(\d{4})(\d{4})$/, '$1 $2 $3')

export const followPath = (slip: Slip): string => `/report/follow/${slip.number}#${slip.code}`
