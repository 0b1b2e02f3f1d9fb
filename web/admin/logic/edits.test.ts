import { beforeEach, describe, expect, it } from 'vitest'
import { add, bodyOf, differences, edit, editsOf, forget, remove, undo, type Cells } from './edits'
import { placed } from './wrong'

const IN_FORCE: Record<string, Cells> = {
  '01001': { name: '暴露垃圾', synonyms: ['垃圾'], settle: false },
  '01001-1 A': { limit_value: 4, limit_unit: 'work_hour' },
}
const before = (_: string, key: string) => IN_FORCE[key]
const set = (key: string, column: string, value: Cells[string]) =>
  edit(
    key.includes(' ') ? editsOf('grid').standards : editsOf('grid').categories,
    key,
    column,
    value,
    IN_FORCE[key]?.[column],
  )

describe('edits of a list', () => {
  beforeEach(() => forget('grid'))

  it('stand old beside new, and are none when put back', () => {
    set('01001-1 A', 'limit_value', '6')
    expect(differences(editsOf('grid'), before)).toEqual([
      { sheet: 'standards', key: '01001-1 A', change: 'changed', field: 'limit_value', old: 4, new: '6' },
    ])
    set('01001-1 A', 'limit_value', '4')
    expect(differences(editsOf('grid'), before)).toEqual([])
  })
  it('hold lists against lists', () => {
    set('01001', 'synonyms', ['垃圾'])
    expect(differences(editsOf('grid'), before)).toEqual([])
    set('01001', 'synonyms', ['垃圾', '脏'])
    expect(differences(editsOf('grid'), before)).toHaveLength(1)
  })
  it('go out as standards alone where no category is touched', () => {
    set('01001-1 A', 'limit_value', '6')
    expect(bodyOf('grid', editsOf('grid'))).toEqual({
      kind: 'standards',
      list: 'grid',
      removed: [],
      rows: [{ code: '01001-1', area: 'A', limit_value: '6' }],
    })
    set('01001', 'settle', true)
    expect(bodyOf('grid', editsOf('grid'))).toMatchObject({
      kind: 'taxonomy',
      rows: [{ code: '01001', settle: true }],
      standards: { rows: [{ limit_value: '6' }] },
    })
  })
  it('add rows, and forget those that go again', () => {
    const sheet = editsOf('grid').categories
    add(sheet, '01099', { name: '新' })
    expect(differences(editsOf('grid'), before)[0]).toMatchObject({ key: '01099', change: 'added' })
    remove(sheet, '01099')
    expect(differences(editsOf('grid'), before)).toEqual([])
    remove(sheet, '01001')
    expect(bodyOf('grid', editsOf('grid')).removed).toEqual(['01001'])
    undo(sheet, '01001')
    expect(differences(editsOf('grid'), before)).toEqual([])
  })
  it('are kept for a reload', () => {
    set('01001-1 A', 'limit_value', '6')
    expect(JSON.parse(sessionStorage.getItem('wangge.admin.edits') ?? '{}').grid.standards.rows).toEqual({
      '01001-1 A': { limit_value: '6' },
    })
  })
  it('are undone one by one', () => {
    set('01001', 'name', '垃圾')
    set('01001', 'settle', true)
    undo(editsOf('grid').categories, '01001', 'name')
    expect(differences(editsOf('grid'), before).map((each) => each.field)).toEqual(['settle'])
  })
})

describe('a mistake that the server tells', () => {
  const body = { rows: [{ code: '01001' }], standards: { rows: [{ code: '01001-1', area: 'A' }] } }
  it('is told by the row that it means', () => {
    expect(placed({ field: 'standards.rows.0.limit_value', message: '不是数' }, body)).toEqual({
      place: '01001-1 A',
      field: 'limit_value',
      message: '不是数',
    })
    expect(placed({ field: 'rows.0.name', message: '必填' }, body)).toEqual({
      place: '01001',
      field: 'name',
      message: '必填',
    })
    expect(placed({ field: 'list', message: '没有' }, body)).toEqual({ place: '', field: 'list', message: '没有' })
    expect(placed({ field: 'rows.01009.name', message: '必填' }, body)).toEqual({
      place: '01009',
      field: 'name',
      message: '必填',
    })
  })
})
