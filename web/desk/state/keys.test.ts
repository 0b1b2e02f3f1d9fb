import { afterEach, describe, expect, it } from 'vitest'
import { commandOf, isTyping, KEYS, LISTED, somethingOpen } from './keys'

const press = (key: string, target: EventTarget | null = document.body, more = {}) =>
  commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, target, ...more }, somethingOpen())

function put(html: string): HTMLElement {
  const parsed = new DOMParser().parseFromString(`<div>${html}</div>`, 'text/html')
  const box = document.adoptNode(parsed.body.firstElementChild as HTMLElement)
  document.body.append(box)
  return box.firstElementChild as HTMLElement
}
afterEach(() => document.body.replaceChildren())

describe('the keys of the desk', () => {
  it.each([
    ['j', 'next'],
    ['K', 'previous'],
    ['x', 'select'],
    ['d', 'dispatch'],
    ['r', 'return'],
    ['u', 'urge'],
    ['m', 'merge'],
    ['f', 'file'],
    ['v', 'void'],
    ['t', 'transfer'],
    ['s', 'supervise'],
    ['w', 'whistle'],
    ['a', 'requests'],
    ['/', 'search'],
    ['z', 'undo'],
    ['g', 'map'],
    ['?', 'help'],
    ['Escape', 'back'],
    ['Enter', 'open'],
  ])('%s means %s', (key, command) => {
    expect(press(key)).toBe(command)
  })
  it('are all in the help', () => {
    expect(new Set(LISTED.map(([, command]) => command))).toEqual(new Set(Object.values(KEYS)))
  })
  it.each([
    '<input type="text">',
    '<input type="search">',
    '<textarea></textarea>',
    '<select></select>',
    '<div contenteditable></div>',
  ])('are silent while somebody types in %s', (field) => {
    const target = put(field)
    expect(isTyping(target)).toBe(true)
    expect(press('d', target)).toBeNull()
    expect(press('/', target)).toBeNull()
  })
  it('work on a tick box, which takes no letters', () => {
    expect(press('d', put('<input type="checkbox">'))).toBe('dispatch')
  })
  it('are silent while a dialogue is open, which has keys of its own', () => {
    put('<dialog open></dialog>')
    expect(press('d')).toBeNull()
    expect(press('Escape')).toBeNull()
  })
  it('are silent while a list of choices hangs open', () => {
    put('<div role="combobox" aria-expanded="true"></div>')
    expect(press('j')).toBeNull()
  })
  it.each([{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { isComposing: true }])(
    'leave %o to the browser and the input method',
    (more) => {
      expect(press('d', document.body, more)).toBeNull()
    },
  )
  it('leave Enter to a button, and take it on a row', () => {
    expect(press('Enter', put('<button></button>'))).toBeNull()
    expect(press('Enter', put('<div role="row"></div>'))).toBe('open')
    expect(press('d', put('<button></button>'))).toBe('dispatch')
  })
})
