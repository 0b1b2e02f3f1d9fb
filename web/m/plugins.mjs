// What only the phone needs: Vant's parts as they are used, and a service worker that keeps the pages.
import { VantResolver } from '@vant/auto-import-resolver'
import Components from 'unplugin-vue-components/vite'
import { VitePWA } from 'vite-plugin-pwa'

/** Vant's icons ask a font from another server. We draw our own. */
const withoutIconFont = {
  name: 'without-icon-font',
  enforce: 'pre',
  transform(code, id) {
    return /vant\/.*icon\/index\.css/.test(id) ? { code: '', map: null } : null
  },
}

const manifest = {
  name: '网格 Wangge',
  short_name: '网格',
  description: '网格员上报、核查、巡查',
  lang: 'zh-CN',
  id: '/m/',
  start_url: '/m/',
  scope: '/m/',
  display: 'standalone',
  orientation: 'portrait',
  theme_color: '#0b5cad',
  background_color: '#f4f6f9',
  icons: [
    { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
    { src: 'icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
    { src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any maskable' },
  ],
}

export default [
  withoutIconFont,
  Components({ resolvers: [VantResolver()], dts: false, dirs: [] }),
  VitePWA({
    strategies: 'injectManifest',
    srcDir: '.',
    filename: 'sw.ts',
    outDir: '../../api/static/m',
    injectRegister: false,
    registerType: 'prompt',
    manifest,
    includeManifestIcons: false,
    injectManifest: {
      rollupFormat: 'iife',
      globPatterns: ['**/*.{html,js,css,svg}'],
      globIgnores: ['sw.js'],
      minify: true,
      sourcemap: false,
    },
  }),
]
