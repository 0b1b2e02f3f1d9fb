/** Who we are, asked again when the network is back: what was written meanwhile needs the session's token. */
import { api, csrfToken, data, setCsrfToken } from '@shared/api/client'
import { useSession } from '@shared/session'

/** Where the session has ended the client tells so, and the page asks for the password over what it shows. */
export async function knowAgain(): Promise<void> {
  const { me } = useSession()
  if (!me.value) return
  try {
    const person = await data(api.GET('/api/v1/me'))
    setCsrfToken(person.csrf_token)
  } catch {
    // no network yet, or the session has ended: both are shown elsewhere
  }
}

/** Before a write: without a network at opening there was no token yet. */
export async function readyToWrite(): Promise<void> {
  if (!csrfToken()) await knowAgain()
}
