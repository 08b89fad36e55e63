import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { argumentList, plainWords } from '../../src/stack/command-words.ts'
import { dockerfileText } from '../../src/stack/dockerfile-text.ts'
import { renderTemplate } from '../../src/stack/render-template.ts'
import type { Template } from '../../src/stack/template.ts'
import { imageVersion } from '../../src/stack/template-version.ts'
import { loadTemplates } from '../../src/templates.ts'
import type { ServiceSpec } from '../../src/topology/topology.ts'
import { sourceTree } from '../support/source-tree.ts'
import { serviceSpec } from '../templates/support/services.ts'

let templates: readonly Template[]
beforeAll(async () => {
  templates = await loadTemplates()
})

function render(service: ServiceSpec, paths: readonly string[]) {
  const template = templates.find(({ name }) => name === service.type)
  if (template === undefined) throw new Error(`no template ${service.type}`)
  return renderTemplate(template, { service, tree: sourceTree(Object.fromEntries(paths.map((path) => [path, '']))) })
}

const node = serviceSpec({
  name: 'api',
  path: 'api',
  type: 'nodejs',
  start: 'node server.js',
  port: 3000,
  health: { kind: 'http', path: '/healthz' },
})
const files = ['api/package.json', 'api/package-lock.json', 'api/server.js']

describe('the files an image is made from', () => {
  it('are those of the service, so that a change beside it rebuilds nothing', () => {
    const rendered = render(node, [...files, 'docs/a.md', 'apis/b.js', 'package.json'])
    expect([rendered.context, rendered.files]).toEqual(['api', [...files].sort()])
  })

  it('are, in a workspace, those of the service, of the packages it reads and of the root manifests, and no other member', () => {
    const reads = ['package.json', 'package-lock.json', 'packages/shared']
    const paths = [
      'package.json',
      'package-lock.json',
      '.npmrc',
      'packages/shared/package.json',
      'packages/shared/index.js',
      'packages/other/package.json',
      'web/package.json',
      ...files,
    ]
    const rendered = render({ ...node, reads }, paths)
    expect([rendered.context, rendered.files]).toEqual([
      '.',
      [
        '.npmrc',
        'api/package-lock.json',
        'api/package.json',
        'api/server.js',
        'package-lock.json',
        'package.json',
        'packages/shared/index.js',
        'packages/shared/package.json',
      ],
    ])
  })

  it('start at the folder that holds all of them, when a workspace is not at the root', () => {
    const reads = ['js/package.json', 'js/package-lock.json']
    const rendered = render({ ...node, path: 'js/apps/web', build: { kind: 'template', template: 'nodejs', context: 'js' }, reads }, [
      'js/package.json',
      'js/package-lock.json',
      'js/apps/web/package.json',
      'go/main.go',
    ])
    expect(rendered.context).toBe('js')
    expect(rendered.dockerfile).toContain('npm ci --no-audit --no-fund --omit=dev --include-workspace-root --workspace apps/web\n')
  })

  it('never include local settings or installed packages that somebody committed', () => {
    const rendered = render(node, [...files, 'api/.env', 'api/.env.local', 'api/node_modules/a/index.js', 'api/.env.example'])
    expect(rendered.files).toEqual(['api/.env.example', ...[...files].sort()])
  })
})

describe('what a repository writes', () => {
  const hostile = [
    'node server.js\nRUN touch /pwned',
    'node server.js {{ x }} {% include "secrets" %}',
    'node server.js $(id) `id` $HOME',
    'node server.js "a\\"b" \\\nUSER 0',
    `node server.js 'it'\\''s'`,
    'node "server.js" <<EOF',
  ]
  it.each(hostile)('stays data in the start command %j', (start) => {
    const dockerfile = render({ ...node, start }, files).dockerfile
    const expected = render(node, files).dockerfile.split('\n')
    const lines = dockerfile.split('\n')
    expect(lines.length).toBe(expected.length)
    expect(lines.slice(0, -2)).toEqual(expected.slice(0, -2))
    const command = JSON.parse(lines.at(-2)?.replace(/^CMD /, '') ?? '') as string[]
    expect(command).toEqual(argumentList(start))
  })

  it('is one line of JSON wherever a build command stands, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        fc.pre(text.trim() !== '' && !text.includes('\0'))
        const line = dockerfileText({ name: 'x', dockerfile: 'RUN {{ build | exec }}', partials: {} }, { build: text })
        expect(line.trimEnd().split('\n')).toHaveLength(1)
        expect(JSON.parse(line.slice('RUN '.length))).toEqual(argumentList(text))
      }),
    )
  })

  it('is refused where it would stand unquoted', () => {
    const bare = (value: string) => dockerfileText({ name: 'x', dockerfile: 'FROM node:{{ value }}', partials: {} }, { value })
    expect(bare('24')).toBe('FROM node:24\n')
    for (const value of ['24\nRUN id', '24 AS x', '$x', '"', "'", '`', '\\', '{{ y }}']) expect(() => bare(value)).toThrow(/Dockerfile/)
  })

  it('cannot end a line of ENV, WORKDIR or RUN', () => {
    for (const filter of ['quoted', 'inside_quotes', 'shell'])
      expect(() =>
        dockerfileText({ name: 'x', dockerfile: `WORKDIR {{ value | ${filter} }}`, partials: {} }, { value: 'a\nRUN id' }),
      ).toThrow(/line end/)
  })

  it('cannot be put in by the filter raw, which would go round the quoting', () => {
    expect(() => dockerfileText({ name: 'x', dockerfile: '{{ value | raw }}', partials: {} }, { value: 'a' })).toThrow(/raw/)
  })

  it('is refused as a version unless it is one', () => {
    expect(() => render({ ...node, version: '24 AS x\nRUN id' }, files)).toThrow('api (api): "24 AS x\\nRUN id" is not a version')
  })
})

