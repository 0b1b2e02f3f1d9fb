/** One subcategory as it is in force and as the edits would make it. */
import type { Subcategory, Taxonomy } from '@shared/api/types'
import type { Cells, ListEdits } from './edits'

export type Standard = Subcategory['standards'][number]
export interface Shown extends Subcategory {
  isNew: boolean
}

export const keyOf = (standard: { code: string; area: string }): string => `${standard.code} ${standard.area}`
export const subcategories = (tree: Taxonomy): Subcategory[] =>
  tree.categories.flatMap((category) => category.subcategories)

const BLANK: Subcategory = {
  code: '',
  parent: '',
  name: '',
  name_en: '',
  definition: '',
  definition_en: '',
  synonyms: [],
  local_names: [],
  excludes: [],
  kind: 'event',
  function: '',
  level: 'street',
  assisting: [],
  duty_bearer: '',
  settle: false,
  file_at_once: false,
  public: true,
  sensitivity: 'normal',
  photo: 'optional',
  pinyin: [],
  standards: [],
}

/** The subcategory of a code: the one in force, or one that is only being made. */
export function subcategoryOf(tree: Taxonomy, edits: ListEdits, code: string): Shown | undefined {
  const known = subcategories(tree).find((each) => each.code === code)
  if (known) return { ...known, isNew: false }
  if (!edits.categories.added.includes(code)) return undefined
  return { ...BLANK, ...(edits.categories.rows[code] as Partial<Subcategory>), code, isNew: true }
}

/** The cells in force of a row, as the edits are held against them. */
export function inForce(tree: Taxonomy, sheet: 'categories' | 'standards', key: string): Cells | undefined {
  const all = subcategories(tree)
  if (sheet === 'categories') return all.find((each) => each.code === key) as unknown as Cells | undefined
  return all.flatMap((each) => each.standards).find((standard) => keyOf(standard) === key) as unknown as
    Cells | undefined
}

/** The keys of a subcategory's standards: those in force, then those that are being added. */
export function standardKeys(row: Subcategory, edits: ListEdits): string[] {
  const added = edits.standards.added.filter((key) => edits.standards.rows[key]?.subcategory === row.code)
  return [...row.standards.map(keyOf), ...added]
}

/** A code for a further standard of a subcategory. */
export function nextStandard(row: Subcategory, keys: readonly string[]): string {
  const used = new Set(keys.map((key) => key.split(' ')[0]))
  let number = 1
  while (used.has(`${row.code}-${number}`)) number += 1
  return `${row.code}-${number}`
}
