// One project, several screens. Each is built by itself: the phone loads and stores nothing of the desk.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const HERE = import.meta.dirname
export const STATIC = resolve(HERE, '../api/static')
export const SCREENS = ['home', 'm', 'desk', 'city', 'report', 'admin', 'docs']
const SERVER = process.env.WANGGE_DEV_SERVER ?? 'http://127.0.0.1:8000'

/** The plugins that only one screen needs stand beside it, in NAME/plugins.mjs. */
async function pluginsOf(name) {
  const path = resolve(HERE, name, 'plugins.mjs')
  return existsSync(path) ? (await import(path)).default : []
}

export const screenConfig = (name) => ({
  configFile: false,
  root: resolve(HERE, name),
  base: `/${name}/`,
  publicDir: resolve(HERE, name, 'public'),
  resolve: { alias: { '@shared': resolve(HERE, 'shared') } },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  plugins: [vue(), pluginsOf(name)],
  logLevel: 'warn',
  build: {
    outDir: resolve(STATIC, name),
    emptyOutDir: true,
    target: ['chrome87', 'safari14'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
    // How long the bundler took is of no use to who builds on a slow machine, and reads like a fault.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  server: { proxy: { '/api': SERVER, '/openapi.json': SERVER } },
})

// `npx vite --config vite.config.mjs` serves one screen while it is written: WANGGE_SCREEN=desk
export default defineConfig({
  ...screenConfig(process.env.WANGGE_SCREEN ?? 'desk'),
  test: { environment: 'happy-dom', include: ['**/*.test.ts'], root: HERE, globals: false },
})
