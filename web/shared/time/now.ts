/** One ticking now for the whole page, corrected by the server's clock: an office PC may be minutes off. */
import { shallowRef } from 'vue'

export const now = shallowRef(new Date())
let ahead = 0

/** Learn the server's time from the Date header of an answer. */
export function learnTime(response: Response): void {
  const told = Date.parse(response.headers.get('date') ?? '')
  if (!Number.isNaN(told) && Math.abs(told - Date.now()) > 2000) ahead = told - Date.now()
}

setInterval(() => {
  if (!document.hidden) now.value = new Date(Date.now() + ahead)
}, 1000)

const two = (n: number) => String(n).padStart(2, '0')

/** `11-25 08:30`, with the year where it is another one; in the time of the city, which is the offset that was sent. */
export function shortTime(iso: string | null | undefined): string {
  if (!iso) return ''
  const [date = '', time = ''] = iso.split('T')
  const year = String(new Date(Date.now()).getFullYear())
  return `${date.startsWith(year) ? date.slice(5) : date} ${time.slice(0, 5)}`
}

export const clockTime = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`

/** An instant of ours as the server would send it: in the time of the city. */
export const cityTime = (date: Date, hours = 8): string =>
  `${new Date(date.getTime() + hours * 3_600_000).toISOString().slice(0, 19)}+${two(hours)}:00`
