/** The state of the desk in one place: the view of the address, what is focused, what is open, which dialogue is up. */
import { computed, reactive, ref } from 'vue'
import type { Incident, Possible } from '@shared/api/types'
import { queue } from './queue'
import { plainView, type View } from './view'

export const view = reactive<View>(plainView())
/** The row that the keys move. */
export const active = ref('')
/** The row that the mouse is over, in the list or on the map. */
export const hovered = ref('')
/** Number of the incident whose view is open. */
export const opened = ref('')

export type Dialogue =
  | { kind: 'act'; possible: Possible; incidents: Incident[]; request?: number }
  | { kind: 'merge'; incidents: Incident[] }
  | { kind: 'help' }
  | { kind: 'views' }
  | { kind: 'photo'; index: number; ids: string[] }

export const dialogue = ref<Dialogue | null>(null)
/** One sentence for everybody, also read out. */
export const said = reactive({ text: '', bad: false, count: 0 })
const READ_MS = 6000
let saying: ReturnType<typeof setTimeout> | undefined
export function say(text: string, bad = false): void {
  Object.assign(said, { text, bad, count: said.count + 1 })
  clearTimeout(saying)
  saying = setTimeout(() => {
    said.text = ''
  }, READ_MS)
}

export const current = computed(() => queue.rows.get(active.value))
export const isSelected = (incident: Incident): boolean => view.selected.includes(incident.number)

export function toggle(number: string): void {
  view.selected = isIn(number) ? view.selected.filter((each) => each !== number) : [...view.selected, number]
}
const isIn = (number: string): boolean => view.selected.includes(number)

/** Everything between two rows, as with the shift key. */
export function selectTo(from: string, to: string): void {
  const ids = queue.order.value
  const [a, b] = [ids.indexOf(from), ids.indexOf(to)].sort((x, y) => x - y) as [number, number]
  const numbers = queue.list.value.slice(Math.max(0, a), b + 1).map((row) => row.number)
  view.selected = [...new Set([...view.selected, ...numbers])]
}

/** Move the focus of the list; at its end it stays. */
export function move(by: number): void {
  const ids = queue.order.value
  const at = ids.indexOf(active.value)
  const next = ids[Math.min(ids.length - 1, Math.max(0, at < 0 ? 0 : at + by))]
  if (next) active.value = next
}
