import { createRouter, createWebHistory } from 'vue-router'
import { goOnIn } from '@shared/version'
import { later } from './data/later'
import Overview from './views/Overview.vue'

const words = () => import('./more-words')

export const router = createRouter({
  history: createWebHistory('/city/'),
  routes: [
    { path: '/', name: 'overview', component: Overview },
    { path: '/evaluation', name: 'evaluation', component: later(() => import('./views/Evaluation.vue'), words) },
    { path: '/bulletin', name: 'bulletins', component: later(() => import('./views/Bulletins.vue'), words) },
    {
      path: '/bulletin/:month(\\d{4}-\\d{2})',
      name: 'bulletin',
      component: later(() => import('./views/BulletinPage.vue'), words),
    },
    { path: '/wall', name: 'wall', component: later(() => import('./views/Wall.vue'), words) },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
goOnIn(router)
