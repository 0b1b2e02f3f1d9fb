/** Swagger UI, served by ourselves, in the colours and the size that the other screens have. */
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js'
import 'swagger-ui-dist/swagger-ui.css'
import { isDark } from '@shared/theme/theme'
import '@shared/theme/tokens.css'
import './docs.css'

const docs = document.getElementById('docs') as HTMLElement
const colours = () => document.documentElement.classList.toggle('dark-mode', isDark())

/** It puts a link into each button; without its address it is no second stop within the first, and still opens. */
function oneStopEach(): void {
  docs.querySelectorAll('.opblock-summary-control a[href]').forEach((link) => link.removeAttribute('href'))
}

colours()
addEventListener('wangge:theme', colours)
new MutationObserver(oneStopEach).observe(docs, { childList: true, subtree: true })
SwaggerUI({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null, docExpansion: 'none' })
