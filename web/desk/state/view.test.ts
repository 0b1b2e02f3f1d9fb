import { describe, expect, it } from 'vitest'
import { filterCount, filtersOf, plainView, readView, savedQuery, writeView, type View } from './view'

const full: View = {
  status: 'filed',
  category: '05',
  subcategory: '05003',
  unit: '120101002',
  department: '120101-roads',
  source: 'hotline',
  process: 'grid_event',
  q: '井盖',
  shown: 'all',
  overdue: true,
  waiting: true,
  sort: '-reported_at',
  selected: ['2026112500000365', '2026112500000366'],
  map: { lon: 117.2, lat: 39.12, zoom: 14.5 },
  outlines: 'street',
  onMap: true,
  bbox: '117.10000,39.00000,117.30000,39.20000',
}
const query = (view: View) => writeView(view) as Record<string, string>

describe('the address of the desk', () => {
  it('says everything that is shown, both ways', () => {
    expect(readView(query(full))).toEqual(full)
  })
  it('is empty for the plain desk', () => {
    expect(writeView(plainView())).toEqual({})
    expect(readView({})).toEqual(plainView())
  })
  it.each(Object.keys(full) as (keyof View)[])('says %s by itself', (name) => {
    const view = {
      ...plainView(),
      [name]: full[name],
      ...(name === 'bbox' || name === 'onMap' ? { onMap: true, bbox: full.bbox } : {}),
    }
    expect(readView(query(view))).toEqual(view)
  })
  it.each([
    { map: 'x,y,z' },
    { map: '1,2' },
    { bbox: '1,2,3' },
    { sort: 'name' },
    { shown: 'nothing' },
    { outlines: 'house' },
    { overdue: 'yes' },
  ] as Record<string, string>[])('is not led astray by %o', (wrong) => {
    expect(readView(wrong)).toEqual(plainView())
  })
  it('takes the first of a value that comes twice', () => {
    expect(readView({ status: ['filed', 'closed'] }).status).toBe('filed')
  })
})

describe('what the server is asked', () => {
  it('is the open ones, unless all or the closed are wanted', () => {
    expect(filtersOf(plainView())).toEqual({ open: true })
    expect(filtersOf({ ...plainView(), shown: 'closed' })).toEqual({ open: false })
    expect(filtersOf({ ...plainView(), shown: 'all' })).toEqual({})
  })
  it('has the box of the map only where the queue is to show it', () => {
    expect(filtersOf({ ...plainView(), bbox: full.bbox })).toEqual({ open: true })
    expect(filtersOf({ ...plainView(), onMap: true, bbox: full.bbox }).bbox).toBe(full.bbox)
  })
  it('has "waiting for me" by the name of the interface', () => {
    expect(filtersOf({ ...plainView(), waiting: true })).toEqual({ open: true, waiting_for: 'me' })
  })
})

it('a saved view keeps no selection', () => {
  expect(savedQuery(full)).not.toContain('sel=')
  expect(readView(Object.fromEntries(new URLSearchParams(savedQuery(full))))).toEqual({ ...full, selected: [] })
})
it('filters are counted for the button that clears them', () => {
  expect(filterCount(plainView())).toBe(0)
  expect(filterCount(full)).toBe(12)
})
