import { createApp } from 'vue'
import '@shared/theme/theme'
import '@shared/theme/tokens.css'
import '@shared/theme/parts.css'
import './desk.css'
import { useWords } from '@shared/i18n'
import App from './App.vue'
import { router } from './router'
import { words } from './words'

createApp(App).use(useWords(words)).use(router).mount('#app')
