import { createRouter, createWebHistory } from 'vue-router'
import DeskView from './views/DeskView.vue'

export const router = createRouter({
  history: createWebHistory('/desk/'),
  routes: [
    { path: '/', name: 'desk', component: DeskView },
    { path: '/incident/:number', name: 'incident', component: DeskView },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
