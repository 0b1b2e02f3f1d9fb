import '@shared/theme/theme'
import '@shared/theme/tokens.css'
import '@shared/theme/parts.css'
import './report.css'
import { createApp } from 'vue'
import { useWords } from '@shared/i18n'
import App from './App.vue'
import { router } from './router'
import { en, zh } from './words'

createApp(App).use(useWords({ zh, en })).use(router).mount('#app')
