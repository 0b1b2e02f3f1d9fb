/** The views. Each is loaded when it is gone to; what a role may not see leads to where it may be. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { useSession } from '@shared/session'
import { goOnIn } from '@shared/version'

declare module 'vue-router' {
  interface RouteMeta {
    /** The permission that a view needs; none: everybody who is signed in. */
    needs?: 'administer' | 'read_audit'
    /** Which item of the navigation it belongs to. */
    item: string
  }
}

const administer = { needs: 'administer' as const }
const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/overview' },
  { path: '/overview', component: () => import('./views/Overview.vue'), meta: { ...administer, item: 'overview' } },
  {
    path: '/taxonomy/:code?',
    component: () => import('./views/Taxonomy.vue'),
    meta: { ...administer, item: 'taxonomy' },
  },
  { path: '/grids', component: () => import('./views/Grids.vue'), meta: { ...administer, item: 'grids' } },
  { path: '/people', component: () => import('./views/People.vue'), meta: { ...administer, item: 'people' } },
  {
    path: '/departments',
    component: () => import('./views/Departments.vue'),
    meta: { ...administer, item: 'departments' },
  },
  { path: '/calendar', component: () => import('./views/Calendar.vue'), meta: { ...administer, item: 'calendar' } },
  {
    path: '/processes/:code?',
    component: () => import('./views/Processes.vue'),
    meta: { ...administer, item: 'processes' },
  },
  { path: '/drafts', component: () => import('./views/Drafts.vue'), meta: { ...administer, item: 'drafts' } },
  { path: '/drafts/:id', component: () => import('./views/DraftPage.vue'), meta: { ...administer, item: 'drafts' } },
  { path: '/notices', component: () => import('./views/Notices.vue'), meta: { ...administer, item: 'notices' } },
  { path: '/webhooks', component: () => import('./views/Webhooks.vue'), meta: { ...administer, item: 'webhooks' } },
  { path: '/audit', component: () => import('./views/Audit.vue'), meta: { needs: 'read_audit', item: 'audit' } },
  { path: '/account', component: () => import('./views/Account.vue'), meta: { item: 'account' } },
  { path: '/:rest(.*)*', redirect: '/overview' },
]

export const router = createRouter({
  history: createWebHistory('/admin/'),
  routes,
  scrollBehavior: (_to, _from, kept) => kept ?? { top: 0 },
})
goOnIn(router)

router.beforeEach((to) => {
  const { may, me } = useSession()
  if (!me.value || !to.meta.needs || may(to.meta.needs)) return true
  return may('administer') ? '/overview' : may('read_audit') ? '/audit' : '/account'
})
