// Every template, built by the real builder and run without a writable disk, capabilities or new privileges.
import { randomBytes } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import type { ServiceSpec } from '../../src/topology/topology.ts'
import { until } from '../support/until.ts'
import { type BuiltImage, buildImage, dockerText, removeImage, runContainer } from './support/images.ts'
import { type Files, filesOf, serviceSpec, withFile } from './support/services.ts'
import { shopFiles, shopService } from './support/shop.ts'

const images = new Set<string>()
afterAll(async () => {
  for (const image of images) await removeImage(image)
})

async function build(service: ServiceSpec, files: Files): Promise<BuiltImage> {
  const built = await buildImage(service, files)
  images.add(built.image)
  return built
}

async function onNetwork(use: (network: string, name: (role: string) => string) => Promise<void>): Promise<void> {
  const network = `kyozo-template-test-${randomBytes(4).toString('hex')}`
  const name = (role: string) => `${network}-${role}`
  await dockerText(['network', 'create', '--label', 'kyozo.template-test=1', network])
  try {
    await use(network, name)
  } finally {
    const left = await dockerText(['ps', '--all', '--quiet', '--filter', `network=${network}`])
    if (left !== '') await dockerText(['rm', '--force', '--volumes', ...left.split('\n')])
    await dockerText(['network', 'rm', network])
  }
}

const minute = 60_000

describe('the shop', { timeout: 5 * minute }, () => {
  test('the API answers, is healthy without its database, and lists products once it has one', async () => {
    const built = await build(shopService('api'), shopFiles)
    await onNetwork(async (network, name) => {
      const environment = { DATABASE_URL: `postgres://shop:secret@${name('postgres')}:5432/shop` }
      const container = await runContainer(built, { network, environment })
      expect(await (await container.ask('/healthz')).json()).toEqual({ status: 'ok' })
      expect(await container.exec(built.rendered.healthCommand ?? [])).toBe(0)
      expect((await container.ask('/products')).status).toBe(503)
      const database = [
        '--name',
        name('postgres'),
        '--network',
        network,
        '--env',
        'POSTGRES_USER=shop',
        '--env',
        'POSTGRES_PASSWORD=secret',
      ]
      await dockerText(['run', '--detach', ...database, 'postgres:17'])
      const products = await until('the products', async () => {
        const response = await container.ask('/products')
        return response.ok ? ((await response.json()) as { products: unknown[] }).products : undefined
      })
      expect(products[0]).toEqual({ id: 1, name: 'Teapot', cents: 2490, price: '€24.90' })
    })
  })

  test('the worker counts what it finds in Redis', async () => {
    const built = await build(shopService('worker'), shopFiles)
    await onNetwork(async (network, name) => {
      await dockerText(['run', '--detach', '--name', name('redis'), '--network', network, 'redis:7'])
      const container = await runContainer(built, { network, environment: { REDIS_URL: `redis://${name('redis')}:6379` } })
      await until('the worker to start', async () => ((await container.logs()).includes('waits for orders') ? true : undefined))
      await dockerText(['exec', name('redis'), 'redis-cli', 'RPUSH', 'orders', '{"product":"Teapot","quantity":3}'])
      const line = await until('the count', async () => /counted .*/.exec(await container.logs())?.[0])
      expect(line).toBe('counted 3 x Teapot, 3 in all')
    })
  })

  test('the catalog runs in an image of its own program and a probe, below 20 MB', async () => {
    const built = await build(shopService('catalog'), shopFiles)
    const container = await runContainer(built)
    try {
      expect(await (await container.ask('/')).json()).toEqual({ service: 'catalog', version: '1.0.0' })
      expect(await (await container.ask('/search?q=tea')).json()).toEqual(['Teapot'])
      expect(await container.exec(built.rendered.healthCommand ?? [])).toBe(0)
      expect(await container.exec(['/usr/local/bin/probe', 'http', 'http://127.0.0.1:8080/missing'])).toBe(1)
      expect(await container.exec(['/usr/local/bin/probe', 'tcp', '8080'])).toBe(0)
      expect(Number(await dockerText(['image', 'inspect', '--format', '{{.Size}}', built.image]))).toBeLessThan(20_000_000)
    } finally {
      await container.stop()
    }
  })

  test('the shop window is served with its types, and nothing hidden is', async () => {
    const built = await build(
      shopService('web'),
      withFile(withFile(shopFiles, 'web/.htpasswd', 'x'), 'web/.well-known/security.txt', 'Contact: us'),
    )
    const container = await runContainer(built)
    try {
      const page = await container.ask('/')
      expect([page.status, page.headers.get('content-type'), page.headers.get('cache-control')]).toEqual([200, 'text/html', 'no-cache'])
      expect((await container.ask('/assets/style.css')).headers.get('content-type')).toBe('text/css')
      expect((await container.ask('/assets/nothing.css')).status).toBe(404)
      expect((await container.ask('/.htpasswd')).status).toBe(404)
      expect(await (await container.ask('/.well-known/security.txt')).text()).toBe('Contact: us')
      expect(await container.exec(built.rendered.healthCommand ?? [])).toBe(0)
    } finally {
      await container.stop()
    }
  })

  test('a change of code installs nothing again, a change of the dependencies does', async () => {
    await build(shopService('orders'), shopFiles)
    const isInstall = (step: string) => step.includes('npm ci')
    const source = String(shopFiles.get('services/orders/src/server.js'))
    const afterCode = await build(
      shopService('orders'),
      withFile(shopFiles, 'services/orders/src/server.js', `${source}// ${randomBytes(4).toString('hex')}\n`),
    )
    expect([afterCode.cached.filter(isInstall).length, afterCode.ran.filter(isInstall).length]).toEqual([1, 0])
    const manifest = JSON.parse(String(shopFiles.get('services/orders/package.json'))) as object
    const changed = { ...manifest, description: randomBytes(4).toString('hex') }
    const afterManifest = await build(shopService('orders'), withFile(shopFiles, 'services/orders/package.json', JSON.stringify(changed)))
    expect([afterManifest.cached.filter(isInstall).length, afterManifest.ran.filter(isInstall).length]).toEqual([0, 1])
  })
})

