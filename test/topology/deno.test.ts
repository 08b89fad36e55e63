import { describe, expect, test } from 'vitest'
import { withoutComments } from '../../src/topology/languages/deno-config.ts'
import { analyzeFiles, json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

const main = "import { serve } from 'jsr:@std/http'\nDeno.serve({ port: 8123 }, () => new Response('ok'))\n"

describe('a Deno folder', () => {
  test('is told with its version, port, variables and start', () => {
    const files = {
      'api/deno.jsonc': '// ours\n{\n  "tasks": {\n    "start": "deno run -A main.ts", /* all */\n  },\n}\n',
      'api/.deno-version': '2.1.4\n',
      'api/main.ts': `${main}const key = Deno.env.get('API_KEY')!\nconst level = Deno.env.get('LEVEL') ?? 'info'\n`,
    }
    expect(servicesIn(files)).toEqual(['api api deno :8123 template(deno in api) tcp [deno task start]'])
    const { version, packageManager, environment, evidence } = serviceNamed(files, 'api')
    expect([version, packageManager]).toEqual(['2', 'deno'])
    expect(environment).toEqual([
      { name: 'API_KEY', required: true },
      { name: 'LEVEL', required: false, value: 'info' },
    ])
    expect(evidence).toContainEqual({ path: 'api/deno.jsonc', line: 4, fact: 'task start: deno run -A main.ts', weight: 0.4 })
  })

  test.each([
    ['fresh', { imports: { '$fresh/': 'https://deno.land/x/fresh@1.7.3/' } }, 8000],
    ['fresh', { imports: { fresh: 'jsr:@fresh/core@2' } }, 8000],
    ['oak', { imports: { '@oak/oak': 'jsr:@oak/oak@17' } }, 8000],
    ['hono', { imports: { web: 'npm:hono@4' } }, 8000],
    ['lume', { imports: { 'lume/': 'https://deno.land/x/lume@v2/' } }, 3000],
  ])('of %s is known by its imports', (framework, config, port) => {
    const service = serviceNamed({ 'deno.json': json({ ...config, tasks: { start: 'deno run -A main.ts' } }), 'main.ts': '' }, 'app')
    expect([service.type, service.framework, service.port]).toEqual(['deno', framework, port])
  })

  test('takes its framework from an import map', () => {
    const files = {
      'deno.json': json({ importMap: './import_map.json', tasks: { start: 'deno run -A dev.ts' } }),
      'import_map.json': json({ imports: { '$fresh/': 'https://deno.land/x/fresh@1.1.0/' } }),
      'main.ts': "import { start } from '$fresh/server.ts'\nawait start(manifest)\n",
    }
    expect(servicesIn(files)).toEqual(['app . deno/fresh :8000 template(deno in .) tcp [deno task start]'])
  })

  test('without a configuration is known by words that only Deno has', () => {
    expect(servicesIn({ 'hook/main.ts': main })).toEqual(['hook hook deno :8123 template(deno in hook) tcp [deno run --allow-all main.ts]'])
  })

  test('that only sets up tools of a Node package is none', () => {
    const files = {
      'package.json': json({ name: 'api', scripts: { start: 'node src/x.js' }, dependencies: { express: '5' } }),
      'deno.json': json({ lint: { rules: {} } }),
      'src/x.js': 'app.listen(3000)',
      'src/helper/index.ts': 'if (typeof Deno.version) use(Deno.env)',
    }
    expect(servicesIn(files)).toEqual(['api . nodejs/express :3000 template(nodejs in .) tcp [node src/x.js]'])
  })

  test('that publishes a package is a library', () => {
    const files = { 'deno.json': json({ name: '@x/y', version: '1.0.0', exports: './mod.ts' }), 'mod.ts': 'export const a = Deno.cwd\n' }
    expect([servicesIn(files), rolesIn(files)]).toEqual([[], { '.': 'library' }])
  })
})

describe('a configuration with comments', () => {
  test('keeps its lines, its strings and what looks like a comment inside them', () => {
    const text = '{ // a\n  "a": "http://x/*y*/", /* b\n c */ "d": [1, 2,],\n}\n'
    const plain = withoutComments(text)
    expect(plain.split('\n').length).toBe(text.split('\n').length)
    expect(JSON.parse(plain)).toEqual({ a: 'http://x/*y*/', d: [1, 2] })
  })

  test('that is broken is a warning', () => {
    const { services, warnings } = analyzeFiles({ 'deno.json': '{ "tasks": ' })
    expect([services, warnings]).toEqual([[], ['deno.json is not valid JSON with comments; it is passed over.']])
  })

  test('is read in linear time, whatever it holds', () => {
    const started = performance.now()
    for (const piece of ['/*', '//', '"\\', ',', '[,', '/* */,']) withoutComments(piece.repeat(60_000 / piece.length))
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})
