/** A sentence that says what has just been done, on whatever view comes next. */
import { ref } from 'vue'

const LONG = 6000
export const flashed = ref('')
let timer: ReturnType<typeof setTimeout> | undefined

export function flash(words: string): void {
  flashed.value = words
  clearTimeout(timer)
  timer = setTimeout(() => {
    flashed.value = ''
  }, LONG)
}
