/** Swagger UI, served by ourselves, in the colours and the size that the other screens have. */
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js'
import 'swagger-ui-dist/swagger-ui.css'
import { isDark } from '@shared/theme/theme'
import '@shared/theme/tokens.css'
import './docs.css'

const docs = document.getElementById('docs') as HTMLElement
const colours = () => document.documentElement.classList.toggle('dark-mode', isDark())

/**
 * What it leaves out for who has no pointer or no eyes. A link within a button has no address any more: it is no
 * second stop within the first, and still opens. Fields of parameters have names, boxes that scroll can be reached.
 */
function mend(): void {
  docs.querySelectorAll('.opblock-summary-control a[href]').forEach((link) => link.removeAttribute('href'))
  docs
    .querySelectorAll('tr[data-param-name] :is(select, input, textarea):not([aria-label])')
    .forEach((field) => field.setAttribute('aria-label', field.closest('tr')?.dataset.paramName ?? ''))
  docs
    .querySelectorAll('select:not([aria-label]):not([id])')
    .forEach((field) => field.setAttribute('aria-label', 'media type'))
  docs.querySelectorAll('.microlight:not([tabindex])').forEach((box) => box.setAttribute('tabindex', '0'))
}

/** Its deep links take every fragment of the address, so ours does without. */
document.querySelector('.skip')?.addEventListener('click', (event) => {
  event.preventDefault()
  docs.focus()
})
colours()
addEventListener('wangge:theme', colours)
new MutationObserver(mend).observe(docs, { childList: true, subtree: true })
SwaggerUI({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null, docExpansion: 'none' })
