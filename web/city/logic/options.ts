/** What the charts draw. */
import type { EChartsCoreOption } from 'echarts/core'
import type { Trend } from '../data/figures'
import type { Look } from '../parts/Chart.vue'

const shared = (look: Look) => ({
  grid: { left: 8, right: 8, top: look.size, bottom: 4, containLabel: true },
  tooltip: {
    trigger: 'axis',
    renderMode: 'richText',
    confine: true,
    backgroundColor: look.surface,
    borderColor: look.line,
    textStyle: { color: look.text, fontSize: look.size },
  },
})
const axis = (look: Look) => ({
  axisLabel: { color: look.soft, fontSize: look.size, hideOverlap: true },
  axisLine: { lineStyle: { color: look.line } },
  splitLine: { lineStyle: { color: look.line } },
})

/** The buckets that have begun. */
export const upTo = (answer: Trend | undefined): Trend['rows'] =>
  (answer?.rows ?? []).filter((row) => Date.parse(row.from) <= Date.parse(answer?.meta.counted_at ?? ''))

export interface TrendNames {
  reported: string
  ended: string
  rate: string
}

/** Bars for what came, a line for what was closed; the rate on an axis of its own. */
export const trendOption =
  (rows: Trend['rows'], names: TrendNames, short: (bucket: string) => string) =>
  (look: Look): EChartsCoreOption => ({
    ...shared(look),
    xAxis: { type: 'category', data: rows.map((row) => short(row.bucket)), ...axis(look), splitLine: { show: false } },
    yAxis: [
      { type: 'value', minInterval: 1, ...axis(look) },
      {
        type: 'value',
        min: 0,
        max: 100,
        ...axis(look),
        splitLine: { show: false },
        axisLabel: { color: look.soft, fontSize: look.size, formatter: '{value}%' },
      },
    ],
    series: [
      {
        name: names.reported,
        type: 'bar',
        barMaxWidth: 28,
        data: rows.map((row) => row.reported),
        itemStyle: { color: look.first, borderRadius: [3, 3, 0, 0] },
      },
      {
        name: names.ended,
        type: 'line',
        symbol: 'circle',
        symbolSize: 5,
        data: rows.map((row) => row.closed_in_bucket),
        lineStyle: { width: 2.5 },
        itemStyle: { color: look.third },
      },
      {
        name: names.rate,
        type: 'line',
        yAxisIndex: 1,
        symbol: 'diamond',
        symbolSize: 6,
        connectNulls: false,
        lineStyle: { type: 'dashed', width: 2 },
        data: rows.map((row) => (row.closure_rate === null ? null : Math.round(row.closure_rate * 1000) / 10)),
        itemStyle: { color: look.second },
      },
    ],
  })

export interface Bar {
  name: string
  values: (number | null)[]
}

/** Lying bars, the first on top, so that long names can be read. */
export const barsOption =
  (bars: Bar[], series: string[], say: (value: number) => string) =>
  (look: Look): EChartsCoreOption => ({
    ...shared(look),
    grid: { left: 8, right: look.size * 6, top: 4, bottom: 4, containLabel: true },
    tooltip: {
      ...shared(look).tooltip,
      axisPointer: { type: 'shadow' },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? say(value) : '—'),
    },
    xAxis: { type: 'value', ...axis(look), axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map((bar) => bar.name),
      ...axis(look),
      axisLabel: { color: look.text, fontSize: look.size, width: look.size * 11, overflow: 'truncate' },
      axisTick: { show: false },
    },
    series: series.map((name, n) => ({
      name,
      type: 'bar',
      barMaxWidth: 22,
      data: bars.map((bar) => bar.values[n] ?? null),
      label: {
        show: true,
        position: 'right',
        color: look.text,
        fontSize: look.size,
        formatter: ({ value }: { value: unknown }) => (typeof value === 'number' ? say(value) : ''),
      },
      itemStyle: { color: [look.first, look.third][n], borderRadius: [0, 3, 3, 0] },
    })),
  })
