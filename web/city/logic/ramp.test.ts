import { describe, expect, it } from 'vitest'
import { colouring, legendOf } from './colouring'
import { draw } from './geo'
import { breaks, classOf, colourOf, contrast, DARK_INK, inkOn, LIGHT_INK, luminance, ramp } from './ramp'

describe('the ramp', () => {
  it('tells the order by brightness alone, the other way round on a dark ground', () => {
    const light = ramp(false).map(luminance)
    expect(light).toEqual([...light].sort((a, b) => b - a))
    expect(ramp(true)).toEqual([...ramp(false)].reverse())
  })
  it('has an ink that can be read on every colour', () => {
    for (const colour of ramp(false)) expect(contrast(colour, inkOn(colour))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(DARK_INK, LIGHT_INK)).toBeGreaterThan(15)
  })
  it('has neighbours that differ', () => {
    const colours = ramp(false)
    for (let n = 1; n < colours.length; n++)
      expect(contrast(colours[n - 1] as string, colours[n] as string)).toBeGreaterThan(1.25)
  })
})

describe('classes', () => {
  it('have round bounds', () => {
    expect(breaks([0.647, 0.933, 0.8], false)).toEqual([0.65, 0.7, 0.75, 0.8, 0.85])
    expect(breaks([0, 3], true)).toEqual([1, 2, 3])
    expect(breaks([5, 5], true)).toEqual([])
    expect(breaks([], false)).toEqual([])
  })
  it('hold every value once', () => {
    const bounds = breaks([0.647, 0.933], false)
    expect([0.647, 0.65, 0.8499, 0.933].map((value) => classOf(value, bounds))).toEqual([0, 1, 4, 5])
    expect(colourOf(0, 6, false)).toBe('#fde725')
    expect(colourOf(0, 6, true)).toBe('#440154')
  })
})

describe('a unit of the map', () => {
  const row = (more: Record<string, number | null>) => ({
    reported: 20,
    voided: 0,
    merged: 0,
    closed: 10,
    open: 10,
    overdue: 2,
    closure_rate: 0.5,
    ...more,
  })
  const scale = colouring(
    [
      row({}),
      row({ closure_rate: 0.9, reported: 4 }),
      row({ overdue: 6 }),
      row({ reported: 0, open: 0, overdue: 0, closure_rate: null }),
    ],
    'closure_rate',
    10,
  )
  it('is hatched where few stand behind its rate', () => {
    expect(scale.of(row({ reported: 4 }), false).small).toBe(true)
    expect(scale.of(row({}), false).small).toBe(false)
  })
  it('is dotted where more than half of what is open is overdue', () => {
    expect([scale.of(row({ overdue: 5 }), false).overdue, scale.of(row({ overdue: 6 }), false).overdue]).toEqual([
      false,
      true,
    ])
  })
  it('has no colour where there is no figure', () => {
    expect(scale.of(row({ reported: 0, closure_rate: null }), false).colour).toBeNull()
    expect([scale.anySmall, scale.anyOverdue, scale.anyNothing]).toEqual([true, true, true])
  })
  it('has a legend from the least to the most', () => {
    const legend = legendOf(scale, false, (value) => value.toFixed(2))
    expect(legend[0]?.label.startsWith('0.50')).toBe(true)
    expect(legend.at(-1)?.label.endsWith('0.90')).toBe(true)
  })
})

describe('a drawing', () => {
  const square = {
    id: '1',
    properties: { name: '甲' },
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [117, 39],
          [117.1, 39],
          [117.1, 39.1],
          [117, 39.1],
          [117, 39],
        ],
      ],
    },
  }
  it('keeps the shape that the ground has, north at the top', () => {
    const { width, height, shapes } = draw([square])
    expect(width / height).toBeCloseTo(Math.cos((39.05 * Math.PI) / 180), 3)
    expect(shapes[0]?.path.startsWith('M0 1000L')).toBe(true)
  })
  it('puts a name well inside', () => {
    const {
      shapes: [shape],
      width,
    } = draw([square])
    expect(Math.abs((shape?.x ?? 0) - width / 2)).toBeLessThan(width / 10)
    expect(Math.abs((shape?.y ?? 0) - 500)).toBeLessThan(100)
  })
  it('of nothing is empty', () => {
    expect(draw([]).shapes).toEqual([])
  })
})
