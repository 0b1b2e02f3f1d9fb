/** How the panes share the window: three beside each other, two, or one at a time; widths and hiding are kept. */
import { computed, reactive, ref, watch } from 'vue'
import { theme } from '@shared/theme/theme'

export type Pane = 'queue' | 'map' | 'case'
export const PANES: Pane[] = ['queue', 'map', 'case']
const KEPT = 'wangge.desk.panes'
const LEAST = 320
/** Room for the map between two panes; below it the map and the incident take turns. */
const ROOM = { normal: { three: 1180, two: 760 }, large: { three: 1700, two: 1100 } }
const WIDE = 1700

interface Layout {
  queue: number
  case: number
  hidden: Pane[]
}

function kept(): Layout {
  const plain: Layout = { queue: 0, case: 0, hidden: [] }
  try {
    return { ...plain, ...JSON.parse(localStorage.getItem(KEPT) ?? '{}') }
  } catch {
    return plain
  }
}

export const layout = reactive<Layout>(kept())
watch(layout, () => localStorage.setItem(KEPT, JSON.stringify(layout)))
/** Of the page as it is laid out: a phone knows its own width only then. */
const width = ref(document.documentElement.clientWidth)
new ResizeObserver(() => {
  width.value = document.documentElement.clientWidth
}).observe(document.documentElement)

/** The pane that is in front where not all fit. */
export const front = ref<Pane>('queue')
export const many = computed<1 | 2 | 3>(() => {
  const room = ROOM[theme.size]
  return width.value >= room.three ? 3 : width.value >= room.two ? 2 : 1
})

export const seen = computed<Pane[]>(() => {
  if (many.value === 1) return [front.value]
  if (many.value === 2) return ['queue', front.value === 'queue' ? 'case' : front.value]
  return PANES.filter((pane) => pane === 'queue' || !layout.hidden.includes(pane))
})

const plainWidth = computed(() => (width.value >= WIDE ? 560 : theme.size === 'large' ? 560 : 430))
export const widthOf = (pane: 'queue' | 'case'): number =>
  Math.max(LEAST, Math.min(layout[pane] || plainWidth.value, width.value / 2 - 60))

/** The columns of the grid, with a bar to drag between panes. */
export const columns = computed(() => {
  if (many.value === 1) return '100%'
  if (many.value === 2) return `${widthOf('queue')}px 6px minmax(0, 1fr)`
  const [map, incident] = [seen.value.includes('map'), seen.value.includes('case')]
  if (map && incident) return `${widthOf('queue')}px 6px minmax(0, 1fr) 6px ${widthOf('case')}px`
  return map || incident ? `${widthOf('queue')}px 6px minmax(0, 1fr)` : 'minmax(0, 1fr)'
})

export function resize(pane: 'queue' | 'case', to: number): void {
  layout[pane] = Math.round(Math.max(LEAST, Math.min(to, width.value / 2 - 60)))
}

export function showPane(pane: Pane): void {
  front.value = pane
  layout.hidden = layout.hidden.filter((each) => each !== pane)
}

export function togglePane(pane: Pane): void {
  if (many.value < 3) front.value = front.value === pane && pane !== 'queue' ? 'queue' : pane
  else if (layout.hidden.includes(pane)) layout.hidden = layout.hidden.filter((each) => each !== pane)
  else layout.hidden = [...layout.hidden, pane]
}
