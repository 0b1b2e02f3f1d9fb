/** What the keys and buttons of the desk do. */
import { nextTick } from 'vue'
import { t } from '@shared/i18n'
import { api, data } from '@shared/api/client'
import { Problem } from '@shared/api/problem'
import type { Incident, Possible } from '@shared/api/types'
import { act, holder, itemOf } from './acting'
import { active, current, dialogue, move, opened, say, selectTo, toggle, view } from './desk'
import { focusOn } from './focus'
import { commandOf, somethingOpen, type Command } from './keys'
import { toDecide } from './marks'
import { actionName } from './names'
import { front, showPane, togglePane } from './panes'
import { queue } from './queue'

export const MOST = 200
/** Their fields are the same whoever takes them; asked of each incident by the server. */
const FIELDS: Record<string, string[]> = {
  dispatch: ['department'],
  transfer: ['department', 'reason'],
  return: ['reason'],
  void: ['reason'],
  supervise: ['reason'],
  whistle: ['assisting', 'reason'],
  urge: [],
  file: [],
}
const OPTIONAL: Record<string, string[]> = { supervise: ['until', 'level'], whistle: ['until'], dispatch: ['reason'] }
/** Need nothing and can be undone: no dialogue stands between. */
const AT_ONCE = new Set(['urge'])

interface Hands {
  open(incident: Incident): void
  close(): void
  focusList(): void
}

/** The incident that keys are about: the focused row, else the one whose view is open. */
async function oneMeant(): Promise<Incident | undefined> {
  if (current.value) return current.value
  return opened.value ? queue.find(opened.value) : undefined
}

async function meant(): Promise<Incident[]> {
  if (view.selected.length) return Promise.all(view.selected.slice(0, MOST).map((number) => queue.find(number)))
  const one = await oneMeant()
  return one ? [one] : []
}

const possibleOf = (incident: Incident): Promise<Possible[]> =>
  data(api.GET('/api/v1/incidents/{incident}/actions', { params: { path: { incident: incident.id } } }))

export async function start(action: string, about?: Incident, request?: number): Promise<void> {
  if (view.selected.length > MOST) return say(t('act.tooMany'), true)
  try {
    const incidents = about ? [about] : await meant()
    const [one] = incidents
    if (!one) return say(t('act.notHere'), true)
    if (action === 'merge') dialogue.value = { kind: 'merge', incidents }
    else if (incidents.length > 1) startMany(action, incidents)
    else await startOne(action, one, request)
  } catch (error) {
    say(error instanceof Problem ? error.sentence : String(error), true)
  }
}

function startMany(action: string, incidents: Incident[]): void {
  const name = t(`names.${action}`)
  const [fields, optional] = [FIELDS[action] ?? [], OPTIONAL[action] ?? []]
  const possible = { action, name, name_en: name, fields, optional, next: false }
  if (AT_ONCE.has(action)) {
    void act(possible, [{ items: incidents.map(itemOf), body: {} }])
    view.selected = []
  } else dialogue.value = { kind: 'act', possible, incidents }
}

async function startOne(action: string, incident: Incident, request?: number): Promise<void> {
  const offered = await possibleOf(incident)
  const possible = offered.find((each) => each.action === action)
  if (!possible) {
    const names = offered.map((each) => actionName(incident.process, each.action, each.name)).join('、')
    const said = t('act.notNow', { number: incident.number, action: actionName(incident.process, action, action) })
    return say(`${said}。${names ? t('act.offered', { actions: names }) : ''}`, true)
  }
  if (AT_ONCE.has(action))
    void act({ ...possible, name: actionName(incident.process, action, possible.name) }, [
      { items: [itemOf(incident)], body: {} },
    ])
  else dialogue.value = { kind: 'act', possible, incidents: [incident], request }
}

function undo(): void {
  const taken = holder.undo()
  const items = taken?.batches.flatMap((batch) => batch.items) ?? []
  if (items.length > 1) view.selected = items.map((item) => item.number)
  say(taken ? t('act.undone', { action: taken.name }) : t('act.nothingToUndo'))
}

/** Requests are decided in place: bring them into sight. */
async function requests(hands: Hands): Promise<void> {
  const one = await oneMeant()
  if (!one) return say(t('act.notHere'), true)
  if (!toDecide(one).length) return say(t('act.noRequests'))
  hands.open(one)
  focusWhenThere('#requests button')
}

const [LOOK_MS, LOOKS] = [100, 80]
/** What may be decided is asked of the server first. */
function focusWhenThere(selector: string, looks = LOOKS): void {
  const found = document.querySelector<HTMLElement>(selector)
  if (found) found.focus()
  else if (looks > 0) setTimeout(() => focusWhenThere(selector, looks - 1), LOOK_MS)
}

function back(hands: Hands): void {
  if (opened.value) hands.close()
  else if (view.selected.length) view.selected = []
  else if (front.value !== 'queue') front.value = 'queue'
}

export function useCommands(hands: Hands) {
  const plain: Partial<Record<Command, (event: KeyboardEvent) => void>> = {
    next: () => step(1),
    previous: () => step(-1),
    undo,
    select: (event) => {
      const row = current.value
      if (row && event.shiftKey) selectTo(queue.byNumber(view.selected.at(-1) ?? '')?.id ?? row.id, row.id)
      else if (row) toggle(row.number)
    },
    open: () => current.value && hands.open(current.value),
    search: () => {
      showPane('queue')
      void focusOn(() => document.getElementById('search'))
    },
    map: () => togglePane('map'),
    requests: () => void requests(hands),
    back: () => back(hands),
    help: () => {
      dialogue.value = { kind: 'help' }
    },
  }
  function step(by: number): void {
    move(by)
    queue.changed.delete(active.value)
    void nextTick(hands.focusList)
  }
  function keydown(event: KeyboardEvent): void {
    const command = commandOf(event, somethingOpen())
    if (!command) return
    event.preventDefault()
    const own = plain[command]
    if (own) own(event)
    else void start(command)
  }
  return { keydown, start }
}
