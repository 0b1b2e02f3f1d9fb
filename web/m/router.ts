import { createRouter, createWebHistory } from 'vue-router'
import HomeView from './views/HomeView.vue'
import ReportView from './views/ReportView.vue'

/** Views that have the bar of views below. */
export const TABS = new Set(['home', 'patrol', 'inbox', 'me'])

export const router = createRouter({
  history: createWebHistory('/m/'),
  routes: [
    { path: '/', name: 'home', component: HomeView },
    { path: '/report', name: 'report', component: ReportView },
    { path: '/task/:id', name: 'task', component: () => import('./views/TaskView.vue') },
    { path: '/task/:id/:action', name: 'act', component: () => import('./views/ActView.vue') },
    { path: '/patrol', name: 'patrol', component: () => import('./views/PatrolView.vue') },
    { path: '/inbox', name: 'inbox', component: () => import('./views/InboxView.vue') },
    { path: '/queue', name: 'queue', component: () => import('./views/QueueView.vue') },
    { path: '/me', name: 'me', component: () => import('./views/MeView.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, before) => before ?? { top: 0 },
})
