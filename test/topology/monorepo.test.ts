import { describe, expect, test } from 'vitest'
import { analyzeFiles, json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

const workspace = {
  'package.json': json({ private: true, workspaces: ['apps/*', 'packages/*'], scripts: { start: 'turbo run start' } }),
  'package-lock.json': '{}',
  'apps/api/package.json': json({ name: 'api', scripts: { start: 'node src/index.js' }, dependencies: { fastify: '5', '@x/db': '*' } }),
  'apps/api/src/index.js': 'import "@x/db"\napp.get("/healthz", ok)\napp.listen({ port: 3001 })',
  'apps/web/package.json': json({
    name: 'web',
    scripts: { build: 'vite build' },
    devDependencies: { vite: '7' },
    dependencies: { '@x/ui': 'workspace:*' },
  }),
  'apps/web/index.html': '',
  'packages/db/package.json': json({ name: '@x/db', main: 'index.js', dependencies: { pg: '8', '@x/log': '*' } }),
  'packages/db/index.js': 'import pg from "pg"\nexport const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })\n',
  'packages/log/package.json': json({ name: '@x/log', exports: './index.js' }),
  'packages/log/index.js': '',
  'packages/ui/package.json': json({ name: '@x/ui', exports: './index.js' }),
  'packages/ui/index.js': '',
  'docs/package.json': json({ name: 'docs', scripts: { start: 'node x.js' } }),
  'examples/a/package.json': json({ scripts: { start: 'node a.js' }, dependencies: { express: '5' } }),
  'node_modules/x/package.json': json({ name: 'x', scripts: { start: 'node x.js' } }),
  'e2e/package.json': json({ scripts: { start: 'node x.js' } }),
  'test/fixtures/app/package.json': json({ scripts: { start: 'node x.js' } }),
}

describe('a repository of several services', () => {
  test('lists the services and says what every other folder is', () => {
    expect(servicesIn(workspace)).toEqual([
      'api apps/api nodejs/fastify :3001 template(nodejs in .) /healthz [node src/index.js] ← postgres',
      'web apps/web static_site/vite :8080 template(static_site in .) /',
    ])
    expect(rolesIn(workspace)).toEqual({
      '.': 'workspace_root',
      docs: 'docs',
      e2e: 'tests',
      examples: 'example',
      node_modules: 'vendored',
      'packages/db': 'library',
      'packages/log': 'library',
      'packages/ui': 'library',
      test: 'tests',
    })
  })

  test('knows what each build reads outside its folder, through packages that use packages', () => {
    expect(serviceNamed(workspace, 'api').reads).toEqual(['package-lock.json', 'package.json', 'packages/db', 'packages/log'])
    expect(serviceNamed(workspace, 'web').reads).toEqual(['package-lock.json', 'package.json', 'packages/ui'])
  })

  test('does not count a service of another language among the packages of its workspace', () => {
    const go = {
      'apps/prices/go.mod': 'module example.com/prices\n',
      'apps/prices/main.go': 'package main\nfunc main() { http.ListenAndServe(":80", nil) }\n',
    }
    const service = serviceNamed({ ...workspace, ...go }, 'prices')
    expect([service.reads, service.build]).toEqual([[], { kind: 'template', template: 'golang', context: 'apps/prices' }])
  })

  test('finds a database in the shared package that talks to it', () => {
    expect(serviceNamed(workspace, 'api').dependsOn).toEqual([
      {
        service: 'postgres',
        kind: 'requires',
        backing: 'postgres',
        connection: { variable: 'DATABASE_URL', template: 'postgres://{user}:{password}@{host}:{port}/{database}' },
        evidence: [
          { path: 'packages/db/package.json', line: 5, fact: 'pg in dependencies', weight: 0.5 },
          { path: 'packages/db/index.js', line: 1, fact: 'imports pg', weight: 0.5 },
          { path: 'packages/db/index.js', line: 2, fact: 'reads DATABASE_URL', weight: 0.5 },
        ],
      },
    ])
  })

  test('says why a folder is a library, with lines', () => {
    const folder = analyzeFiles(workspace).folders.find(({ path }) => path === 'packages/log')
    expect(folder).toEqual({
      path: 'packages/log',
      role: 'library',
      evidence: [
        { path: 'packages/log/package.json', line: 3, fact: 'is made to be imported, with no start script', weight: -0.6 },
        { path: 'packages/db/package.json', line: 6, fact: 'is imported by packages/db', weight: -0.5 },
        { path: 'packages/log', fact: 'lies in a folder for shared code', weight: -0.35 },
      ],
    })
  })

  test('reads its pnpm workspace, a file: dependency and a relative import the same way', () => {
    const pnpm = {
      ...workspace,
      'package.json': json({ private: true }),
      'pnpm-workspace.yaml': 'packages:\n  - apps/*\n  - packages/**\n',
      'pnpm-lock.yaml': '',
      'package-lock.json': { text: '', mode: '120000' as const },
    }
    expect(serviceNamed(pnpm, 'web').reads).toEqual(['package.json', 'packages/ui', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'])
    const lone = {
      'svc/package.json': json({ name: 'svc', scripts: { start: 'node i.js' }, dependencies: { express: '5', u: 'file:../util' } }),
      'svc/i.js': "import x from '../common/log/x.js'\napp.listen(1)",
      'util/package.json': json({ name: 'u', main: 'u.js' }),
      'common/log/x.js': '',
    }
    const service = serviceNamed(lone, 'svc')
    expect([service.reads, service.build]).toEqual([['common', 'util'], { kind: 'template', template: 'nodejs', context: '.' }])
    expect(rolesIn(lone)).toEqual({ common: 'library', util: 'library' })
  })

  test('gives every service a name of its own', () => {
    const listen = 'x.listen(1000)'
    expect(
      analyzeFiles({
        'services/api/server.js': listen,
        'legacy/api/server.js': listen,
        'Web App/server.js': listen,
        'été/server.js': listen,
        '数/server.js': listen,
        'cart/src/server.js': listen,
      }).services.map(({ name, path }) => [path, name]),
    ).toEqual([
      ['Web App', 'web-app'],
      ['cart/src', 'cart'],
      ['legacy/api', 'legacy-api'],
      ['services/api', 'services-api'],
      ['été', 'e-te'],
      ['数', 'service'],
    ])
  })

  test("takes the root's name from the caller, then from its manifest", () => {
    const files = { 'package.json': json({ name: '@acme/shop', scripts: { start: 'node s.js' } }), 's.js': 'x.listen(1)' }
    expect([analyzeFiles(files).services[0]?.name, analyzeFiles(files, { rootName: 'My Repo' }).services[0]?.name]).toEqual([
      'shop',
      'my-repo',
    ])
  })

  test.each([
    ['vendor/lib/main.go', 'vendored'],
    ['third_party/x/package.json', 'vendored'],
    ['dist/package.json', 'generated'],
    ['.next/server.js', 'generated'],
    ['testdata/app.py', 'fixture'],
    ['samples/server.js', 'example'],
    ['tools/gen/main.go', 'tooling'],
  ])('passes over %s', (path, role) => {
    expect([servicesIn({ [path]: 'x.listen(1)' }), Object.values(rolesIn({ [path]: '' }))]).toEqual([[], [role]])
  })

  test('takes a folder called vendor or build that has a manifest of its own for a service', () => {
    expect(
      servicesIn({
        'services/vendor/package.json': json({ name: 'v', scripts: { start: 'node i.js' }, dependencies: { express: '5' } }),
        'services/vendor/i.js': 'x.listen(2)',
      }),
    ).toEqual(['vendor services/vendor nodejs/express :3000 template(nodejs in services/vendor) tcp [node i.js]'])
  })
})
