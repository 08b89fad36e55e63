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
