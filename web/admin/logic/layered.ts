/**
 * Nodes in layers from top to bottom: long edges get a place in every layer that they pass, the order in a layer
 * avoids crossings, and each node stands as near to its neighbours as its width allows.
 */
export interface LayeredNode {
  id: string
  layer: number
  width: number
}
export interface LayeredEdge {
  from: string
  to: string
}
export interface Place {
  x: number
  y: number
}
export interface Layered {
  places: Map<string, Place>
  /** For each edge, the points that it passes, both ends included. */
  paths: Place[][]
  width: number
  height: number
}
interface Options {
  layerHeight: number
  gap: number
  passing: number
}
const SWEEPS = 16
const PULLS = 24

interface Graph {
  layers: string[][]
  widths: Map<string, number>
  near: Map<string, string[]>
  chains: string[][]
}

/** The graph with a node of its own wherever an edge passes a layer. */
function withPassing(nodes: readonly LayeredNode[], edges: readonly LayeredEdge[], passing: number): Graph {
  const layerOf = new Map(nodes.map((node) => [node.id, node.layer]))
  const widths = new Map(nodes.map((node) => [node.id, node.width]))
  const layers: string[][] = Array.from({ length: Math.max(0, ...nodes.map((node) => node.layer)) + 1 }, () => [])
  for (const node of nodes) layers[node.layer]?.push(node.id)
  const near = new Map<string, string[]>()
  const join = (one: string, other: string) => {
    near.set(one, [...(near.get(one) ?? []), other])
    near.set(other, [...(near.get(other) ?? []), one])
  }
  const chains = edges.map((edge, number) => {
    const [start, end] = [layerOf.get(edge.from) ?? 0, layerOf.get(edge.to) ?? 0]
    const step = Math.sign(end - start)
    const chain = [edge.from]
    for (let layer = start + step; step !== 0 && layer !== end; layer += step) {
      const id = `~${number}.${layer}`
      widths.set(id, passing)
      layers[layer]?.push(id)
      chain.push(id)
    }
    chain.push(edge.to)
    chain.slice(1).forEach((id, at) => join(chain[at] as string, id))
    return chain
  })
  return { layers, widths, near, chains }
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length

/** How often edges between neighbouring layers cross. */
export function crossings(layers: readonly string[][], near: ReadonlyMap<string, string[]>): number {
  let count = 0
  for (let at = 1; at < layers.length; at += 1) {
    const above = new Map(layers[at - 1]?.map((id, place) => [id, place]))
    const ends = (layers[at] ?? []).flatMap((id) =>
      (near.get(id) ?? []).flatMap((other) => above.get(other) ?? []).sort((a, b) => a - b),
    )
    for (let one = 0; one < ends.length; one += 1) {
      for (let other = one + 1; other < ends.length; other += 1) count += Number((ends[one] ?? 0) > (ends[other] ?? 0))
    }
  }
  return count
}

/**
 * Each layer in the order of the mean place of its neighbours in the layer before, up and down again; the best is kept.
 */
function ordered({ layers, near }: Graph): string[][] {
  let best = layers.map((layer) => [...layer])
  let least = crossings(best, near)
  const current = best.map((layer) => [...layer])
  for (let sweep = 0; sweep < SWEEPS && least > 0; sweep += 1) {
    const down = sweep % 2 === 0
    const order = current.map((_, at) => (down ? at : current.length - 1 - at)).slice(1)
    for (const at of order) {
      const places = new Map(current[down ? at - 1 : at + 1]?.map((id, place) => [id, place]))
      const wish = new Map(
        current[at]?.map((id, place) => {
          const known = (near.get(id) ?? []).flatMap((other) => places.get(other) ?? [])
          return [id, known.length ? mean(known) : place]
        }),
      )
      current[at]?.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0))
    }
    const now = crossings(current, near)
    if (now < least) [best, least] = [current.map((layer) => [...layer]), now]
  }
  return best
}

/** The places nearest to what is wished (least squares) that keep the distances: neighbours that collide are pooled. */
export function spaced(wishes: readonly number[], distances: readonly number[]): number[] {
  const shift = [0]
  distances.forEach((distance, at) => shift.push((shift[at] ?? 0) + distance))
  const pools: { sum: number; count: number }[] = []
  wishes.forEach((wish, at) => {
    pools.push({ sum: wish - (shift[at] ?? 0), count: 1 })
    for (;;) {
      const [before, last] = [pools.at(-2), pools.at(-1)]
      if (!before || !last || before.sum / before.count <= last.sum / last.count) break
      pools.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count })
    }
  })
  const flat = pools.flatMap(({ sum, count }) => Array<number>(count).fill(sum / count))
  return flat.map((place, at) => place + (shift[at] ?? 0))
}

function pulled(layers: readonly string[][], { widths, near }: Graph, gap: number): Map<string, number> {
  const width = (id: string) => widths.get(id) ?? 0
  const distances = layers.map((layer) =>
    layer.slice(1).map((id, at) => (width(layer[at] as string) + width(id)) / 2 + gap),
  )
  const x = new Map<string, number>()
  layers.forEach((layer, at) =>
    spaced(
      layer.map(() => 0),
      distances[at] ?? [],
    ).forEach((place, number) => x.set(layer[number] as string, place)),
  )
  for (let pull = 0; pull < PULLS; pull += 1) {
    const order = layers.map((_, at) => (pull % 2 ? layers.length - 1 - at : at))
    for (const at of order) {
      const layer = layers[at] ?? []
      const wishes = layer.map((id) =>
        mean([...(near.get(id) ?? []).map((other) => x.get(other) ?? 0), x.get(id) ?? 0]),
      )
      spaced(wishes, distances[at] ?? []).forEach((place, number) => x.set(layer[number] as string, place))
    }
  }
  return x
}

export function layered(nodes: readonly LayeredNode[], edges: readonly LayeredEdge[], options: Options): Layered {
  const graph = withPassing(nodes, edges, options.passing)
  const layers = ordered(graph)
  const x = pulled(layers, graph, options.gap)
  const half = (id: string) => (graph.widths.get(id) ?? 0) / 2
  const ids = [...x.keys()]
  const left = Math.min(0, ...ids.map((id) => (x.get(id) ?? 0) - half(id)))
  const right = Math.max(0, ...ids.map((id) => (x.get(id) ?? 0) + half(id)))
  const places = new Map<string, Place>()
  layers.forEach((layer, at) =>
    layer.forEach((id) => places.set(id, { x: (x.get(id) ?? 0) - left, y: (at + 0.5) * options.layerHeight })),
  )
  return {
    places,
    width: right - left,
    height: layers.length * options.layerHeight,
    paths: graph.chains.map((chain) => chain.map((id) => places.get(id) as Place)),
  }
}
