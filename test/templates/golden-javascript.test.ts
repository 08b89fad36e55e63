// The Dockerfiles of services in JavaScript beyond the plain Node.js ones, whole, as detection leads to them.
// `vitest run test/templates/golden-javascript.test.ts --update` writes them again.
import { describe, expect, test } from 'vitest'
import { detected } from './support/detected.ts'
import { render } from './support/images.ts'
import { filesOf } from './support/services.ts'

interface Case {
  readonly name: string
  readonly path?: string
  readonly files: Readonly<Record<string, string | object>>
}

function goldenOf({ path = '.', files }: Case): string {
  const texts = Object.entries(files).map(([name, content]) => [name, typeof content === 'string' ? content : JSON.stringify(content)])
  const tree = filesOf(Object.fromEntries(texts))
  return render(detected(tree, path), tree).dockerfile
}

const bunServer = `Bun.serve({ port: Number(process.env.PORT ?? 3000), fetch: () => new Response('hello') })\n`
const denoServer = `Deno.serve({ port: 8000 }, () => new Response('hello'))\n`

describe('the Dockerfile of a service of another runtime', () => {
  const cases: Case[] = [
    {
      name: 'bun',
      files: {
        'package.json': { name: 'x', scripts: { start: 'bun server.ts', build: 'bun build page.ts' } },
        'bun.lock': '',
        'server.ts': bunServer,
      },
    },
    {
      name: 'bun-workspace',
      path: 'apps/one',
      files: {
        'package.json': { name: 'root', private: true, workspaces: ['apps/*', 'packages/*'] },
        'bun.lock': '',
        'packages/ui/package.json': { name: '@x/ui', version: '1.0.0', main: 'index.ts' },
        'packages/ui/index.ts': 'export const a = 1\n',
        'apps/one/package.json': { name: 'one', scripts: { start: 'bun server.ts' }, dependencies: { '@x/ui': 'workspace:*' } },
        'apps/one/server.ts': bunServer,
      },
    },
    {
      name: 'deno',
      files: {
        'deno.json': { tasks: { start: 'deno run -A main.ts', build: 'deno run -A dev.ts build' } },
        'deno.lock': '{}',
        'main.ts': denoServer,
      },
    },
    { name: 'deno-lone', path: 'hook', files: { 'hook/main.ts': denoServer } },
  ]
  test.each(cases)('$name', async (given) => {
    await expect(goldenOf(given)).toMatchFileSnapshot(`golden/${given.name}.Dockerfile`)
  })
})

describe('the Dockerfile of a framework whose build makes the server', () => {
  const lock = { 'package-lock.json': {} }
  const next = { name: 'x', scripts: { build: 'next build', start: 'next start' }, dependencies: { next: '15.5.0', react: '19.1.0' } }
  const prisma = {
    name: 'x',
    scripts: { start: 'node server.js', build: 'tsc', postinstall: 'prisma generate' },
    dependencies: { '@prisma/client': '6.1.0', express: '5.0.0' },
    devDependencies: { prisma: '6.1.0', typescript: '5.7.0' },
  }
  const cases: Case[] = [
    { name: 'nextjs', files: { 'package.json': next, ...lock, 'next.config.mjs': 'export default {}\n' } },
    {
      name: 'nextjs-standalone',
      files: { 'package.json': next, ...lock, 'next.config.mjs': "export default { output: 'standalone' }\n", 'app/page.jsx': '' },
    },
    {
      name: 'nextjs-standalone-workspace',
      path: 'apps/web',
      files: {
        'package.json': { name: 'root', private: true, packageManager: 'pnpm@10.12.1' },
        'pnpm-workspace.yaml': 'packages:\n  - apps/*\n',
        'pnpm-lock.yaml': '',
        'apps/web/package.json': next,
        'apps/web/next.config.ts': "export default { output: 'standalone' }\n",
      },
    },
    {
      name: 'nuxt',
      files: {
        'package.json': { name: 'x', scripts: { build: 'nuxt build' }, dependencies: { nuxt: '4.0.0' } },
        ...lock,
        'nuxt.config.ts': 'export default {}',
      },
    },
    {
      name: 'sveltekit',
      files: {
        'package.json': {
          name: 'x',
          scripts: { build: 'vite build' },
          devDependencies: { '@sveltejs/kit': '2.0.0', '@sveltejs/adapter-auto': '6.0.0', vite: '7.0.0' },
        },
        ...lock,
        'svelte.config.js': "import adapter from '@sveltejs/adapter-auto'\nexport default { kit: { adapter: adapter() } }\n",
      },
    },
    {
      name: 'astro',
      files: {
        'package.json': { name: 'x', scripts: { build: 'astro build' }, dependencies: { astro: '5.0.0', '@astrojs/node': '9.0.0' } },
        ...lock,
      },
    },
    {
      name: 'react-router',
      files: {
        'package.json': {
          name: 'x',
          scripts: { build: 'react-router build', start: 'react-router-serve ./build/server/index.js' },
          dependencies: { '@react-router/node': '7.0.0', '@react-router/serve': '7.0.0' },
          devDependencies: { '@react-router/dev': '7.0.0' },
        },
        ...lock,
      },
    },
    { name: 'prisma', files: { 'package.json': prisma, ...lock, 'prisma/schema.prisma': '', 'server.js': 'app.listen(3000)' } },
    {
      name: 'prisma-pnpm',
      files: { 'package.json': prisma, 'pnpm-lock.yaml': '', 'prisma/schema.prisma': '', 'server.js': 'app.listen(3000)' },
    },
    {
      name: 'node-with-bun-packages',
      files: {
        'package.json': {
          name: 'x',
          packageManager: 'bun@1.3.0',
          scripts: { start: 'node server.js' },
          dependencies: { express: '5.0.0' },
        },
        'bun.lock': '',
        'server.js': 'app.listen(3000)',
      },
    },
  ]
  test.each(cases)('$name', async (given) => {
    await expect(goldenOf(given)).toMatchFileSnapshot(`golden/${given.name}.Dockerfile`)
  })
})
