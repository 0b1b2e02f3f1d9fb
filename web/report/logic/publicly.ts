/** What anybody may ask of the server: lists, places, outlines, the board. Asked once where it does not change. */
import { api, data } from '@shared/api/client'
import type { components, paths } from '@shared/api/schema'

type Schemas = components['schemas']
export type Category = Schemas['PublicCategoryOut']
export type Topic = Schemas['PublicSubcategoryOut']
export type Unit = Schemas['PublicUnitOut']
export type Department = Schemas['PublicDepartmentOut']
export type Located = Schemas['PublicPlaceOut']
export type Suggestion = Schemas['PublicSuggestionOut']
export type Report = Schemas['PublicIncidentOut']
export type Inquiry = Schemas['InquiryOut']
export type Month = paths['/api/v1/public/inquiries/bulletin']['get']['responses'][200]['content']['application/json']

const once = new Map<string, Promise<unknown>>()

/** One answer for the life of the page; one that failed is asked for again. */
function keeping<T>(key: string, ask: () => Promise<T>): Promise<T> {
  if (!once.has(key)) {
    once.set(
      key,
      ask().catch((error: unknown) => {
        once.delete(key)
        throw error
      }),
    )
  }
  return once.get(key) as Promise<T>
}

export const categories = (process: string): Promise<Category[]> =>
  keeping(
    `list ${process}`,
    async () => (await data(api.GET('/api/v1/public/taxonomy', { params: { query: { process } } }))).categories,
  )

export const unitsOf = (parent?: string): Promise<Unit[]> =>
  keeping(
    `units ${parent ?? ''}`,
    async () => (await data(api.GET('/api/v1/public/units', { params: { query: { parent } } }))).items,
  )

export const departmentsOf = (unit: string): Promise<Department[]> =>
  keeping(
    `departments ${unit}`,
    async () => (await data(api.GET('/api/v1/public/departments', { params: { query: { unit, limit: 200 } } }))).items,
  )

export const located = (lon: number, lat: number): Promise<Located> =>
  data(api.GET('/api/v1/public/locate', { params: { query: { lon, lat } } }))

export const outlinesOf = (unit: string): Promise<unknown> =>
  keeping(`outlines ${unit}`, () =>
    data(api.GET('/api/v1/public/units/{code}/outlines', { params: { path: { code: unit } } })),
  )

export const suggested = async (text: string): Promise<Suggestion[]> =>
  (await data(api.POST('/api/v1/public/suggestions', { body: { text, process: 'grid_event' } }))).items

export const follow = (number: string, code: string): Promise<Report> =>
  data(api.GET('/api/v1/public/incidents/{number}', { params: { path: { number }, query: { code } } }))

export const rate = (number: string, code: string, score: number, reason: string): Promise<Report> =>
  data(
    api.POST('/api/v1/public/incidents/{number}/rate', {
      params: { path: { number }, query: { code } },
      body: { score, reason: reason.trim() || null },
    }),
  )

/** Topics whose name or meaning has all the words, those whose name has them first. */
export function topicsLike(list: Category[], text: string): Category[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const has = (topic: Topic) =>
    words.every((word) =>
      [topic.name, topic.name_en, topic.definition, topic.definition_en].some((said) =>
        said.toLowerCase().includes(word),
      ),
    )
  return list
    .map((category) => ({ ...category, subcategories: category.subcategories.filter(has) }))
    .filter((category) => category.subcategories.length > 0)
}
