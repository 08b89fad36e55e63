// Sites that a generator makes, proxies and databases, detected, built by the real builder and run without a writable disk, capabilities or new privileges.
import { randomBytes } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { detected } from './support/detected.ts'
import { type BuiltImage, buildImage, dockerText, removeImage, runContainer } from './support/images.ts'
import { type Files, filesOf } from './support/services.ts'

const images = new Set<string>()
afterAll(async () => {
  for (const image of images) await removeImage(image)
})

test('Hugo makes the pages that nginx serves, and an unknown path is not found', { timeout: 300_000 }, async () => {
  const files = filesOf({
    'hugo.toml': "baseURL = 'https://example.org/'\ntitle = 'Teas'\ndisableKinds = ['taxonomy', 'term', 'RSS', 'sitemap']\n",
    'content/_index.md': '# All teas\n',
    'content/green.md': '---\ntitle: Green\n---\nSteep *briefly*.\n',
    'layouts/_default/list.html': '<h1>{{ .Site.Title }}</h1>{{ .Content }}',
    'layouts/_default/single.html': '<h1>{{ .Title }}</h1>{{ .Content }}',
  })
  const built = await buildImage(detected(files, '.'), files)
  images.add(built.image)
  const container = await runContainer(built)
  try {
    expect(await (await container.ask('/')).text()).toContain('<h1>Teas</h1>')
    expect(await (await container.ask('/green/')).text()).toContain('Steep <em>briefly</em>')
    expect((await container.ask('/black/')).status).toBe(404)
    expect(await container.exec(built.rendered.healthCommand ?? ['/bin/false'])).toBe(0)
  } finally {
    await container.stop()
  }
})

async function build(files: Files, path: string): Promise<BuiltImage> {
  const built = await buildImage(detected(files, path), files)
  images.add(built.image)
  return built
}

async function onNetwork(use: (network: string) => Promise<void>): Promise<void> {
  const network = `kyozo-proxy-test-${randomBytes(4).toString('hex')}`
  await dockerText(['network', 'create', '--label', 'kyozo.template-test=1', network])
  try {
    await use(network)
  } finally {
    const left = await dockerText(['ps', '--all', '--quiet', '--filter', `network=${network}`])
    if (left !== '') await dockerText(['rm', '--force', '--volumes', ...left.split('\n')])
    await dockerText(['network', 'rm', network])
  }
}

const server = `require('http').createServer((request, response) => response.end('api got ' + request.url)).listen(3000)\n`

test.each([
  [
    'whole configuration',
    'proxy/nginx.conf',
    'events {\n}\nhttp {\n  server {\n    listen 80;\n    location /api/ {\n      proxy_pass http://api:3000/;\n    }\n  }\n}\n',
  ],
  [
    'configuration of one server',
    'proxy/default.conf',
    'server {\n  listen 8080;\n  location /api/ {\n    proxy_pass http://api:3000/;\n  }\n}\n',
  ],
])('nginx with a %s passes a request on to the service beside it', { timeout: 300_000 }, async (_, file, text) => {
  const files = filesOf({ [file]: text, 'api/server.js': server })
  expect(detected(files, 'proxy').dependsOn.map(({ service }) => service)).toEqual(['api'])
  const [api, proxy] = [await build(files, 'api'), await build(files, 'proxy')]
  await onNetwork(async (network) => {
    const behind = await runContainer(api)
    await behind.ask('/')
    await dockerText(['network', 'connect', '--alias', 'api', network, behind.id])
    const container = await runContainer(proxy, { network })
    expect(await (await container.ask('/api/teas?kind=green')).text()).toBe('api got /teas?kind=green')
  })
})

test('a database runs the scripts of its folder when it first starts', { timeout: 300_000 }, async () => {
  const files = filesOf({
    'db/initdb/01.sql': "CREATE TABLE teas (id SERIAL PRIMARY KEY, name text);\nINSERT INTO teas (name) VALUES ('Sencha');\n",
  })
  const built = await build(files, 'db')
  await onNetwork(async (network) => {
    const given = ['--env', 'POSTGRES_USER=app', '--env', 'POSTGRES_PASSWORD=x', '--env', 'POSTGRES_DB=app']
    const rights = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'].flatMap((name) => ['--cap-add', name])
    const confined = [
      '--cap-drop',
      'ALL',
      '--security-opt',
      'no-new-privileges',
      '--read-only',
      '--tmpfs',
      '/run/postgresql',
      '--tmpfs',
      '/tmp',
    ]
    const id = await dockerText(['run', '--detach', '--network', network, ...confined, ...rights, ...given, built.image])
    const query = [
      'psql',
      '--host',
      '127.0.0.1',
      '--username',
      'app',
      '--no-align',
      '--tuples-only',
      '--command',
      'SELECT name FROM teas',
      'app',
    ]
    const answer = await until('the seeded table', () => dockerText(['exec', '--env', 'PGPASSWORD=x', id, ...query]).catch(() => undefined))
    expect(answer).toBe('Sencha')
  })
})
