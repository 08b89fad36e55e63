import { describe, expect, test } from 'vitest'
import { json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

/** One package of a folder with nothing else in it. */
function packageOf(manifest: object, files: Record<string, string> = {}) {
  return { 'package.json': json({ name: 'web', private: true, ...manifest }), ...files }
}

const build = { build: 'x build' }

describe('a server built on', () => {
  test.each([
    ['blitzjs', 3000, { dependencies: { blitz: '2', next: '14' }, scripts: { ...build, start: 'blitz start' } }],
    ['redwoodjs', 8910, { workspaces: ['api', 'web'], devDependencies: { '@redwoodjs/core': '8' } }],
    ['keystone', 3000, { dependencies: { '@keystone-6/core': '6' }, scripts: { start: 'keystone start' } }],
    ['strapi', 1337, { dependencies: { '@strapi/strapi': '5' }, scripts: { start: 'strapi start' } }],
    ['medusa', 9000, { dependencies: { '@medusajs/medusa': '2' }, scripts: { start: 'medusa start' } }],
    ['directus', 8055, { dependencies: { directus: '11' }, scripts: { start: 'directus start' } }],
    ['payload', 3000, { dependencies: { payload: '3', next: '15' }, scripts: build }],
    ['mastra', 4111, { dependencies: { '@mastra/core': '1' }, devDependencies: { mastra: '1' }, scripts: { start: 'mastra start' } }],
    ['xmcp', 3001, { dependencies: { xmcp: '0.1' }, scripts: { start: 'node dist/http.js' } }],
    ['hydrogen', 3000, { dependencies: { '@shopify/hydrogen': '2023' }, devDependencies: { '@remix-run/dev': '1' }, scripts: build }],
    ['tanstack-start', 3000, { dependencies: { '@tanstack/react-start': '1' }, devDependencies: { vite: '8' }, scripts: build }],
    ['react-router', 3000, { dependencies: { '@react-router/node': '8' }, devDependencies: { '@react-router/dev': '8' }, scripts: build }],
    ['remix', 3000, { dependencies: { '@remix-run/node': '2' }, devDependencies: { '@remix-run/dev': '2', vite: '5' }, scripts: build }],
    ['sveltekit', 3000, { devDependencies: { '@sveltejs/kit': '2', '@sveltejs/adapter-auto': '4', vite: '6' }, scripts: build }],
    ['solidstart', 3000, { dependencies: { '@solidjs/start': '1' }, scripts: build }],
    ['nitro', 3000, { devDependencies: { nitropack: 'latest' }, scripts: build }],
    ['angular', 4000, { dependencies: { '@angular/ssr': '19', express: '4' }, scripts: build }],
    ['adonis', 3333, { dependencies: { '@adonisjs/core': '6' }, scripts: { start: 'node bin/server.js' } }],
    ['sails', 1337, { dependencies: { sails: '1' }, scripts: { start: 'node app.js' } }],
    ['loopback', 3000, { dependencies: { '@loopback/rest': '14' }, scripts: { start: 'node .' } }],
    ['elysia', 3000, { dependencies: { elysia: '1' }, scripts: { start: 'node dist/index.js' } }],
  ])('%s is known by its package, with its port', (framework, port, manifest) => {
    const service = serviceNamed(packageOf(manifest), 'web')
    expect([service.type, service.framework, service.port]).toEqual(['nodejs', framework, port])
  })

  test.each([
    ['next', { dependencies: { next: '15' }, scripts: { build: 'next build && next export' } }, {}],
    ['nuxt', { dependencies: { nuxt: '4' }, scripts: { build: 'nuxt generate' } }, {}],
    ['sveltekit', { devDependencies: { '@sveltejs/kit': '2', '@sveltejs/adapter-static': '3' }, scripts: build }, {}],
    [
      'react-router',
      { dependencies: { '@react-router/serve': '8' }, devDependencies: { '@react-router/dev': '8' }, scripts: build },
      { 'react-router.config.ts': 'export default {\n  // ssr: true,\n  ssr: false,\n}\n' },
    ],
    ['remix', { devDependencies: { '@remix-run/dev': '2' }, scripts: build }, { 'vite.config.ts': 'remix({ ssr: false })' }],
    ['astro', { dependencies: { astro: '5' }, scripts: build }, {}],
  ])('%s is a static site when its configuration says only files', (_, manifest, files) => {
    expect(serviceNamed(packageOf(manifest, files), 'web').type).toBe('static_site')
  })

  test('Next.js may share its parts with an application for phones', () => {
    const dependencies = { next: '15', 'react-native': '0.7', 'react-native-web': '0.19' }
    expect(serviceNamed(packageOf({ dependencies, scripts: build }), 'web').framework).toBe('nextjs')
  })

  test('express that also builds its pages with a bundler is a server', () => {
    const manifest = { dependencies: { express: '5' }, devDependencies: { vite: '7' }, scripts: { ...build, start: 'node server.js' } }
    expect(servicesIn(packageOf(manifest, { 'index.html': '', 'server.js': 'app.listen(process.env.PORT || 8090)' }))).toEqual([
      'web . nodejs/express :8090 template(nodejs in .) tcp [node server.js]',
    ])
  })
})

describe('an Nx workspace', () => {
  const project = (executor: string, options: object = {}) =>
    json({ projectType: 'application', targets: { build: { executor, options } } })
  const workspace = {
    'package.json': json({ name: 'shop', dependencies: { next: '15', express: '5' }, scripts: { start: 'nx serve', build: 'nx build' } }),
    'nx.json': '{}',
    'apps/api/project.json': project('@nx/esbuild:esbuild', { main: 'apps/api/src/main.ts', outputPath: 'dist/apps/api' }),
    'apps/api/src/main.ts': "import express from 'express'\nexpress().listen(process.env.PORT || 3333)\n",
    'apps/web/project.json': project('@nx/next:build'),
    'apps/admin/project.json': project('@nx/vite:build'),
    'apps/web-e2e/project.json': project('@nx/cypress:cypress'),
    'libs/ui/project.json': json({ projectType: 'library', targets: { build: { executor: '@nx/js:tsc' } } }),
  }

  test('is its applications, not its root, its libraries or its tests', () => {
    expect(servicesIn(workspace).map((line) => line.split(' ').slice(1, 4).join(' '))).toEqual([
      'apps/admin static_site/vite :8080',
      'apps/api nodejs/express :3333',
      'apps/web nodejs/nextjs :3000',
    ])
    expect(rolesIn(workspace)['.']).toBe('workspace_root')
    expect(serviceNamed(workspace, 'api').start).toBe('node dist/apps/api/main.js')
  })
})

describe('the port of a Node.js folder', () => {
  const start = { dependencies: { express: '5' }, scripts: { start: 'node server.js' } }
  test.each([
    ['the variable that listens', {}, 'const LISTEN_ON = process.env.MY_PORT || 8123\napp.listen(LISTEN_ON)', 8123],
    ['a constant', {}, 'const DEFAULT_PORT = 8124\napp.listen(argv.port || DEFAULT_PORT)', 8124],
    ['a schema', {}, 'const env = cleanEnv(process.env, {\n  PORT: port({ default: 8125 }),\n})\napp.listen(env.PORT)', 8125],
    ['a committed .env', { '.env': '# ours\nPORT=8126\n' }, 'app.listen(process.env.PORT)', 8126],
    ['nothing but a database', { '.env': 'DB_PORT=5432\n' }, 'app.listen(process.env.PORT)', 3000],
  ])('is read from %s', (_, files, source, port) => {
    expect(serviceNamed(packageOf(start, { 'server.js': source, ...files }), 'web').port).toBe(port)
  })

  test('is never that of a development server', () => {
    const manifest = { devDependencies: { vite: '7' }, scripts: { ...build, dev: 'vite --port 5173', start: 'vite --port 5173' } }
    expect(serviceNamed(packageOf(manifest, { 'index.html': '', 'vite.config.ts': 'server: { port: 5173 }' }), 'web').port).toBe(8080)
  })
})

describe('the start of a Node.js folder', () => {
  test.each([
    ['nodemon server.js', 'node server.js'],
    ['tsx watch server.js', 'tsx server.js'],
    ['node --watch server.js', 'node server.js'],
    ['cross-env NODE_ENV=production node server.js', 'npm start'],
  ])('of the script %s is %s', (script, start) => {
    expect(serviceNamed(packageOf({ scripts: { start: script } }, { 'server.js': 'app.listen(3000)' }), 'web').start).toBe(start)
  })

  test('is not what another script does on a development machine', () => {
    const files = packageOf({ scripts: { start: 'npm run serve', serve: 'webpack --watch' }, devDependencies: { webpack: '5' } })
    expect(servicesIn(files)).toEqual([])
  })

  test('with other processes names them beside it', () => {
    const files = packageOf({ scripts: { start: 'node server.js', 'start:worker': 'node worker.js' } }, { 'server.js': 'app.listen(1234)' })
    expect(serviceNamed(files, 'web').processes).toEqual([
      { name: 'web', command: 'node server.js' },
      { name: 'worker', command: 'npm run start:worker' },
    ])
  })
})

describe('the variables of a Node.js folder', () => {
  test('are those of its schema, required unless it says otherwise', () => {
    const files = packageOf(
      { dependencies: { next: '15', zod: '4' }, scripts: build },
      {
        'src/env.ts':
          "export const env = createEnv({\n  server: {\n    DATABASE_URL: z.string().url(),\n    SMTP_HOST: z\n      .string()\n      .optional(),\n    LOG_LEVEL: z.string().default('info'),\n  },\n})\n",
      },
    )
    expect(serviceNamed(files, 'web').environment).toEqual([
      { name: 'DATABASE_URL', required: true },
      { name: 'LOG_LEVEL', required: false, value: 'info' },
      { name: 'SMTP_HOST', required: false },
    ])
  })
})

describe('the only program of a repository', () => {
  test.each([
    ['a script that ends', { main: 'index.js' }, { 'index.js': 'console.log("hello")' }],
    ['a script of any name', {}, { 'custom.js': 'console.log("hello")' }],
    ['TypeScript', { main: 'index.js', devDependencies: { typescript: '5' } }, { 'index.ts': 'console.log("hello")' }],
    ['dependencies and a lockfile', { dependencies: { dotenv: '16' } }, { 'package-lock.json': '{}' }],
  ])('is a service: %s', (_, manifest, files) => {
    expect(serviceNamed(packageOf(manifest, files), 'web').type).toBe('nodejs')
  })

  test('is a service without a package.json, unless it hands something out or belongs to a page', () => {
    const types = (files: Record<string, string>) => servicesIn(files).map((line) => line.split(' ')[2])
    expect(types({ 'index.js': 'console.log("hello")', 'README.md': '' })).toEqual(['nodejs'])
    expect(types({ 'index.js': 'module.exports = 1' })).toEqual([])
    expect(types({ 'index.html': '', 'index.js': 'document.write("hello")' })).toEqual(['static_site'])
  })

  test('at the root of a workspace is the root, when it has a file of its own', () => {
    const files = {
      ...packageOf({ workspaces: ['packages/*'], scripts: { start: 'node index.js' } }, { 'index.js': 'import "a"' }),
      'packages/a/package.json': json({ name: 'a', main: 'index.js' }),
      'packages/a/index.js': 'export const a = 1',
    }
    expect(servicesIn(files)).toEqual(['web . nodejs no port template(nodejs in .) [node index.js]'])
  })
})

describe('no service is', () => {
  test.each([
    ['a library', { main: 'index.js' }, { 'index.js': 'module.exports = 1' }, 'library'],
    [
      'a library whose start script only watches',
      { main: 'index.js', scripts: { start: 'tsdx watch' } },
      { 'index.js': 'export default 1' },
      'library',
    ],
    ['a command', { bin: { x: 'cli.js' } }, { 'cli.js': 'run()' }, 'tooling'],
    ['tools of development', { devDependencies: { prettier: '3', eslint: '9' } }, { 'package-lock.json': '{}' }, 'tooling'],
    ['tests from outside', { devDependencies: { '@playwright/test': '1' } }, { 'package-lock.json': '{}' }, 'tests'],
    ['an extension of an editor', { engines: { vscode: '^1' }, main: './out/extension.js' }, { 'extension.js': '' }, 'tooling'],
    ['a step of a pipeline', { main: 'dist/index.js' }, { 'action.yml': 'runs: {using: node20}', 'index.js': 'run()' }, 'tooling'],
    [
      'a program for desktops',
      { devDependencies: { electron: '30' }, main: 'main.js', scripts: { start: 'electron .' } },
      { 'main.js': 'app()' },
      'tooling',
    ],
    ['an application for phones', { dependencies: { expo: '52', 'react-native': '0.7' }, scripts: { start: 'expo start' } }, {}, 'tooling'],
    [
      'the root of a workspace',
      { workspaces: ['apps/*'], scripts: { start: 'turbo start' }, devDependencies: { turbo: '2' } },
      {},
      'workspace_root',
    ],
  ])('%s', (_, manifest, files, role) => {
    const tree = packageOf(manifest, files)
    expect(servicesIn(tree)).toEqual([])
    expect(rolesIn(tree)['.']).toBe(role)
  })

  test.each([
    [
      'Laravel',
      { 'composer.json': '{}', artisan: '' },
      { devDependencies: { vite: '7', 'laravel-vite-plugin': '2' }, scripts: { build: 'vite build' } },
    ],
    [
      'Rails',
      { Gemfile: "gem 'rails'", 'bin/rails': '', 'config.ru': '' },
      { dependencies: { '@rails/webpacker': '5', 'webpack-cli': '3' } },
    ],
    ['Phoenix', { 'mix.exs': '' }, { devDependencies: { vite: '7' }, scripts: { build: 'vite build' } }],
    [
      'ASP.NET',
      { 'Web.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"/>' },
      { devDependencies: { vite: '7' }, scripts: { build: 'vite build' } },
    ],
  ])('what builds the pages of %s', (_, files, manifest) => {
    const types = servicesIn({ ...packageOf(manifest), ...files }).filter((line) => /nodejs|static_site/.test(line))
    expect(types).toEqual([])
  })
})
