import { describe, expect, test } from 'vitest'
import { json, serviceNamed, servicesIn } from './summary.ts'

describe('a Bun folder', () => {
  test('that serves is told with its version, manager, port and start', () => {
    const files = {
      'package.json': json({ name: 'api', scripts: { start: 'bun run src/index.ts' }, dependencies: { hono: '4' } }),
      'bun.lock': '{}',
      '.bun-version': '1.2.3\n',
      'src/index.ts': "import { Hono } from 'hono'\nBun.serve({ port: process.env.PORT ?? 4100, fetch: app.fetch })\n",
    }
    expect(servicesIn(files)).toEqual(['api . bun/hono :4100 template(bun in .) tcp [bun run src/index.ts]'])
    const { version, packageManager, evidence } = serviceNamed(files, 'api')
    expect([version, packageManager]).toEqual(['1', 'bun'])
    expect(evidence[0]).toEqual({ path: 'src/index.ts', line: 2, fact: 'listens: Bun.serve(', weight: 0.5 })
  })

  test.each([
    ['a lockfile of its own', { 'bun.lockb': '' }, {}],
    ['the runtime that it asks for', {}, { engines: { bun: '1.x' }, scripts: { start: 'node index.ts' } }],
    ['its types', {}, { devDependencies: { '@types/bun': 'latest' } }],
    ['the declared manager', {}, { packageManager: 'bun@1.2.0' }],
    ['an import of its own', { 'index.ts': "import { sql } from 'bun'\n" }, {}],
  ])('is known by %s', (_, files, manifest) => {
    const tree = { 'package.json': json({ name: 'app', module: 'index.ts', ...manifest }), 'index.ts': 'console.log("hello")', ...files }
    expect(serviceNamed(tree, 'app').type).toBe('bun')
  })

  test.each([
    ['its start command names Node.js', { 'bun.lock': '' }, { start: 'node server.js' }],
    ['another manager has the lockfile', { 'pnpm-lock.yaml': '' }, { start: 'server.js' }],
  ])('is Node.js when %s', (_, files, scripts) => {
    const tree = { 'package.json': json({ name: 'app', scripts }), 'server.js': 'app.listen(3000)', ...files }
    expect(serviceNamed(tree, 'app').type).toBe('nodejs')
  })

  test('is a workspace root with a program of its own', () => {
    const files = {
      'package.json': json({
        name: 'root',
        private: true,
        module: 'index.ts',
        workspaces: ['packages/*'],
        dependencies: { a: 'workspace:*' },
      }),
      'bun.lock': '',
      'index.ts': 'import "a"',
      'packages/a/package.json': json({ name: 'a', module: 'index.ts' }),
      'packages/a/index.ts': 'export const a = 1',
    }
    expect(servicesIn(files)).toEqual(['root . bun no port template(bun in .) [bun index.ts]'])
  })
})
