/** A dialogue saves its one row: in force at once, or on to the draft that somebody must see first. */
import { ref } from 'vue'
import { useRouter } from 'vue-router'
import { t } from '@shared/i18n'
import { changeRows, wrongFields, type RowsBody } from './rows'
import { say } from './spoken'

export function useSaving(done: () => void) {
  const router = useRouter()
  const wrong = ref<Record<string, string>>({})
  const busy = ref(false)

  async function save(body: RowsBody, saidSaved: string): Promise<void> {
    busy.value = true
    try {
      const { draft, applied } = await changeRows(body)
      if (applied) say(saidSaved, false, draft.id)
      else if (draft.preview?.changed) await router.push(`/drafts/${draft.id}`)
      else say(t('person.same'))
      done()
    } catch (error) {
      wrong.value = wrongFields(error, body)
    } finally {
      busy.value = false
    }
  }
  return { wrong, busy, save }
}
