/** Who is signed in. The token is in a cookie that scripts cannot read; this knows the person and the CSRF token. */
import { computed, ref, shallowRef } from 'vue'
import { api, data, onExpired, setCsrfToken } from './api/client'
import { Problem } from './api/problem'
import type { Me } from './api/types'

const KEPT = 'wangge.me'
const me = shallowRef<Me | null>(null)
/** The session ended while somebody was at work: a dialogue asks for the password, and the page stays as it is. */
const expired = ref(false)
const known = ref(false)

onExpired(() => {
  if (me.value) expired.value = true
})

function welcome(person: Me): void {
  me.value = person
  expired.value = false
  setCsrfToken(person.csrf_token)
  const { csrf_token: _, ...shown } = person
  localStorage.setItem(KEPT, JSON.stringify(shown))
}

/** Ask who we are. Without a network it is whoever was here last: a phone in a cellar still knows its owner. */
async function restore(): Promise<Me | null> {
  try {
    welcome(await data(api.GET('/api/v1/me')))
  } catch (error) {
    if (!(error instanceof Problem) || !error.passing) forget()
    else me.value = kept()
  }
  known.value = true
  return me.value
}

function kept(): Me | null {
  try {
    const before = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Omit<Me, 'csrf_token'> | null
    return before && { ...before, csrf_token: '' }
  } catch {
    return null
  }
}

function forget(): void {
  me.value = null
  setCsrfToken('')
  localStorage.removeItem(KEPT)
}

async function signIn(phone: string, password: string): Promise<Me> {
  const opened = await data(api.POST('/api/v1/sessions', { body: { phone, password } }))
  setCsrfToken(opened.csrf_token)
  welcome(await data(api.GET('/api/v1/me')))
  known.value = true
  return me.value as Me
}

async function signOut(): Promise<void> {
  try {
    await api.DELETE('/api/v1/sessions/current')
  } finally {
    forget()
    expired.value = false
  }
}

export function useSession() {
  const may = (permission: string) => me.value?.permissions.includes(permission) ?? false
  return { me, known, expired, may, signIn, signOut, restore, signedIn: computed(() => me.value !== null) }
}
