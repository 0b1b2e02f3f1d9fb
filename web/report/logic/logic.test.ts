import { beforeEach, describe, expect, it } from 'vitest'
import { newId } from '@shared/ids'
import { bodyOf, blank, forget, isBlank, readDraft, useDraft } from './draft'
import { mine, readMine, remember, remove } from './mine'
import { codeIn, followPath, grouped, numberIn, slipIn } from './number'
import { digitsIn, masked, mobileIn, waitIn } from './phone'

const NUMBER = '2026112500000403'

describe('the number and its code', () => {
  it.each([
    NUMBER,
    '２０２６１１２５０００００４０３',
    '20261125 0000 0403',
    '20261125-00000403',
    '编号：2026112500000403，',
    'http://city.example/report/follow/2026112500000403#K7QM-3XPD',
  ])('is read from %s', (text) => expect(numberIn(text)).toBe(NUMBER))
  it.each([
    'K7QM-3XPD',
    'k7qm3xpd',
    'K7QM 3XPD',
    'Ｋ７ＱＭ－３ＸＰＤ',
    'K7QM—3XPD',
    '查询码: k7qm - 3xpd',
    ' K7QM-3XPD\n',
  ])('has its code in %s', (text) => expect(codeIn(text)).toBe('K7QM-3XPD'))
  it('takes both from a message, a slip or a link', () => {
    const slip = { number: NUMBER, code: 'K7QM-3XPD' }
    expect(slipIn(`您的上报编号 ${NUMBER}, 查询码 K7QM-3XPD, 请保存`)).toEqual(slip)
    expect(slipIn(`${NUMBER}\nK7QM3XPD`)).toEqual(slip)
    expect(slipIn(`${NUMBER} k7qm-3xpd`)).toEqual(slip)
    expect(slipIn(`https://x.example${followPath(slip)}`)).toEqual(slip)
    expect(slipIn('20261125 0000 0403 2345-6789')).toEqual({ number: NUMBER, code: '2345-6789' })
  })
  it('is not made up', () => {
    expect(slipIn('13912340001')).toEqual({ number: '', code: '' })
    expect(numberIn('12026112500000403')).toBe('')
    expect(codeIn('O0IL-1UVU')).toBe('')
  })
  it('is grouped to be read out', () => expect(grouped(NUMBER)).toBe('20261125 0000 0403'))
})

describe('a phone', () => {
  it.each(['13912340001', '139 1234 0001', '+86 139-1234-0001', '８６１３９１２３４０００１'])(
    'is read from %s',
    (text) => expect(mobileIn(text)).toBe('13912340001'),
  )
  it.each(['1391234000', '12912340001', '022-27312345', 'abc', ''])('is not %s', (text) =>
    expect(mobileIn(text)).toBe(''),
  )
  it('has six digits sent to it', () => expect(digitsIn('１２３ 456 78')).toBe('123456'))
  it('is shown without its middle', () => expect(masked('13912340001')).toBe('139****0001'))
  it('waits in words', () =>
    expect([45, 0, 600, 7200].map(waitIn)).toEqual([
      { unit: 'seconds', n: 45 },
      { unit: 'seconds', n: 1 },
      { unit: 'minutes', n: 10 },
      { unit: 'hours', n: 2 },
    ]))
})

describe('a draft', () => {
  beforeEach(() => localStorage.clear())
  it('has an id of its own', () => {
    expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(newId()).not.toBe(newId())
  })
  it('is kept at each change and read again', () => {
    const draft = useDraft('report')
    draft.description = '井盖没了'
    draft.place.address = '3 号楼门口'
    const read = readDraft(localStorage.getItem('wangge.draft.report'))
    expect([read.id, read.description, read.place.address]).toEqual([draft.id, '井盖没了', '3 号楼门口'])
  })
  it('is begun anew when broken or of an older page', () => {
    expect(isBlank(readDraft('{"nonsense'))).toBe(true)
    expect(readDraft('{"id":"a","description":"x"}').place.units).toEqual([])
  })
  it('leaves nothing but the phone behind when it was sent', async () => {
    const draft = useDraft('report')
    Object.assign(draft, { description: 'x', phone: '13912340001' })
    const { id } = draft
    await forget('report')
    expect([isBlank(draft), draft.phone, draft.id === id]).toEqual([true, '13912340001', false])
  })
  it('says the place by the way that was chosen', () => {
    const draft = { ...blank(), description: ' 路灯不亮 ' }
    draft.place = {
      ...draft.place,
      way: 'point',
      lon: 117.2,
      lat: 39.1,
      accuracy: 12,
      units: [{ code: '120101', name: '' }],
    }
    expect(bodyOf('report', draft)).toMatchObject({
      lon: 117.2,
      unit: null,
      description: '路灯不亮',
      process: 'grid_event',
    })
    expect(bodyOf('report', draft).fix).toBeNull()
    draft.place.fix = { lon: 117.21, lat: 39.1, accuracy_m: 12 }
    expect(bodyOf('report', draft).fix).toEqual({ lon: 117.21, lat: 39.1, accuracy_m: 12 })
    draft.place.way = 'pick'
    expect(bodyOf('report', draft)).toMatchObject({ lon: null, unit: '120101' })
    expect(bodyOf('ask', { ...draft, public: false })).toMatchObject({ process: 'public_inquiry', public: false })
  })
})

describe('my reports', () => {
  it('stay on this phone until they are deleted', () => {
    const row = {
      number: NUMBER,
      code: 'K7QM-3XPD',
      kind: 'report' as const,
      title: '井盖',
      at: '2026-11-25T08:00:00+08:00',
    }
    remember(row)
    remember({ ...row, code: 'AAAA-BBBB' })
    expect(mine.map((one) => one.code)).toEqual(['AAAA-BBBB'])
    expect(readMine(localStorage.getItem('wangge.mine'))).toHaveLength(1)
    remove(NUMBER)
    expect(readMine(localStorage.getItem('wangge.mine'))).toEqual([])
    expect(readMine('nonsense')).toEqual([])
  })
})
