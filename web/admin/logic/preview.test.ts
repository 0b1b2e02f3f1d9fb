import { describe, expect, it } from 'vitest'
import { cellOf, csvOf } from './csv'
import { mayGoAgain } from './deliveries'
import { rowsFile } from './drafts'
import { drawable, errorsIn, findingsOf } from './findings'
import { healthOf, sizeOf } from './health'
import { countsOf, fieldRows } from './preview'
import { areaOf, shown, wordOf } from './shown'

describe('a preview', () => {
  it('is counted: what comes, what changes, what goes', () => {
    expect(
      countsOf({ standard: { changed: 3 }, category: { removed: 1, added: 2 } }).map((each) => [
        each.what,
        each.change,
        each.number,
        each.tone,
      ]),
    ).toEqual([
      ['category', 'added', 2, 'good'],
      ['standard', 'changed', 3, 'info'],
      ['category', 'removed', 1, 'bad'],
    ])
  })
  it('shows each field that differs, old beside new', () => {
    const change = {
      what: 'standard',
      change: 'changed' as const,
      code: '01001-1 A',
      name: '',
      fields: ['limit_value', 'notify'],
      before: { limit_value: '4' },
      after: { limit_value: '6' },
    }
    expect(fieldRows(change)).toEqual([
      { field: 'limit_value', old: '4', new: '6' },
      { field: 'notify', old: undefined, new: undefined },
    ])
    expect(fieldRows({ ...change, change: 'removed', fields: [] })).toEqual([{ field: '' }])
  })
})

describe('values', () => {
  const words: Record<string, string> = { none: '空', yes: '是', no: '否', 'value.limit_unit.work_day': '工作日' }
  const t = (key: string) => words[key] ?? key
  it('are shown as a person reads them', () => {
    expect([
      shown(t, 'settle', true),
      shown(t, 'settle', 'no'),
      shown(t, 'name', ''),
      shown(t, 'limit_unit', 'work_day'),
      shown(t, 'synonyms', ['甲', '乙']),
    ]).toEqual(['是', '否', '空', '工作日', '甲、乙'])
    expect(wordOf(t, 'field', 'unheard')).toBe('unheard')
  })
  it('of ground have a fitting unit', () =>
    expect([areaOf(12.34), areaOf(1234.5), areaOf(2_500_000)]).toEqual(['12.3 m²', '1,235 m²', '2.50 km²']))
  it('of memory too', () =>
    expect([sizeOf(0), sizeOf(999), sizeOf(1_500_000), sizeOf(82_342_547_456)]).toEqual([
      '0 B',
      '999 B',
      '1.5 MB',
      '82 GB',
    ]))
})

describe('tables', () => {
  it('quote what must be quoted, and run no formula', () => {
    expect(
      csvOf([
        ['行', '字段'],
        [3, 'a,"b"\nc'],
      ]),
    ).toBe('行,字段\r\n3,"a,""b""\nc"\r\n')
    expect([cellOf('=1+1'), cellOf(-3), cellOf(null)]).toEqual(["'=1+1", '-3', ''])
  })
  it('go out one row a line, so that a line told is a row sent', async () => {
    const text = await rowsFile('days', [{ date: '2027-01-01' }, { date: '2027-01-02' }]).text()
    expect(text.split('\n').map((line) => JSON.parse(line).date)).toEqual(['2027-01-01', '2027-01-02'])
  })
})

describe('findings of an audit', () => {
  const place = (at: [number, number] | null) => ({ codes: ['1'], feature: 1, area_m2: 10, place: at, zh: '', en: '' })
  const told = {
    source: 'x',
    outlines: 2,
    features: [
      {
        geometry: { type: 'Point', coordinates: [117, 39] },
        properties: { kind: 'gap', severity: 'warning', ...place([117, 39]) },
      },
      { geometry: null, properties: { kind: 'code', severity: 'error', ...place(null) } },
      {
        geometry: { type: 'Point', coordinates: [39, 117] },
        properties: { kind: 'axes', severity: 'error', ...place([39, 117]) },
      },
    ],
  }
  it('come gravest first; what lies nowhere on the map is only listed', () => {
    const findings = findingsOf(told)
    expect(findings.map((each) => [each.kind, each.index, each.mapped])).toEqual([
      ['code', 1, false],
      ['axes', 2, false],
      ['gap', 0, true],
    ])
    expect(errorsIn(findings)).toBe(2)
    expect(drawable(told, findings).features.map((each) => each.properties)).toEqual([
      { index: 0, severity: 'warning' },
    ])
  })
})

describe('health', () => {
  it('is told by part, and a relay that is long behind is one', () => {
    const told = { status: 'ready' as const, checks: { database: { ok: true } }, relay_lag_seconds: 95.4 }
    expect(healthOf(told)).toEqual({
      status: 'degraded',
      parts: [
        { name: 'database', ok: true, waits: 0 },
        { name: 'relay', ok: false, waits: 95 },
      ],
    })
    expect(healthOf({ ...told, relay_lag_seconds: 1 }).status).toBe('ready')
  })
  it('lets the dead go out again, and a webhook also what was sent', () => {
    expect(
      [
        { state: 'dead', channel: 'sms' },
        { state: 'sent', channel: 'sms' },
        { state: 'sent', channel: 'webhook' },
        { state: 'waiting', channel: 'webhook' },
      ].map(mayGoAgain),
    ).toEqual([true, false, true, false])
  })
})
