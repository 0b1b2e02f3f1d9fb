/** The session of a proven phone: a token for the header of this tab's calls, so that a worker who is signed in on the
 * same phone by a cookie stays signed in. It ends with the tab or after the time that the server sets. */
import { computed, reactive } from 'vue'
import { api, data } from '@shared/api/client'
import type { components } from '@shared/api/schema'
import { masked } from './phone'

export type CodeSent = components['schemas']['CodeOut']
const KEPT = 'wangge.resident'
const none = () => ({ token: '', phone: '', until: '' })

function kept(): ReturnType<typeof none> {
  try {
    return { ...none(), ...JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') }
  } catch {
    return none()
  }
}

const session = reactive(kept())
/** A minute before its end it counts as over: a form takes time to send. */
const alive = () => session.token !== '' && Date.parse(session.until) - Date.now() > 60_000

export const resident = {
  session,
  known: computed(() => alive()),
  /** Whose the session is, as 138****0001. */
  name: computed(() => (session.token ? masked(session.phone) : '')),
  askCode: (phone: string): Promise<CodeSent> => data(api.POST('/api/v1/public/codes', { body: { phone } })),
  async signIn(phone: string, code: string): Promise<void> {
    const opened = await data(api.POST('/api/v1/public/sessions', { body: { phone, code } }))
    Object.assign(session, { token: opened.token, phone, until: opened.expires_at })
    sessionStorage.setItem(KEPT, JSON.stringify(session))
  },
  forget(): void {
    Object.assign(session, none())
    sessionStorage.removeItem(KEPT)
  },
  headers: (): Record<string, string> => ({ Authorization: `Bearer ${session.token}` }),
}
