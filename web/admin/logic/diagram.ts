/** A process as a drawing: states and what moves between them; what leaves a state as it is stands beside. */
import type { components } from '@shared/api/schema'
import { layered, type Place } from './layered'

export type Process = components['schemas']['ProcessOut']
export type Action = Process['actions'][number]
export type State = Process['states'][number]

export interface Box {
  id: string
  kind: 'state' | 'action'
  code: string
  name: string
  x: number
  y: number
  width: number
  height: number
  end: boolean
  start: boolean
}
export interface Arrow {
  from: string
  to: string
  path: string
  label: string
  labelAt: Place
  back: boolean
}
export interface Drawing {
  boxes: Box[]
  arrows: Arrow[]
  width: number
  height: number
  /** Actions that move nothing. */
  staying: Action[]
}
const STATE_HEIGHT = 42
const ACTION_HEIGHT = 30
const LAYER = 62
const WIDE = 15
const NARROW = 8.2
const PADDING = { state: 36, action: 26 }

/** About how wide a text is, in pixels of normal size. */
export const textWidth = (text: string): number =>
  [...text].reduce((sum, char) => sum + (char > '\u2e7f' ? WIDE : NARROW), 0)

interface Move {
  from: Set<string>
  to: Set<string>
}

/** Which states an action leads from and to, where these differ. */
export function movesOf(process: Process): Map<string, Move> {
  const moves = new Map<string, Move>()
  for (const edge of process.edges) {
    const move = moves.get(edge.action) ?? { from: new Set(), to: new Set() }
    if (edge.from) move.from.add(edge.from)
    move.to.add(edge.to)
    moves.set(edge.action, move)
  }
  return moves
}

/** The layers of the states: each below every state that leads to it, as the file has them in order. */
export function stateLayers(process: Process): Map<string, number> {
  const order = new Map(process.states.map((state, at) => [state.code, at]))
  const layers = new Map<string, number>(process.states.map((state) => [state.code, 0]))
  for (const state of process.states) {
    for (const edge of process.edges) {
      const ahead = edge.from === state.code && (order.get(edge.to) ?? 0) > (order.get(state.code) ?? 0)
      if (ahead) layers.set(edge.to, Math.max(layers.get(edge.to) ?? 0, (layers.get(state.code) ?? 0) + 2))
    }
  }
  return layers
}

/** The layer of an action: between the states that it joins, below those that it leads from wherever it leads on. */
export function actionLayer(move: Move, layers: ReadonlyMap<string, number>): number {
  const from = [...move.from].map((code) => layers.get(code) ?? 0)
  const to = [...move.to].map((code) => layers.get(code) ?? 0)
  if (!from.length) return Math.min(...to) - 1
  const [highest, lowest] = [Math.min(...from), Math.max(...from)]
  if (to.some((layer) => layer > lowest)) return lowest + 1
  if (to.every((layer) => layer < highest)) return highest - 1
  return Math.max(highest + 1, Math.min(...to) - 1)
}

export function draw(process: Process, nameOf: (row: { name: string; name_en: string }) => string, scale = 1): Drawing {
  const states = stateLayers(process)
  const moves = movesOf(process)
  const moving = process.actions.filter((action) => moves.has(action.code))
  const rows = [
    ...process.states.map((row) => ({
      id: `s:${row.code}`,
      kind: 'state' as const,
      row,
      layer: states.get(row.code) ?? 0,
    })),
    ...moving.map((row) => ({
      id: `a:${row.code}`,
      kind: 'action' as const,
      row,
      layer: actionLayer(moves.get(row.code) as Move, states),
    })),
  ]
  const first = Math.min(0, ...rows.map((each) => each.layer))
  const width = (each: (typeof rows)[number]) => (textWidth(nameOf(each.row)) + PADDING[each.kind]) * scale
  const edges = moving.flatMap((action) => {
    const move = moves.get(action.code) as Move
    return [
      ...[...move.from].map((code) => ({ from: `s:${code}`, to: `a:${action.code}` })),
      ...[...move.to].map((code) => ({ from: `a:${action.code}`, to: `s:${code}` })),
    ]
  })
  const placed = layered(
    rows.map((each) => ({ id: each.id, layer: each.layer - first, width: width(each) })),
    edges,
    { layerHeight: LAYER * scale, gap: 14 * scale, passing: 10 * scale },
  )
  const boxes = rows.map((each): Box => {
    const { x, y } = placed.places.get(each.id) as Place
    const state = each.kind === 'state' ? (each.row as State) : undefined
    return {
      id: each.id,
      kind: each.kind,
      code: each.row.code,
      name: nameOf(each.row),
      x,
      y,
      width: width(each),
      height: (state ? STATE_HEIGHT : ACTION_HEIGHT) * scale,
      end: state?.end ?? false,
      start: state?.start ?? false,
    }
  })
  const heights = new Map(boxes.map((box) => [box.id, box.height]))
  const arrows = edges.map((edge, at): Arrow => {
    const points = placed.paths[at] ?? []
    const down = (points.at(-1)?.y ?? 0) > (points[0]?.y ?? 0)
    return {
      ...edge,
      ...curve(points, (heights.get(edge.from) ?? 0) / 2, (heights.get(edge.to) ?? 0) / 2),
      label: labelOf(process, edge, nameOf),
      back: !down,
    }
  })
  return {
    boxes,
    arrows,
    width: placed.width,
    height: placed.height,
    staying: process.actions.filter((action) => !moves.has(action.code)),
  }
}

/** What the result must be for this way, where an action has several. */
function labelOf(
  process: Process,
  edge: { from: string; to: string },
  nameOf: (row: { name: string; name_en: string }) => string,
): string {
  const action = process.actions.find((each) => `a:${each.code}` === edge.from)
  if (!action) return ''
  return action.targets
    .filter((way) => way.when && `s:${way.to}` === edge.to)
    .map((way) => nameOf({ name: way.when_name, name_en: way.when_name_en }))
    .join(' / ')
}

/** A smooth line through points from top to bottom or back up, from the edge of one box to the edge of the other. */
export function curve(points: readonly Place[], halfFrom: number, halfTo: number): { path: string; labelAt: Place } {
  const direction = Math.sign((points.at(-1)?.y ?? 0) - (points[0]?.y ?? 0)) || 1
  const ends = points.map((point, at) => ({
    x: point.x,
    y: point.y + (at === 0 ? halfFrom : at === points.length - 1 ? -halfTo : 0) * direction,
  }))
  const round = (value: number) => Math.round(value * 10) / 10
  const start = ends[0] ?? { x: 0, y: 0 }
  const parts = ends.slice(1).map((to, at) => {
    const from = ends[at] as Place
    const middle = round((from.y + to.y) / 2)
    return `C${round(from.x)} ${middle} ${round(to.x)} ${middle} ${round(to.x)} ${round(to.y)}`
  })
  const next = ends[1] ?? start
  return {
    path: `M${round(start.x)} ${round(start.y)} ${parts.join(' ')}`,
    labelAt: { x: round((start.x + next.x) / 2), y: round((start.y + next.y) / 2) },
  }
}
