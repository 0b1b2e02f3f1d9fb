/** Names in the language of the page: incidents come with Chinese ones, the list and the processes know both. */
import { shallowReactive } from 'vue'
import { language, named } from '@shared/i18n'
import type { components } from '@shared/api/schema'
import type { Incident } from '@shared/api/types'

type Named = { code: string; name: string; name_en: string }
export type Process = components['schemas']['ProcessOut']
type Part = 'states' | 'actions' | 'clocks' | 'requests'

const known = shallowReactive({ subcategories: new Map<string, Named>(), processes: new Map<string, Process>() })

export function knowSubcategories(rows: readonly Named[]): void {
  known.subcategories = new Map(rows.map((row) => [row.code, row]))
}

export function knowProcesses(processes: readonly Process[]): void {
  known.processes = new Map([...known.processes, ...processes.map((process) => [process.code, process] as const)])
}

function partName(process: string, part: Part, code: string, chinese: string): string {
  if (language() === 'zh') return chinese
  const found = (known.processes.get(process)?.[part] as readonly Named[] | undefined)?.find((one) => one.code === code)
  return found ? named(found) : chinese
}

export const statusName = (incident: Pick<Incident, 'process' | 'status' | 'status_name'>) =>
  partName(incident.process, 'states', incident.status, incident.status_name)
export const actionName = (process: string, action: string, chinese: string) =>
  partName(process, 'actions', action, chinese)
export const stageName = (process: string, stage: string, chinese: string) =>
  partName(process, 'clocks', stage, chinese)
export const requestName = (process: string, kind: string, chinese: string) =>
  partName(process, 'requests', kind, chinese)

/** What it is called: its subcategory, else the beginning of its words, else its number. */
export function titleOf(
  incident: Pick<Incident, 'subcategory' | 'subcategory_name' | 'description' | 'number'>,
): string {
  const row = language() === 'en' ? known.subcategories.get(incident.subcategory ?? '') : undefined
  return row ? named(row) : incident.subcategory_name || incident.description.slice(0, 30) || incident.number
}

/** Its words, where they are not a repetition of its title. */
export const wordsOf = (incident: Incident): string =>
  (incident.description !== titleOf(incident) && incident.description) || incident.address || incident.unit_name

/** A check passes or not; what is verified is as it was reported or not. */
export const resultWords = (action: string, field: 'passed' | 'contacted' = 'passed') =>
  `field.${field === 'passed' && action === 'verify' ? 'verified' : field}`
