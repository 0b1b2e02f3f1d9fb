/** A list has no name of its own: people know it by the processes that use it. */
import { shallowRef } from 'vue'
import { api, data } from '@shared/api/client'
import { named } from '@shared/i18n'

type Process = { list: string; name: string; name_en: string }
const processes = shallowRef<Process[]>([])
let asked: Promise<void> | undefined

/** Once; where it failed, again when somebody asks again. */
const load = (): Promise<void> =>
  (asked ??= data(api.GET('/api/v1/processes'))
    .then(({ items }) => {
      processes.value = items
    })
    .catch((error) => {
      asked = undefined
      throw error
    }))

/** The codes of the lists that are used. */
export async function listCodes(): Promise<string[]> {
  await load()
  return [...new Set(processes.value.map((process) => process.list))]
}

/** `网格事件 (grid)`; the code alone where nothing is known of it (yet). */
export function listName(code: string): string {
  void load().catch(() => undefined)
  const names = processes.value.filter((process) => process.list === code).map(named)
  return names.length ? `${names.join('、')} (${code})` : code
}
