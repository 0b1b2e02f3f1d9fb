/** To the clipboard; over plain HTTP by the old way. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return byHand(text)
  }
}

function byHand(text: string): boolean {
  const area = document.createElement('textarea')
  const before = document.activeElement as HTMLElement | null
  area.value = text
  area.className = 'unseen'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  before?.focus()
  return done
}
