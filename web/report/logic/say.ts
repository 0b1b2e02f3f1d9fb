/** What went wrong, as a sentence that says what to do. */
import { Problem } from '@shared/api/problem'
import { t } from '@shared/i18n'
import { waitIn } from './phone'

export function say(error: unknown): string {
  if (!(error instanceof Problem)) return t('error.again')
  if (error.offline) return t('offlineKept')
  const seconds = Number(error.more.retry_after)
  if (error.status === 429 && seconds > 0) {
    const wait = waitIn(seconds)
    return t('tooMany', { wait: t(`wait.${wait.unit}`, { n: wait.n }) })
  }
  return error.status >= 500 ? t('serverDown') : error.sentence
}

/** The step of the form where a field that the server refused is mended. */
export function stepOf(error: unknown): string {
  const field = error instanceof Problem ? (error.errors[0]?.field ?? '') : ''
  if (/^(lon|lat|unit|address|accuracy_m|datum|fix)/.test(field)) return 'where'
  if (/^(subcategory|description)/.test(field)) return 'what'
  return field.startsWith('attachments') ? 'photo' : ''
}
