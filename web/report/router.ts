import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { goOnIn } from '@shared/version'
import Start from './views/Start.vue'

/** Parts of the page that come when they are wanted, or when the phone has nothing else to do. */
const later = {
  report: () => import('./views/Report.vue'),
  ask: () => import('./views/Ask.vue'),
  sent: () => import('./views/Sent.vue'),
  follow: () => import('./views/Follow.vue'),
  board: () => import('./views/Board.vue'),
  inquiry: () => import('./views/Inquiry.vue'),
  month: () => import('./views/Month.vue'),
  mine: () => import('./views/Mine.vue'),
  privacy: () => import('./views/Privacy.vue'),
}

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'start', component: Start },
  { path: '/new', redirect: '/new/photo' },
  { path: '/new/:step(photo|what|where|phone|check)', name: 'report', component: later.report },
  { path: '/ask', name: 'ask', component: later.ask },
  { path: '/sent/:number', name: 'sent', component: later.sent },
  { path: '/follow/:number?', name: 'follow', component: later.follow },
  { path: '/board', name: 'board', component: later.board },
  { path: '/board/month', name: 'month', component: later.month },
  { path: '/board/:number', name: 'inquiry', component: later.inquiry },
  { path: '/mine', name: 'mine', component: later.mine },
  { path: '/privacy', name: 'privacy', component: later.privacy },
  { path: '/:rest(.*)*', redirect: '/' },
]

export const router = createRouter({
  history: createWebHistory('/report/'),
  routes,
  scrollBehavior: (_to, _from, kept) => kept ?? { top: 0 },
})
goOnIn(router)

/** So that a network lost between two steps loses no page. */
export function fetchLater(): void {
  for (const part of Object.values(later)) void part().catch(() => undefined)
}
