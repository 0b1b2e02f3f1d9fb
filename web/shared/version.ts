/**
 * Whether the server has newer pages than this one. Then the parts of this one that come late are gone from the server,
 * and only a refresh brings them.
 */
import { ref } from 'vue'
import type { Router } from 'vue-router'

/** Why a part did not come, or could not if it were asked for. */
export const trouble = ref<'' | 'outdated' | 'unreachable'>('')

const EVERY = 30 * 60_000
/** A page that was loaded anew for this a moment ago is not loaded again: it would never come to rest. */
const AT_REST = 60_000
const KEPT = 'wangge.renewed'
let looked = Date.now()

const ownScript = () => document.querySelector('script[type="module"][src]')?.getAttribute('src')

/** The page as it is served now names another script than this one runs. */
export async function outdated(): Promise<boolean> {
  looked = Date.now()
  const script = ownScript()
  try {
    const page = await fetch(import.meta.env.BASE_URL, { cache: 'no-cache' })
    return page.ok && !!script && !(await page.text()).includes(script)
  } catch {
    return false
  }
}

async function look(otherwise = trouble.value): Promise<void> {
  trouble.value = (await outdated()) ? 'outdated' : otherwise
}

/** At once when a part did not come; now and then, and when somebody comes back to the page. */
export function watchVersion(): void {
  addEventListener('vite:preloadError', () => void look('unreachable'))
  setInterval(() => void look(), EVERY)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && Date.now() - looked > EVERY) void look()
  })
}

/** Load a page anew, unless that was done just now. */
export function renew(address = location.href): void {
  if (Date.now() - Number(sessionStorage.getItem(KEPT) ?? 0) < AT_REST) return
  sessionStorage.setItem(KEPT, String(Date.now()))
  if (address === location.href) location.reload()
  else location.assign(address)
}

/** Whoever goes to a view that is gone gets it from the new version. Views are left with nothing unsaved in them. */
export function goOnIn(router: Router): void {
  router.onError(async (_, to) => {
    if (await outdated()) renew(new URL(router.resolve(to.fullPath).href, location.href).href)
  })
}
