/** Numbers in words. */
import { t } from '@shared/i18n'

export const metres = (m: number): string =>
  m < 1000 ? t('distance.m', { n: Math.round(m) }) : t('distance.km', { n: (m / 1000).toFixed(1) })
