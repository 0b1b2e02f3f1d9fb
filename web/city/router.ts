import { createRouter, createWebHistory } from 'vue-router'
import Overview from './views/Overview.vue'

export const router = createRouter({
  history: createWebHistory('/city/'),
  routes: [
    { path: '/', name: 'overview', component: Overview },
    { path: '/evaluation', name: 'evaluation', component: () => import('./views/Evaluation.vue') },
    { path: '/bulletin', name: 'bulletins', component: () => import('./views/Bulletins.vue') },
    { path: '/bulletin/:month(\\d{4}-\\d{2})', name: 'bulletin', component: () => import('./views/BulletinPage.vue') },
    { path: '/wall', name: 'wall', component: () => import('./views/Wall.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
