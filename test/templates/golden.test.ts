// The Dockerfiles that people see in compose.kyozo.yaml, whole. `vitest run test/templates/golden.test.ts --update` writes them again.
import { describe, expect, test } from 'vitest'
import { render } from './support/images.ts'
import { filesOf, serviceSpec } from './support/services.ts'
import { shopFiles } from './support/shop.ts'

const api = serviceSpec({
  name: 'api',
  path: 'services/api',
  type: 'nodejs',
  version: '22',
  start: 'node src/server.js',
  port: 3000,
  health: { kind: 'http', path: '/healthz' },
  reads: ['package.json', 'package-lock.json', 'packages/shared'],
})
const worker = serviceSpec({ name: 'worker', path: 'services/worker', type: 'python', version: '3.12', start: 'python main.py' })
const catalog = serviceSpec({
  name: 'catalog',
  path: 'services/catalog',
  type: 'golang',
  version: '1.24',
  port: 8080,
  health: { kind: 'http', path: '/healthz' },
  facts: { moduleFolder: 'services/catalog', mainPackage: '.', binary: 'catalog' },
})
const web = serviceSpec({ name: 'web', path: 'web', type: 'static_site', facts: { outputFolder: '.', isBuilt: false } })
const builtSite = serviceSpec({
  ...web,
  name: 'built-site',
  path: '.',
  buildCommand: 'npm run build',
  facts: { outputFolder: 'dist', isBuilt: true },
})

describe('the Dockerfile of each kind of service', () => {
  test.each([api, worker, catalog, web])('$name', async (service) => {
    await expect(render(service, shopFiles).dockerfile).toMatchFileSnapshot(`golden/shop-${service.name}.Dockerfile`)
  })
})

const node = { type: 'nodejs', path: '.', version: '24', port: 3000, start: 'node server.js' } as const
const python = { type: 'python', path: '.', version: '3.12', port: 8000, start: 'gunicorn --bind 0.0.0.0:$PORT app:app' } as const

describe('the Dockerfile for each package manager', () => {
  const cases = [
    {
      service: serviceSpec({ ...node, name: 'npm', buildCommand: 'npm run build' }),
      files: ['package.json', 'package-lock.json', 'server.js'],
    },
    { service: builtSite, files: ['package.json', 'package-lock.json', 'index.html'] },
    { service: serviceSpec({ ...node, name: 'npm-without-lockfile' }), files: ['package.json', 'server.js'] },
    { service: serviceSpec({ ...node, name: 'node-without-packages' }), files: ['server.js'] },
    { service: serviceSpec({ ...node, name: 'pnpm', start: 'pnpm start' }), files: ['package.json', 'pnpm-lock.yaml', 'server.js'] },
    { service: serviceSpec({ ...node, name: 'yarn' }), files: ['package.json', 'yarn.lock', 'server.js'] },
    {
      service: serviceSpec({ ...node, name: 'yarn-berry' }),
      files: ['package.json', 'yarn.lock', '.yarnrc.yml', '.yarn/releases/yarn-4.9.1.cjs'],
    },
    { service: serviceSpec({ ...python, name: 'pip' }), files: ['requirements.txt', 'requirements/base.txt', 'app.py'] },
    { service: serviceSpec({ ...python, name: 'uv' }), files: ['pyproject.toml', 'uv.lock', 'app.py'] },
    { service: serviceSpec({ ...python, name: 'poetry' }), files: ['pyproject.toml', 'poetry.lock', 'app.py'] },
    { service: serviceSpec({ ...python, name: 'pipenv' }), files: ['Pipfile', 'Pipfile.lock', 'app.py'] },
    { service: serviceSpec({ ...python, name: 'pyproject-only' }), files: ['pyproject.toml', 'app.py'] },
  ]
  test.each(cases)('$service.name', async ({ service, files }) => {
    const tree = filesOf(Object.fromEntries(files.map((path) => [path, ''])))
    await expect(render(service, tree).dockerfile).toMatchFileSnapshot(`golden/${service.name}.Dockerfile`)
  })
})

describe('the Dockerfile of a member of a workspace', () => {
  test('pnpm', async () => {
    const service = serviceSpec({
      ...node,
      name: 'admin',
      path: 'apps/admin',
      buildCommand: 'pnpm run build',
      reads: ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'packages/ui'],
    })
    const paths = [
      'package.json',
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      'packages/ui/package.json',
      'packages/ui/index.js',
      'apps/admin/package.json',
    ]
    const files = filesOf(Object.fromEntries([...paths, 'apps/other/package.json'].map((path) => [path, ''])))
    const rendered = render(service, files)
    expect(rendered.files).toEqual([...paths].sort())
    await expect(rendered.dockerfile).toMatchFileSnapshot('golden/pnpm-workspace.Dockerfile')
  })

  test('Go', async () => {
    const service = serviceSpec({
      ...catalog,
      name: 'gateway',
      path: 'services/gateway',
      reads: ['go.work', 'libs/text/format'],
      facts: { moduleFolder: 'services/gateway', mainPackage: '.', binary: 'gateway' },
    })
    const paths = ['go.work', 'libs/text/go.mod', 'libs/text/format/format.go', 'services/gateway/go.mod', 'services/gateway/main.go']
    const files = filesOf(Object.fromEntries([...paths, 'services/other/go.mod'].map((path) => [path, ''])))
    const rendered = render(service, files)
    expect(rendered.files).toEqual([...paths].sort())
    await expect(rendered.dockerfile).toMatchFileSnapshot('golden/go-workspace.Dockerfile')
  })

  test('Python with a shared package', async () => {
    const service = serviceSpec({ ...python, name: 'reports', path: 'services/reports', reads: ['libs/common'] })
    const paths = [
      'libs/common/pyproject.toml',
      'libs/common/common/__init__.py',
      'services/reports/requirements.txt',
      'services/reports/app.py',
    ]
    const rendered = render(service, filesOf(Object.fromEntries(paths.map((path) => [path, '']))))
    expect(rendered.files).toEqual([...paths].sort())
    await expect(rendered.dockerfile).toMatchFileSnapshot('golden/python-shared.Dockerfile')
  })
})
