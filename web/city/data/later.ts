/** What is fetched when it is opened, with its words. */
import { useWords } from '@shared/i18n'

type Words = Parameters<typeof useWords>[0]

export const later =
  <T>(part: () => Promise<T>, words: () => Promise<Words>) =>
  async (): Promise<T> => {
    const [found, own] = await Promise.all([part(), words()])
    useWords(own)
    return found
  }
