import { VueQueryPlugin, QueryClient } from '@tanstack/vue-query'
import { createApp } from 'vue'
import '@shared/theme/theme'
import '@shared/theme/tokens.css'
import '@shared/theme/parts.css'
import { useWords } from '@shared/i18n'
import { Problem } from '@shared/api/problem'
import App from './App.vue'
import './city.css'
import { router } from './router'
import { en, zh } from './words'

const again = (failed: number, error: unknown) => failed < 2 && error instanceof Problem && error.passing
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      refetchOnReconnect: true,
      retry: again,
      networkMode: 'always',
    },
  },
})

createApp(App).use(useWords({ zh, en })).use(VueQueryPlugin, { queryClient: client }).use(router).mount('#app')
