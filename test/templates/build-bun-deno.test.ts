// Services of Bun and Deno, detected, built by the real builder and run without a writable disk, capabilities or new privileges.
import { afterAll, describe, expect, test } from 'vitest'
import { detected } from './support/detected.ts'
import { buildImage, removeImage, runContainer } from './support/images.ts'
import { type Files, filesOf } from './support/services.ts'

const images = new Set<string>()
afterAll(async () => {
  for (const image of images) await removeImage(image)
})

/** What the service that detection finds at `path` answers, once it is built and healthy by its own check. */
async function answerOf(files: Files, path: string): Promise<string> {
  const built = await buildImage(detected(files, path), files)
  images.add(built.image)
  const container = await runContainer(built)
  try {
    const answer = await (await container.ask('/')).text()
    expect(await container.exec(built.rendered.healthCommand ?? ['/bin/false'])).toBe(0)
    return answer
  } finally {
    await container.stop()
  }
}

const msHash = 'sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA=='

describe('Bun', { timeout: 300_000 }, () => {
  test('a server in TypeScript with a package from its lockfile, built without what only developers need', async () => {
    const files = filesOf({
      'package.json': JSON.stringify({
        name: 'hello',
        scripts: { start: 'bun src/server.ts', build: 'bun build src/page.ts --outdir dist', prepare: 'husky' },
        dependencies: { ms: '2.1.3' },
      }),
      'bun.lock': `{\n  "lockfileVersion": 1,\n  "workspaces": { "": { "name": "hello", "dependencies": { "ms": "2.1.3" } } },\n  "packages": { "ms": ["ms@2.1.3", "", {}, "${msHash}"] }\n}\n`,
      'src/page.ts': `export const words: string = 'built'`,
      'src/server.ts': `import ms from 'ms'\nconst page = Bun.file('dist/page.js')\nBun.serve({ port: Number(process.env.PORT ?? 3000), fetch: async () => new Response(ms(60000) + ' ' + (await page.text()).includes('built')) })\n`,
    })
    expect(await answerOf(files, '.')).toBe('1m true')
  })

  test('a member of a workspace with a shared package, and not its neighbour', async () => {
    const files = filesOf({
      'package.json': JSON.stringify({ name: 'root', private: true, workspaces: ['apps/*', 'packages/*'] }),
      'bun.lock': workspaceLock,
      'packages/words/package.json': JSON.stringify({ name: '@x/words', version: '1.0.0', main: 'index.ts' }),
      'packages/words/index.ts': `export const words = 'shared words'`,
      'apps/one/package.json': JSON.stringify({
        name: 'one',
        scripts: { start: 'bun server.ts' },
        dependencies: { '@x/words': 'workspace:*' },
      }),
      'apps/one/server.ts': `import { words } from '@x/words'\nBun.serve({ port: 3000, fetch: () => new Response(words) })\n`,
      'apps/two/package.json': JSON.stringify({ name: 'two' }),
    })
    expect(await answerOf(files, 'apps/one')).toBe('shared words')
  })
})

describe('Deno', { timeout: 300_000 }, () => {
  test('a server with a package from its lockfile, started by its task', async () => {
    const files = filesOf({
      'deno.json': JSON.stringify({
        tasks: { start: 'deno run --allow-net --allow-env main.ts' },
        imports: { ms: 'npm:ms@2.1.3' },
      }),
      'deno.lock': `{\n  "version": "5",\n  "specifiers": { "npm:ms@2.1.3": "2.1.3" },\n  "npm": { "ms@2.1.3": { "integrity": "${msHash}" } },\n  "workspace": { "dependencies": ["npm:ms@2.1.3"] }\n}\n`,
      'main.ts': `import ms from 'ms'\nDeno.serve({ port: Number(Deno.env.get('PORT') ?? 8000) }, () => new Response(ms(60000)))\n`,
    })
    expect(await answerOf(files, '.')).toBe('1m')
  })

  test('a lone program without a configuration', async () => {
    const files = filesOf({ 'hook/main.ts': `Deno.serve({ port: 8123 }, () => new Response('lone'))\n` })
    expect(await answerOf(files, 'hook')).toBe('lone')
  })
})

const workspaceLock = `{
  "lockfileVersion": 1,
  "workspaces": {
    "": { "name": "root" },
    "apps/one": { "name": "one", "dependencies": { "@x/words": "workspace:*" } },
    "apps/two": { "name": "two" },
    "packages/words": { "name": "@x/words", "version": "1.0.0" },
  },
  "packages": {
    "@x/words": ["@x/words@workspace:packages/words"],
    "one": ["one@workspace:apps/one"],
    "two": ["two@workspace:apps/two"],
  }
}
`
