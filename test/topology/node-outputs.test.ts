// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of the files under test.
import { expect, test } from 'vitest'
import { json, serviceNamed } from './summary.ts'

const startOf = (config: Record<string, string>, dependency: string, scripts: Record<string, string> = {}) =>
  serviceNamed({ 'package.json': json({ name: 'shop', scripts: { build: 'x build', ...scripts }, dependencies: { [dependency]: '1', '@sveltejs/adapter-node': '5' } }), ...config }, 'shop').start // biome-ignore format: one line

const svelte = { 'svelte.config.js': "import adapter from '@sveltejs/adapter-node'; export default { kit: { adapter: adapter({ precompress: { gzip: true }, out: 'out' }) } }" } // biome-ignore format: one line

test.each([
  ['SvelteKit', '@sveltejs/kit', svelte, 'node out'],
  ['Nuxt', 'nuxt', { 'nuxt.config.ts': "export default defineNuxtConfig({ nitro: { output: { dir: './made/' } } })" }, 'node made/server/index.mjs'],
  ['Nitro', 'nitropack', { 'nitro.config.ts': "export default { output: { dir: 'made' } }" }, 'node made/server/index.mjs'],
  ['Astro', '@astrojs/node', { 'astro.config.mjs': "export default { output: 'server', outDir: './made', server: { port: 4555 } }" }, 'node made/server/entry.mjs'],
  ['Astro, its server alone', '@astrojs/node', { 'astro.config.mjs': "export default { outDir: './made', build: { server: './made/back/' } }" }, 'node made/back/entry.mjs'],
  ['React Router', '@react-router/node', { 'react-router.config.ts': "export default { buildDirectory: 'made' }" }, 'react-router-serve made/server/index.js'],
  ['Remix', '@remix-run/node', { 'vite.config.ts': "export default { plugins: [remix({ buildDirectory: 'made' })] }" }, 'remix-serve made/server/index.js'],
  ['Remix before Vite', '@remix-run/node', { 'remix.config.js': "module.exports = { serverBuildPath: 'server/made.js' }" }, 'remix-serve server/made.js'],
])('%s starts from the folder that its configuration names', (_, dependency, config, start) => {
  expect(startOf(config as unknown as Record<string, string>, dependency)).toBe(start)
}) // biome-ignore format: a table

test('A start script is believed over a configuration, and a folder outside or one that is computed is not taken', () => {
  expect(startOf(svelte, '@sveltejs/kit', { start: 'node server.js' })).toBe('node server.js')
  for (const out of ["'../out'", 'process.env.OUT', '`${base}/x`', "'a b'", "'.'"]) {
    expect(startOf({ 'svelte.config.js': `export default { kit: { adapter: adapter({ out: ${out} }) } }` }, '@sveltejs/kit')).toBe(
      'node build',
    )
  }
})
