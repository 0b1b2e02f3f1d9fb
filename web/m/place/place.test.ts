import { describe, expect, it } from 'vitest'
import { cellAt } from './cells'
import { isBetter } from './fix'
import { distanceWords, metresBetween, nudged } from './metres'
import { isStep, lengthOf, partsOf, pointBody, type Step } from '../patrol/track'

const SQUARE = { lon: 117.2, lat: 39.1 }

describe('on the ground', () => {
  it('a thousandth of a degree north is 111 metres, east less', () => {
    expect(metresBetween(SQUARE, { ...SQUARE, lat: 39.101 })).toBeCloseTo(111.2, 0)
    expect(metresBetween(SQUARE, { ...SQUARE, lon: 117.201 })).toBeCloseTo(86.3, 0)
    expect(metresBetween(SQUARE, SQUARE)).toBe(0)
  })

  it.each([
    ['ArrowUp', 2],
    ['ArrowDown', 20],
    ['ArrowLeft', 2],
    ['ArrowRight', 20],
  ])('%s moves the pin by %i metres', (key, metres) => {
    expect(metresBetween(SQUARE, nudged(SQUARE, key, metres))).toBeCloseTo(metres, 1)
  })

  it('another key moves nothing', () => expect(nudged(SQUARE, 'Tab', 2)).toBe(SQUARE))
  it('is told as people do', () =>
    expect([0, 86.4, 999, 1234].map(distanceWords)).toEqual(['0 m', '86 m', '999 m', '1.2 km']))

  it('the better fix counts, and a new one after a while', () => {
    const fix = { ...SQUARE, accuracy: 20, at: 0 }
    expect(isBetter({ ...fix, accuracy: 10 }, fix)).toBe(true)
    expect(isBetter({ ...fix, accuracy: 60, at: 1000 }, fix)).toBe(false)
    expect(isBetter({ ...fix, accuracy: 60, at: 20_000 }, fix)).toBe(true)
  })
})

describe('the outlines that the phone keeps', () => {
  const ring = (x: number) => [
    [
      [x, 0],
      [x + 1, 0],
      [x + 1, 1],
      [x, 1],
      [x, 0],
    ],
  ]
  const outlines = {
    features: [
      {
        properties: { code: 'a', name: 'A', level: 'cell' },
        geometry: {
          type: 'Polygon',
          coordinates: [
            ...ring(0),
            [
              [0.4, 0.4],
              [0.6, 0.4],
              [0.6, 0.6],
              [0.4, 0.6],
              [0.4, 0.4],
            ],
          ],
        },
      },
      {
        properties: { code: 'b', name: 'B', level: 'cell' },
        geometry: { type: 'MultiPolygon', coordinates: [ring(5), ring(2)] },
      },
    ],
  }
  const codeAt = (lon: number, lat: number) => cellAt(outlines, { lon, lat })?.properties.code

  it('say in which cell a point lies', () => {
    expect([codeAt(0.2, 0.2), codeAt(2.5, 0.5), codeAt(5.5, 0.5), codeAt(0.5, 0.5), codeAt(9, 9)]).toEqual([
      'a',
      'b',
      'b',
      undefined,
      undefined,
    ])
    expect(cellAt(undefined, SQUARE)).toBeUndefined()
  })
})

describe('a track', () => {
  const step = (north: number, at: number, accuracy = 5): Step => ({
    lon: 117.2,
    lat: 39.1 + north / 111_195,
    accuracy,
    at,
  })

  it('takes a position when one has moved, or after a minute, never a rough one', () => {
    expect(isStep(step(0, 0), undefined)).toBe(true)
    expect(isStep(step(3, 1000), step(0, 0))).toBe(false)
    expect(isStep(step(12, 1000), step(0, 0))).toBe(true)
    expect(isStep(step(0, 60_000), step(0, 0))).toBe(true)
    expect(isStep(step(500, 1000, 300), step(0, 0))).toBe(false)
  })

  it('is broken where the phone was silent, and that way is not counted', () => {
    const steps = [step(0, 0), step(100, 60_000), step(900, 900_000), step(950, 960_000)]
    expect(partsOf(steps).map((part) => part.length)).toEqual([2, 2])
    expect(lengthOf(steps)).toBeCloseTo(150, 0)
  })

  it('a check-in is one with or without words', () => {
    expect(pointBody({ ...step(0, 0), note: '' })).toMatchObject({
      kind: 'check_in',
      note: '',
      captured_at: '1970-01-01T00:00:00.000Z',
    })
    expect(pointBody(step(0, 0))).not.toHaveProperty('kind')
  })
})
