/** The one way to the server: typed by its OpenAPI, with the CSRF token and the language, errors as `Problem`. */
import createClient, { type Middleware } from 'openapi-fetch'
import { offline, problemOf } from './problem'
import type { paths } from './schema'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
let csrf = ''
let whenExpired: () => void = () => {}
let language: () => string = () => document.documentElement.lang || 'zh-CN'

export const csrfToken = (): string => csrf
export function setCsrfToken(token: string): void {
  csrf = token
}
/** What happens when the server no longer knows us. What a person has typed must stay. */
export function onExpired(act: () => void): void {
  whenExpired = act
}
export function onLanguage(asked: () => string): void {
  language = asked
}

/** Headers that every request of ours carries. */
export function ownHeaders(method: string): Record<string, string> {
  return { 'Accept-Language': language(), ...(SAFE.has(method) || !csrf ? {} : { 'X-CSRF-Token': csrf }) }
}

const own: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(ownHeaders(request.method))) request.headers.set(name, value)
    return request
  },
  async onResponse({ response, request }) {
    if (response.ok || response.status === 304) return
    if (response.status === 401 && !request.url.endsWith('/sessions')) whenExpired()
    throw await problemOf(response)
  },
  onError: () => offline(),
}

export const api = createClient<paths>({
  baseUrl: '',
  credentials: 'same-origin',
  fetch: (request) => globalThis.fetch(request),
  querySerializer: { array: { style: 'form', explode: true } },
})
api.use(own)

/** The data of an answer; errors were thrown on the way. */
export async function data<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T
}