describe('a service that its template cannot run', () => {
  it('is named, with what to do, when it has no start command', () => {
    const { start: _, ...without } = node
    expect(() => render(without, files)).toThrow('api (api): it has no start command')
  })

  it('is named when a compiled program is to be started through a shell', () => {
    const program = serviceSpec({ name: 'hub', path: 'hub', type: 'golang', start: 'MODE=x ./hub | tee log' })
    expect(() => render(program, ['hub/go.mod', 'hub/main.go'])).toThrow(
      'hub (hub): "MODE=x ./hub | tee log" needs a shell, and the image has none',
    )
  })
})

describe('versions', () => {
  const nodeVersions = { default: '24', oldest: '16', parts: 1 } as const
  const goVersions = { default: '1.26', oldest: '1.24', parts: 2 } as const
  it.each([
    [undefined, nodeVersions, '24'],
    ['v22.4.1', nodeVersions, '22'],
    ['12', nodeVersions, '16'],
    ['26', nodeVersions, '26'],
    ['1.18', goVersions, '1.24'],
    ['1.25.3', goVersions, '1.25'],
    ['1', goVersions, '1.26'],
    ['2', goVersions, '2'],
  ])('%s becomes a tag that exists', (asked, policy, tag) => {
    expect(imageVersion(asked, policy)).toBe(tag)
  })
})

describe('commands', () => {
  it.each([
    ['node server.js', ['node', 'server.js']],
    [`gunicorn 'app:create()' --name "my app"`, ['gunicorn', 'app:create()', '--name', 'my app']],
    [`echo 'it'\\''s' ""`, ['echo', "it's", '']],
  ])('%s runs without a shell', (command, words) => {
    expect(plainWords(command)).toEqual(words)
  })

  it.each([
    ['gunicorn -b 0.0.0.0:$PORT app', ['sh', '-c', 'exec gunicorn -b 0.0.0.0:$PORT app']],
    ['node a.js && node b.js', ['sh', '-c', 'node a.js && node b.js']],
    ['MODE=x node a.js', ['sh', '-c', 'MODE=x node a.js']],
    ['cd src', ['sh', '-c', 'cd src']],
    ["node 'unfinished", ['sh', '-c', "exec node 'unfinished"]],
  ])('%s gets a shell', (command, list) => {
    expect(argumentList(command)).toEqual(list)
  })
})

describe('health commands', () => {
  it('ask the path as an argument of its own, never as code', () => {
    const health = { kind: 'http', path: `/a'); process.exit(0) //"` } as const
    expect(render({ ...node, health }, files).healthCommand?.at(-1)).toBe(`http://127.0.0.1:3000/a');%20process.exit(0)%20//%22`)
  })

  it('ask the port where nothing says which path to ask, and nothing of a worker', () => {
    const { health: _, ...listening } = node
    expect(render(listening, files).healthCommand?.at(-1)).toBe('3000')
    const { port: __, ...worker } = listening
    const rendered = render(worker, files)
    expect([rendered.port, rendered.healthCommand]).toEqual([undefined, undefined])
  })
})

describe('recommendations', () => {
  it('ask for a lockfile where there is none', () => {
    const rendered = render(node, ['api/package.json', 'api/server.js'])
    expect(rendered.recommendations).toEqual([
      {
        code: 'lockfile_missing',
        message: 'api has no lockfile beside api/package.json, so two builds of the same commit may install different versions',
        fix: 'run `npm install --package-lock-only` and commit package-lock.json',
        evidence: [{ path: 'api/package.json', fact: 'package.json without a lockfile' }],
      },
    ])
    expect(render(node, files).recommendations).toBeUndefined()
  })
})
