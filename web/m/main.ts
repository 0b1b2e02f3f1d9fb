import { createApp } from 'vue'
import '@shared/theme/theme'
import '@shared/theme/tokens.css'
import '@shared/theme/parts.css'
import './m.css'
import { useWords } from '@shared/i18n'
import App from './App.vue'
import { router } from './router'
import { startServiceWorker } from './version'
import { en, zh } from './words'

createApp(App).use(useWords({ zh, en })).use(router).mount('#app')
void startServiceWorker()
