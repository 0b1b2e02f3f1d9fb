import { createRouter, createWebHistory } from 'vue-router'
import { useWords } from '@shared/i18n'
import Overview from './views/Overview.vue'

/** A page that is fetched when it is opened, with its words. */
const later = <T>(page: () => Promise<T>) => async (): Promise<T> => {
  const [view, words] = await Promise.all([page(), import('./more-words')])
  useWords(words)
  return view
}

export const router = createRouter({
  history: createWebHistory('/city/'),
  routes: [
    { path: '/', name: 'overview', component: Overview },
    { path: '/evaluation', name: 'evaluation', component: later(() => import('./views/Evaluation.vue')) },
    { path: '/bulletin', name: 'bulletins', component: later(() => import('./views/Bulletins.vue')) },
    { path: '/bulletin/:month(\\d{4}-\\d{2})', name: 'bulletin', component: later(() => import('./views/BulletinPage.vue')) },
    { path: '/wall', name: 'wall', component: later(() => import('./views/Wall.vue')) },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
