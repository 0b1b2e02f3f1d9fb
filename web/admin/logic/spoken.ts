/** What the page says after a step: seen for a while, and read out by a screen reader. */
import { reactive } from 'vue'
import { Problem } from '@shared/api/problem'

export interface Said {
  text: string
  bad: boolean
  /** The draft that it came by, where it can be taken back. */
  draft?: string
  number: number
}
const LONG = 8000
export const said = reactive<{ last: Said | null }>({ last: null })
let number = 0

export function say(text: string, bad = false, draft?: string): void {
  const mine = ++number
  said.last = { text, bad, draft, number: mine }
  if (!bad)
    setTimeout(() => {
      if (said.last?.number === mine) said.last = null
    }, LONG)
}

export const sentenceOf = (error: unknown): string => (error instanceof Problem ? error.sentence : String(error))

/** Try a step; what goes wrong is said. Whether it went well. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    say(sentenceOf(error), true)
    return false
  }
}
