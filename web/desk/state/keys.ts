/** The keys of the desk. Silent while somebody types, and while a dialogue with keys of its own is open. */
export const KEYS = {
  j: 'next',
  k: 'previous',
  ArrowDown: 'next',
  ArrowUp: 'previous',
  x: 'select',
  Enter: 'open',
  d: 'dispatch',
  r: 'return',
  u: 'urge',
  m: 'merge',
  f: 'file',
  v: 'void',
  t: 'transfer',
  s: 'supervise',
  w: 'whistle',
  a: 'requests',
  '/': 'search',
  z: 'undo',
  g: 'map',
  Escape: 'back',
  '?': 'help',
} as const
export type Command = (typeof KEYS)[keyof typeof KEYS]
/** Keys that a list or a button has for itself: they are ours only where nothing else takes them. */
const SHARED = new Set(['Enter', 'ArrowDown', 'ArrowUp'])
/** In the order in which the help lists them. */
export const LISTED: [string, Command][] = [
  ['J / ↓', 'next'],
  ['K / ↑', 'previous'],
  ['X', 'select'],
  ['Enter', 'open'],
  ['F', 'file'],
  ['D', 'dispatch'],
  ['R', 'return'],
  ['T', 'transfer'],
  ['U', 'urge'],
  ['M', 'merge'],
  ['V', 'void'],
  ['S', 'supervise'],
  ['W', 'whistle'],
  ['A', 'requests'],
  ['/', 'search'],
  ['Z', 'undo'],
  ['G', 'map'],
  ['Esc', 'back'],
  ['?', 'help'],
]

const TYPED = 'input, textarea, select, [contenteditable], [role="combobox"], [role="searchbox"]'
const TOGGLES = new Set(['checkbox', 'radio', 'button', 'submit'])

/** Is the key meant for a field? A tick box takes no letters. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof Element) || !target.closest(TYPED)) return false
  return !(target instanceof HTMLInputElement && TOGGLES.has(target.type))
}

interface Pressed {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  isComposing?: boolean
  target: EventTarget | null
}

/** The command of a key press, or none. `ownKeys`: something is open that has keys of its own. */
export function commandOf(event: Pressed, ownKeys: boolean): Command | null {
  if (ownKeys || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null
  if (isTyping(event.target)) return null
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const command = KEYS[key as keyof typeof KEYS] ?? null
  const taken = SHARED.has(key) && event.target instanceof Element && !isRow(event.target) && takesKeys(event.target)
  return taken ? null : command
}

const isRow = (target: Element): boolean => target.getAttribute('role') === 'row'
const takesKeys = (target: Element): boolean =>
  target.closest('a, button, summary, input, canvas, [role="separator"], [role="tab"], .takes-keys') !== null

/** A dialogue is open, or a list of choices hangs open. */
export const somethingOpen = (page: ParentNode = document): boolean =>
  page.querySelector('dialog[open], [aria-expanded="true"][role="combobox"]') !== null
