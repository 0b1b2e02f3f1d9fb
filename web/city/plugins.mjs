// Nothing of the dashboard is written with Vue's options: they need not be loaded.
export default [{ name: 'without-options', config: () => ({ define: { __VUE_OPTIONS_API__: 'false' } }) }]
