/** A table as a CSV file that Excel opens in Chinese. For what the server gives no file of. */

const MARK = '\ufeff'

/** Text that a spreadsheet would run as a formula is told as text. */
const cell = (value: unknown): string => {
  const text = value === null || value === undefined ? '' : String(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const csvOf = (rows: readonly (readonly unknown[])[]): string =>
  `${MARK}${rows.map((row) => row.map(cell).join(',')).join('\n')}\n`

export function download(name: string, rows: readonly (readonly unknown[])[]): void {
  const url = URL.createObjectURL(new Blob([csvOf(rows)], { type: 'text/csv' }))
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