const server = `require('http').createServer((q, r) => r.end(process.argv.slice(2).join('|') || 'hello')).listen(process.env.PORT)`
const lock = JSON.stringify({ name: 'x', lockfileVersion: 3, requires: true, packages: { '': { name: 'x' } } })
const node = { type: 'nodejs', path: '.', version: '24', port: 3000, start: 'node server.js' } as const

describe('other shapes', { timeout: 5 * minute }, () => {
  const buildScript = `node -e "fs.mkdirSync('dist/a',{recursive:true});fs.writeFileSync('dist/index.html','built');fs.writeFileSync('dist/a/b.js','1')"`

  async function answerOf(service: ServiceSpec, files: Files, path = '/'): Promise<string> {
    const built = await build(service, files)
    const container = await runContainer(built)
    try {
      const answer = await (await container.ask(path)).text()
      expect(await container.exec(built.rendered.healthCommand ?? ['/bin/false'])).toBe(0)
      return answer
    } finally {
      await container.stop()
    }
  }

  test('a site is built with npm, served, and answers every path with its page', async () => {
    const site = serviceSpec({
      name: 'site',
      path: '.',
      type: 'static_site',
      buildCommand: 'npm run build',
      health: { kind: 'http', path: '/' },
      facts: { outputFolder: 'dist', isBuilt: true },
    })
    const files = filesOf({ 'package.json': JSON.stringify({ name: 'x', scripts: { build: buildScript } }), 'package-lock.json': lock })
    expect(await answerOf(site, files, '/a/deep/link')).toBe('built')
  })

  test('a Node service without a package.json, and one without a lockfile', async () => {
    expect(await answerOf(serviceSpec({ ...node, name: 'bare' }), filesOf({ 'server.js': server }))).toBe('hello')
    const files = filesOf({ 'server.js': server, 'package.json': JSON.stringify({ name: 'x', scripts: { prepare: 'husky' } }) })
    expect(await answerOf(serviceSpec({ ...node, name: 'unlocked' }), files)).toBe('hello')
  })

  interface YarnCase {
    readonly name: string
    readonly lockfile: string
    readonly settings: Readonly<Record<string, string>>
    readonly packageManager?: string
  }
  test.each<YarnCase>([
    { name: 'yarn', lockfile: '# yarn lockfile v1\n', settings: {} },
    { name: 'yarn-berry', lockfile: berryLock, settings: { '.yarnrc.yml': 'enableTelemetry: false\n' }, packageManager: 'yarn@4.9.1' },
  ])('a Node service whose packages $name installs', async ({ name, lockfile, settings, packageManager }) => {
    const manifest = JSON.stringify({ name: 'x', scripts: { start: 'node server.js' }, packageManager })
    const files = filesOf({ 'server.js': server, 'package.json': manifest, 'yarn.lock': lockfile, ...settings })
    expect(await answerOf(serviceSpec({ ...node, name, start: 'node server.js' }), files)).toBe('hello')
  })

  test('what a clone holds beyond the commit does not reach the image', async () => {
    const service = serviceSpec({ ...node, name: 'clone', start: 'node list.js' })
    const files = filesOf({
      'list.js': `const found = require('fs').readdirSync('.', {recursive: true}); require('http').createServer((q, r) => r.end(found.sort().join(' '))).listen(3000)`,
      'lib/.env.local': 'SECRET=1',
      '.env': 'SECRET=1',
      'node_modules/foreign/index.js': '',
    })
    const built = await buildImage(service, files, [...files.keys()])
    images.add(built.image)
    const container = await runContainer(built)
    try {
      expect(await (await container.ask('/')).text()).toBe('lib list.js')
    } finally {
      await container.stop()
    }
  })

  test('a pnpm workspace installs and builds one of its members', async () => {
    const service = serviceSpec({
      ...node,
      name: 'member',
      path: 'apps/one',
      buildCommand: 'pnpm run build',
      start: 'pnpm start',
      reads: ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'packages/words'],
    })
    const files = filesOf({
      'package.json': JSON.stringify({ name: 'root', private: true, packageManager: 'pnpm@10.12.1' }),
      'pnpm-workspace.yaml': 'packages:\n  - apps/*\n  - packages/*\n',
      'pnpm-lock.yaml': pnpmLock,
      'packages/words/package.json': JSON.stringify({ name: '@x/words', version: '1.0.0', main: 'index.js' }),
      'packages/words/index.js': `module.exports = 'shared words'`,
      'apps/one/package.json': JSON.stringify({
        name: 'one',
        scripts: { build: 'node -p 1', start: 'node server.js' },
        dependencies: { '@x/words': 'workspace:*' },
      }),
      'apps/one/server.js': `require('http').createServer((q, r) => r.end(require('@x/words'))).listen(process.env.PORT)`,
      'apps/two/package.json': JSON.stringify({ name: 'two' }),
    })
    expect(await answerOf(service, files)).toBe('shared words')
  })

  test('a Python service with gunicorn and a shared package', async () => {
    const service = serviceSpec({
      name: 'reports',
      path: 'services/reports',
      type: 'python',
      version: '3.12',
      port: 8000,
      start: 'gunicorn --bind 0.0.0.0:$PORT app:app',
      health: { kind: 'http', path: '/' },
      reads: ['libs/common'],
    })
    const files = filesOf({
      'libs/common/setup.py': `from setuptools import setup\nsetup(name='common', version='1', packages=['common'])\n`,
      'libs/common/common/__init__.py': `WORDS = 'from the library'\n`,
      'services/reports/requirements.txt': 'flask==2.2.2\nwerkzeug==2.2.2\ngunicorn==20.1.0\n',
      'services/reports/app.py': `from common import WORDS\nfrom flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef page():\n    return WORDS\n`,
    })
    expect(await answerOf(service, files)).toBe('from the library')
  })

  test('a member of a Go workspace that reads a file while it runs', async () => {
    const service = serviceSpec({
      type: 'golang',
      version: '1.24',
      port: 8080,
      name: 'gateway',
      path: 'services/gateway',
      health: { kind: 'tcp' },
      reads: ['go.work', 'libs/text'],
      start: './gateway -greeting hi',
      facts: { mainPackage: '.' },
    })
    const files = filesOf({
      'go.work': 'go 1.24\n\nuse (\n\t./libs/text\n\t./services/gateway\n\t./services/other\n)\n',
      'libs/text/go.mod': 'module example.com/text\n\ngo 1.24\n',
      'libs/text/text.go': `package text\n\nfunc Join(a, b string) string { return a + ", " + b }\n`,
      'services/gateway/go.mod': 'module example.com/gateway\n\ngo 1.24\n',
      'services/gateway/name.txt': 'reader',
      'services/gateway/main.go': `package main\n\nimport (\n\t"flag"\n\t"net/http"\n\t"os"\n\n\t"example.com/text"\n)\n\nfunc main() {\n\tgreeting := flag.String("greeting", "", "")\n\tflag.Parse()\n\tname, _ := os.ReadFile("name.txt")\n\thttp.ListenAndServe(":8080", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {\n\t\tw.Write([]byte(text.Join(*greeting, string(name))))\n\t}))\n}\n`,
      'services/other/go.mod': 'module example.com/other\n\ngo 1.24\n',
    })
    expect(await answerOf(service, files)).toBe('hi, reader')
  })

  test('a repository whose names and commands are full of other languages gets exactly what it wrote', async () => {
    const path = `it's [a] "\${HOME}" * {{ x }} \\ folder`
    const shared = 'shared $(id) ?'
    const hostile = `{{ 1 | plus: 1 }} $HOME "quoted" \\ it's\nRUN touch /pwned`
    const service = serviceSpec({
      ...node,
      name: 'hostile',
      path,
      start: `node server.js '{{ x }}' '$HOME' 'a\nRUN touch /pwned'`,
      reads: [shared],
      facts: { anything: hostile },
    })
    const files = filesOf({
      [`${path}/server.js`]: `${server}\nrequire('../${shared.replaceAll("'", "\\'")}/index.js')`,
      [`${shared}/index.js`]: '',
    })
    expect(await answerOf(service, files)).toBe('{{ x }}|$HOME|a\nRUN touch /pwned')
  })
})

const pnpmLock = `lockfileVersion: '9.0'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false

importers:

  .: {}

  apps/one:
    dependencies:
      '@x/words':
        specifier: workspace:*
        version: link:../../packages/words

  apps/two: {}

  packages/words: {}
`

const berryLock = `# This file is generated by running "yarn install" inside your project.
# Manual changes might be lost - proceed with caution!

__metadata:
  version: 8
  cacheKey: 10c0

"x@workspace:.":
  version: 0.0.0-use.local
  resolution: "x@workspace:."
  languageName: unknown
  linkType: soft
`
