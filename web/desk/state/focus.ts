/** Where the keys go next. After the page is drawn, yet before another key can come: nothing that is typed is lost. */
import { nextTick, type Ref } from 'vue'

export async function focusOn(found: () => HTMLElement | null | undefined): Promise<void> {
  await nextTick()
  found()?.focus()
}

/** The chosen one of several, else the first. */
export const focusChoice = (box: Ref<HTMLElement | undefined>): Promise<void> =>
  focusOn(
    () =>
      box.value?.querySelector<HTMLElement>('input:checked') ?? box.value?.querySelector<HTMLElement>('button, input'),
  )
