import { describe, expect, it } from 'vitest'
import { actionLayer, curve, draw, stateLayers, type Process } from './diagram'
import { crossings, layered, spaced } from './layered'

const named = (code: string) => ({ code, name: code, name_en: code })
const state = (code: string, end = false) => ({
  ...named(code),
  start: code === 'reported',
  end,
  open: !end,
  outcome: end ? code : null,
})
const action = (code: string, ways: [string | null, string | null][] = []) => ({
  ...named(code),
  start: code === 'report',
  from: [],
  to: null,
  targets: ways.map(([when, to]) => ({ when, when_name: when ?? '', when_name_en: when ?? '', to })),
  roles: [],
  fields: [],
  unless: [],
  does: [],
  clocks: [],
  then: [],
  notices: [],
})
const edge = (from: string | null, action: string, to: string) => ({
  from,
  to,
  action,
  label: action,
  label_en: action,
})
const PROCESS = {
  ...named('p'),
  list: 'grid',
  version: null,
  open_incidents: 0,
  reach: '',
  place: true,
  clocks: [],
  requests: [],
  text: null,
  states: [state('reported'), state('filed'), state('handled'), state('closed', true), state('void', true)],
  actions: [
    action('report'),
    action('file'),
    action('void'),
    action('handle'),
    action('check', [
      ['passed', 'closed'],
      ['failed', 'filed'],
    ]),
    action('comment'),
  ],
  edges: [
    edge(null, 'report', 'reported'),
    edge('reported', 'file', 'filed'),
    edge('reported', 'void', 'void'),
    edge('filed', 'void', 'void'),
    edge('filed', 'handle', 'handled'),
    edge('handled', 'check', 'closed'),
    edge('handled', 'check', 'filed'),
  ],
} as unknown as Process

describe('a process as a drawing', () => {
  const drawing = draw(PROCESS, (row) => row.name)
  const at = (id: string) => drawing.boxes.find((box) => box.id === id)!

  it('has every state and every action, drawn or beside', () => {
    expect(drawing.boxes.filter((box) => box.kind === 'state').map((box) => box.code)).toEqual([
      'reported',
      'filed',
      'handled',
      'closed',
      'void',
    ])
    const actions = [
      ...drawing.boxes.filter((box) => box.kind === 'action').map((box) => box.code),
      ...drawing.staying.map((each) => each.code),
    ]
    expect(actions.sort()).toEqual(PROCESS.actions.map((each) => each.code).sort())
    expect(drawing.staying.map((each) => each.code)).toEqual(['comment'])
  })
  it('goes from top to bottom in the order of the file', () => {
    const layers = stateLayers(PROCESS)
    expect([...layers.values()]).toEqual([0, 2, 4, 6, 4])
    expect(at('a:report').y).toBeLessThan(at('s:reported').y)
    expect(at('a:check').y).toBeGreaterThan(at('s:handled').y)
    expect(actionLayer({ from: new Set(['reported', 'filed']), to: new Set(['void']) }, layers)).toBe(3)
    expect(actionLayer({ from: new Set(['handled']), to: new Set(['filed']) }, layers)).toBe(3)
  })
  it('lets no two boxes cover each other', () => {
    for (const one of drawing.boxes) {
      for (const other of drawing.boxes) {
        if (one === other || one.y !== other.y) continue
        expect(Math.abs(one.x - other.x)).toBeGreaterThanOrEqual((one.width + other.width) / 2)
      }
    }
    expect(Math.min(...drawing.boxes.map((box) => box.x - box.width / 2))).toBeGreaterThanOrEqual(-0.001)
    expect(Math.max(...drawing.boxes.map((box) => box.x + box.width / 2))).toBeLessThanOrEqual(drawing.width + 0.001)
  })
  it('says of each way when it is taken, and which leads back', () => {
    const ways = drawing.arrows
      .filter((arrow) => arrow.from === 'a:check')
      .map((arrow) => [arrow.to, arrow.label, arrow.back])
    expect(ways).toEqual([
      ['s:closed', 'passed', false],
      ['s:filed', 'failed', true],
    ])
  })
  it('is drawn larger for large text', () =>
    expect(draw(PROCESS, (row) => row.name, 2).height).toBe(drawing.height * 2))
})

describe('layers', () => {
  it('are ordered so that nothing crosses that need not', () => {
    const nodes = ['a', 'b']
      .map((id) => ({ id, layer: 0, width: 10 }))
      .concat(['c', 'd'].map((id) => ({ id, layer: 1, width: 10 })))
    const { places } = layered(
      nodes,
      [
        { from: 'a', to: 'd' },
        { from: 'b', to: 'c' },
      ],
      { layerHeight: 10, gap: 5, passing: 2 },
    )
    expect(places.get('a')!.x < places.get('b')!.x).toBe(places.get('d')!.x < places.get('c')!.x)
    expect(
      crossings(
        [
          ['a', 'b'],
          ['c', 'd'],
        ],
        new Map([
          ['c', ['b']],
          ['d', ['a']],
        ]),
      ),
    ).toBe(1)
  })
  it('keep their distance and stand as near to the wish as that allows', () => {
    expect(spaced([0, 0], [10])).toEqual([-5, 5])
    expect(spaced([0, 100], [10])).toEqual([0, 100])
  })
  it('join boxes from border to border', () => {
    expect(
      curve(
        [
          { x: 0, y: 0 },
          { x: 10, y: 100 },
        ],
        20,
        10,
      ).path,
    ).toBe('M0 20 C0 55 10 55 10 90')
    expect(
      curve(
        [
          { x: 0, y: 100 },
          { x: 0, y: 0 },
        ],
        20,
        10,
      ).path,
    ).toBe('M0 80 C0 45 0 45 0 10')
  })
})
