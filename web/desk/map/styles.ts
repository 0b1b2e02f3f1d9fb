/** What points and outlines look like; made once for each look, for a canvas draws thousands. */
import { Circle, Fill, RegularShape, Stroke, Style, Text } from 'ol/style'
import type Feature from 'ol/Feature'
import type { Pressure } from '@shared/time/countdown'
import { colour, label } from '@shared/map/base'

const COLOURS: Record<Pressure, string> = {
  calm: '--calm',
  soon: '--soon',
  near: '--near',
  over: '--over',
  none: '--text-soft',
  paused: '--text-soft',
}
const kept = new Map<string, Style>()
export const forgetStyles = (): void => kept.clear()

function once(key: string, make: () => Style): Style {
  const known = kept.get(key)
  if (known) return known
  const made = make()
  kept.set(key, made)
  return made
}

/** ● ◆ ▲ ■ as in the list. */
function shape(pressure: Pressure, radius: number): Circle | RegularShape {
  const look = {
    fill: new Fill({ color: colour(COLOURS[pressure]) }),
    stroke: new Stroke({ color: colour('--surface'), width: 1.5 }),
  }
  if (pressure === 'over') return new RegularShape({ ...look, points: 4, radius: radius * 1.25, angle: Math.PI / 4 })
  if (pressure === 'near') return new RegularShape({ ...look, points: 3, radius: radius * 1.3 })
  if (pressure === 'soon') return new RegularShape({ ...look, points: 4, radius: radius * 1.25 })
  return new Circle({ ...look, radius })
}

const bucket = (count: number): number => (count < 2 ? 7 : count < 10 ? 12 : count < 100 ? 15 : 19)

export const pointStyle = (pressure: Pressure, count: number): Style =>
  once(
    `p${pressure}${count}`,
    () =>
      new Style({
        image: shape(pressure, bucket(count)),
        text:
          count > 1
            ? new Text({
                text: String(count),
                font: `600 12px ${colour('--font') || 'sans-serif'}`,
                fill: new Fill({ color: colour('--surface') }),
                offsetY: pressure === 'near' ? 3 : 1,
              })
            : undefined,
      }),
  )

export const ringStyle = (strong: boolean): Style =>
  once(
    `r${strong}`,
    () =>
      new Style({
        zIndex: 5,
        image: new Circle({
          radius: strong ? 16 : 13,
          stroke: new Stroke({ color: colour(strong ? '--focus' : '--brand'), width: strong ? 4 : 3 }),
          fill: new Fill({ color: 'rgba(127,127,127,0.15)' }),
        }),
      }),
  )

export const arrivedStyle = (words: string): Style =>
  once(`a${words}`, () => {
    const text = label(words)
    text.setOffsetY(18)
    return new Style({
      zIndex: 6,
      text,
      image: new RegularShape({
        points: 5,
        radius: 10,
        radius2: 5,
        fill: new Fill({ color: colour('--brand') }),
        stroke: new Stroke({ color: colour('--surface'), width: 2 }),
      }),
    })
  })

export const outlineLook = (strong: boolean): Style =>
  once(
    `o${strong}`,
    () =>
      new Style({
        stroke: new Stroke({ color: colour(strong ? '--text-soft' : '--line-strong'), width: strong ? 2 : 1 }),
        fill: strong ? undefined : new Fill({ color: 'rgba(127,127,127,0.05)' }),
      }),
  )

/** An outline with its name. */
export const namedLook = (feature: Feature): Style =>
  once(`n${String(feature.get('code'))}`, () => {
    const style = outlineLook(false).clone()
    style.setText(label(String(feature.get('name') ?? '')))
    return style
  })
