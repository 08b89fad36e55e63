import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KyozoError } from '../../src/errors.ts'
import { analyze } from '../../src/topology/analyze.ts'
import { detectors } from '../../src/topology/detectors/index.ts'
import type { Topology } from '../../src/topology/topology.ts'
import { sourceTree } from '../support/source-tree.ts'
import { analyzeFiles, json, servicesIn } from './summary.ts'

const express = {
  'package.json': json({ name: 'api', scripts: { start: 'node server.js' }, dependencies: { express: '5' } }),
  'package-lock.json': '{}',
  'server.js': "import './routes.js'\napp.listen(3000)",
  'routes.js': "app.get('/healthz')",
}

describe('a malformed file', () => {
  test('is a warning, and everything else is still told', () => {
    const topology = analyzeFiles({
      ...express,
      'a/package.json': '{ nope',
      'b/pyproject.toml': '[x',
      'c/compose.yaml': 'a: [',
      'd/Dockerfile': 'garbage',
      'e/go.mod': 'nothing',
      'f/package.json': '[]',
      'f/server.js': 'x.listen(1)',
    })
    expect(topology.services.map(({ name, type }) => [name, type])).toEqual([
      ['api', 'nodejs'],
      ['c', 'compose_stack'],
      ['f', 'nodejs'],
    ])
    expect(topology.folders.map(({ path, role, evidence }) => [path, role, evidence[0]?.fact])).toEqual([
      ['a', 'unknown', 'package.json cannot be read'],
      ['b', 'unknown', 'pyproject.toml'],
    ])
    expect(topology.warnings).toEqual([
      "a/package.json is not valid JSON (Expected property name or '}' in JSON at position 2 (line 1 column 3)); it is passed over.",
      'b/pyproject.toml is not valid TOML (Invalid TOML document: incomplete key-value: cannot find end of key); it is passed over.',
      'c/compose.yaml is not valid YAML (line 1: Flow sequence in block collection must be sufficiently indented and end with a ]); it is passed over.',
      'd/Dockerfile has no FROM; it is passed over.',
      'e/go.mod names no module; it is passed over.',
      'f/package.json is not valid JSON (it is not an object); it is passed over.',
    ])
  })

  test('with a byte order mark or CR LF is not malformed', () => {
    const changed = Object.fromEntries(Object.entries(express).map(([path, text]) => [path, `\uFEFF${text.replaceAll('\n', '\r\n')}`]))
    expect(analyzeFiles(changed)).toEqual(analyzeFiles(express))
  })

  test.each(['__proto__', 'constructor', 'toString'])('with a key %s reaches no prototype', (key) => {
    expect(
      servicesIn({
        'package.json': `{"scripts":{"${key}":"x"},"dependencies":{"${key}":"1"},"${key}":{"start":"y"}}`,
        'compose.yaml': `services:\n  ${key}:\n    image: ${key}\n`,
      }),
    ).toEqual(['app . compose_stack no port compose(compose.yaml)'])
  })
})

describe('a hostile name', () => {
  test('is passed over with a warning that cannot move a cursor', () => {
    const files = {
      'a\u001b[2J/server.js': 'x.listen(1)',
      'b\u202e/server.js': 'x.listen(1)',
      'c/../server.js': 'x.listen(1)',
      'd\ufffd/server.js': 'x.listen(1)',
      'e\\f/server.js': 'x.listen(1)',
      'g\n/server.js': 'x.listen(1)',
    }
    const topology = analyzeFiles(files)
    expect(topology.services).toEqual([])
    expect(topology.warnings).toEqual([
      'a\\u{1b}[2J has control characters or invalid UTF-8 in its name; it is passed over.',
      'b\\u{202e} has control characters or invalid UTF-8 in its name; it is passed over.',
      'c/.. is not a path inside the repository; it is passed over.',
      'd\ufffd has control characters or invalid UTF-8 in its name; it is passed over.',
      'e\\f is not a path inside the repository; it is passed over.',
      'g\\u{a} has control characters or invalid UTF-8 in its name; it is passed over.',
    ])
  })

  test('that leads with dashes or holds a shell command is only a name', () => {
    expect(
      analyzeFiles({ '--rm/server.js': 'x.listen(1)', '$(id)/server.js': 'x.listen(1)', ';reboot;/server.js': 'x.listen(1)' }).services.map(
        ({ name }) => name,
      ),
    ).toEqual(['id', 'rm', 'reboot'])
  })

  test('as deep as a hostile tree is not followed', () => {
    expect(analyzeFiles({ [`${'d/'.repeat(300)}server.js`]: 'x.listen(1)' }).warnings).toEqual([
      'Folders deeper than 24 levels are passed over.',
    ])
  })
})

describe('a symbolic link', () => {
  test('is never followed, whatever it is called', () => {
    const link = { text: '/etc/passwd', mode: '120000' as const }
    const topology = analyzeFiles({
      'package.json': link,
      'compose.yml': link,
      Dockerfile: link,
      'kyozo.yaml': link,
      'sub/index.html': link,
      'server.js': link,
    })
    expect([topology.services, topology.warnings]).toEqual([
      [],
      ['Dockerfile', 'compose.yml', 'kyozo.yaml', 'package.json'].map(
        (name) => `${name} is a symbolic link; links are never followed, so it is passed over.`,
      ),
    ])
  })

  test('or a submodule gives a warning, not a service', () => {
    expect(analyzeFiles({ 'lib/other': { text: '', mode: '160000' } }).warnings).toEqual([
      'lib/other is a submodule; its files are not in this commit, so it is passed over.',
    ])
  })
})

describe('a limit', () => {
  test('of services is an error that says what to do', () => {
    const files = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`s${index}/server.js`, 'x.listen(1)']))
    expect(() => analyzeFiles(files)).toThrow('The commit holds 1001 services; kyozo tells at most 1000 apart.')
    const { 's50/server.js': _, ...fewer } = files
    expect(analyzeFiles(fewer).services).toHaveLength(1_000)
  })

  test('of folders that may be services is an error before any of them is read', () => {
    const tree = sourceTree(Object.fromEntries(Array.from({ length: 20_001 }, (_, index) => [`s${index}/package.json`, '{}'])), {
      loaded: new Set(),
    })
    expect(() => analyze(tree)).toThrow('The commit holds 20001 folders that may be services; kyozo tells at most 20000 apart.')
    expect(tree.wanted).toEqual(new Set())
  })

  test('of files is an error before anything is read', () => {
    const entry = { mode: '100644' as const, oid: '0' }
    const entries = new Map(Array.from({ length: 100_001 }, (_, index) => [`f${index}`, entry]))
    expect(() => analyze({ ...sourceTree({}), entries })).toThrow('The commit holds 100001 files; kyozo analyzes at most 100000.')
  })

  test('of time holds for text made to make patterns slow', () => {
    const slow = [
      'a',
      ' ',
      '"/',
      '"/a/',
      'process.env.A ',
      'A,',
      '{A=',
      'port ',
      "app.use('/a', b, '/health', ",
      "const a = Router()\na.get('/health', a)\na.use(a)\n",
      '@router.get("/health")\n',
      'a.include_router(a, prefix=a)\n"/health"\n',
      'r.Route("/health", func(r ',
      'a := a.Group("/health")\n',
      "function a(a) { a(a); a.get('/health')\n",
      'env(',
      '\t',
      'import "',
      'for ',
      'class A(BaseSettings):\n    a: b = ',
      'os.environ.get("PORT") or ',
      'install_requires=[',
      'x := os.Getenv("A")\nif x == "" {\n',
      '`env:"A',
      'flag.Int("port", ',
      'x=',
      '([{',
      '- ',
      '# escape=\\\n',
      'FROM a AS b\n',
      'A=1\n',
      ' A: z.string().default(\n',
      'x = process.env.A || 80 ',
      '/* ',
      '<a>',
      '<PropertyGroup>$(A)',
      'a.b=${A:',
      'implementation("a:b") ',
      'include "a",',
      'System.getenv("A") ?: ',
      'GetConnectionString("A") ?? ',
      '\\',
      '"',
      'deps = [',
      'deps = ["a", ',
      'rule(',
      '@FeignClient(name = ',
      '@RegisterRestClient(',
      '{:a, path: "../',
      'gem "a", path: ',
      '.package(path: "',
      'require a.b/c v1 =>',
      '"projectFolder": ',
      '8000-',
      'builder.AddProject<Projects.A>("a").WithReference(a',
    ]
    for (const piece of slow) {
      const text = piece.repeat(Math.ceil((256 * 1024) / piece.length))
      const started = performance.now()
      analyzeFiles({
        'server.js': text,
        'p/main.py': text,
        'g/main.go': `package main\n${text}`,
        'g/go.mod': `module x.y/z\n${text}`,
        'p/requirements.txt': text,
        'm/pom.xml': text,
        'k/build.gradle.kts': text,
        'k/settings.gradle.kts': text,
        'k/src/main/kotlin/App.kt': text,
        'k/src/main/resources/application.yml': text,
        'k/src/main/resources/application.properties': text,
        's/build.sbt': text,
        'l/project.clj': text,
        'j/Main.java': text,
        'n/a.csproj': text,
        'n2/a.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"/>',
        'n2/Program.cs': text,
        'n2/appsettings.json': text,
        'p/setup.py': text,
        'p/setup.cfg': text,
        'p/environment.yml': text,
        'd/Dockerfile': text,
        'p/Procfile': text,
        'n/package.json': '{"dependencies":{"vite":"7"},"scripts":{"build":"vite build"}}',
        'n/vite.config.ts': text,
        'n/index.html': text,
        'n/src/env.ts': text,
        'n/.env': text,
        'o/deno.json': text,
        'o/main.ts': text,
        'h/config.toml': text,
        'h/content/a.md': '',
        'h/Staticfile': text,
        'j/_config.yml': text,
        'j/Gemfile': text,
        'j/config.rb': text,
        'p/.env.example': text,
        'k/src/main/java/ShopApplication.java': text,
        'q/pom.xml': '<project><artifactId>spring-cloud-x</artifactId></project>',
        'q/src/main/java/OrdersClient.java': text,
        'r/config/database.yml': text,
        'r/Gemfile': text,
        'n/prisma/schema.prisma': text,
        'n/drizzle.config.ts': text,
        'n/project.json': text,
        'n/nx.json': text,
        'n/turbo.json': text,
        'n/moon.yml': text,
        '.moon/workspace.yml': text,
        'b/WORKSPACE': text,
        'b/BUILD': text,
        'b/x/BUILD.bazel': text,
        'go.work': text,
        'x/mix.exs': text,
        'x/composer.json': text,
        'x/pubspec.yaml': text,
        'x/Package.swift': text,
        'x/gleam.toml': text,
        'x/shard.yml': text,
        'x/build.zig.zon': text,
        'x/config/runtime.exs': text,
        'x/config/database.php': text,
        'manage.py': text,
        'settings.py': text,
        'dapr.yaml': text,
        'H.AppHost/H.AppHost.csproj': text,
        'H.AppHost/Program.cs': text,
        'k8s/a.yaml': text,
        'chart/Chart.yaml': text,
        'chart/values.yaml': text,
        'compose.yaml': `services:\n  a:\n    image: x\n    ports: ["${text.slice(0, 10_000).replaceAll(/[^\w:-]/g, '1')}"]\n`,
      })
      // Quadratic matching of 256 KiB takes minutes, so the bound is far from both.
      expect([piece, performance.now() - started < 5_000]).toEqual([piece, true])
    }
  }, 60_000)
})

describe('a bomb', () => {
  const laughs = `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}, *a${level}]\n`).join('')}`

  test.each([
    'compose.yaml',
    'pnpm-workspace.yaml',
    'deploy/app.yaml',
    'src/main/resources/application.yml',
    'config/database.yml',
    '.moon/workspace.yml',
    'moon.yml',
    'dapr.yaml',
    'k8s/all.yaml',
    'chart/values.yaml',
  ])('of YAML aliases in %s is passed over', (name) => {
    const started = performance.now()
    const topology = analyzeFiles({ ...express, [name]: laughs })
    expect(performance.now() - started).toBeLessThan(2_000)
    expect(topology.services.find(({ path }) => path === '.')?.type).toBe('nodejs')
  })

  test('of YAML aliases in kyozo.yaml is an error with words', () => {
    expect(() => analyzeFiles({ ...express, 'kyozo.yaml': laughs })).toThrow(KyozoError)
  })

  test('of nested brackets is passed over, whatever the format', () => {
    const deep = (open: string) => open.repeat(50_000)
    const started = performance.now()
    const topology = analyzeFiles({
      'a/package.json': deep('['),
      'b/package.json': deep('{"a":'),
      'c/pyproject.toml': `a = ${deep('[')}`,
      'd/compose.yaml': deep('['),
      'e/compose.yaml': deep('- '),
      'f/pom.xml': deep('<a>'),
      'g/Cargo.toml': `a = ${deep('{a=')}`,
      'h/nx.json': deep('['),
      'h/project.json': deep('{"a":'),
      'h/turbo.json': deep('['),
      'h/appsettings.json': deep('{"a":'),
      'h/a.csproj': deep('<a>'),
      'i/composer.json': deep('['),
      'i/gleam.toml': `a = ${deep('[')}`,
      '.moon/workspace.yml': deep('- '),
      'i/moon.yml': deep('['),
      'i/config/database.yml': deep('- '),
      'k8s/a.yaml': `apiVersion: v1\nkind: Service\nspec: ${deep('[')}`,
    })
    expect(performance.now() - started).toBeLessThan(5_000)
    // A compose file that cannot be read is a stack all the same, and says so.
    expect(topology.services.map(({ type }) => type)).toEqual(['compose_stack', 'compose_stack'])
  })

  test.each(['#', '[[a]]\n', 'COPY a b\n', '{"a":'])(
    'of %j in every manifest that is known is read in bounded time',
    (piece) => {
      const text = piece.repeat(Math.ceil((256 * 1024) / piece.length))
      const marks = [...new Set(detectors.flatMap((detector) => detector.marks))].map((mark) => mark.replace('*', 'main'))
      const slow = marks.flatMap((name) => {
        const started = performance.now()
        outcome(() => analyzeFiles({ [name]: text }))
        const ms = performance.now() - started
        return ms < 2_500 ? [] : [`${name}: ${Math.round(ms)} ms`]
      })
      expect(slow).toEqual([])
    },
    60_000,
  )
})

describe('a text that is not loaded yet', () => {
  test('is asked for round by round, and the last round says the same as having all', () => {
    const files = { ...express, 'kyozo.yaml': 'services: {api: {replicas: 2}}\n', 'img/logo.svg': '<svg/>', 'README.md': '# api' }
    const loaded = new Set<string>()
    const rounds: string[][] = []
    for (;;) {
      const tree = sourceTree(files, { loaded })
      const topology = analyze(tree)
      if (tree.wanted.size === 0) {
        expect(topology).toEqual(analyzeFiles(files))
        break
      }
      rounds.push([...tree.wanted].sort())
      for (const path of tree.wanted) loaded.add(path)
    }
    expect(rounds).toEqual([
      ['kyozo.yaml', 'package.json', 'server.js'],
      ['package-lock.json', 'routes.js'],
    ])
  })

  test('never makes an error of half the facts', () => {
    const files = {
      'a/server.js': 'x.listen(1)',
      'b/server.js': 'x.listen(1)',
      'compose.yaml': 'services:\n  a: {build: ./a, depends_on: [b]}\n  b: {build: ./b, depends_on: [a]}\n',
    }
    const tree = sourceTree(files, { loaded: new Set(['compose.yaml']) })
    expect([analyze(tree).services.length, tree.wanted.size]).toEqual([3, 2])
    const declared = {
      ...express,
      'kyozo.yaml': 'services: {api: {depends_on: [web]}, web: {port: 80}}\n',
      'web/package.json': '{"scripts":{"start":"node w.js"}}',
    }
    const half = sourceTree(declared, { loaded: new Set(['kyozo.yaml']) })
    expect([analyze(half).services.length, [...half.wanted].sort()]).toEqual([0, ['package.json', 'server.js', 'web/package.json']])
    expect(analyzeFiles(declared).services.map(({ name }) => name)).toEqual(['api', 'web'])
  })
})

const names = fc.constantFrom(
  'package.json',
  'server.js',
  'main.ts',
  'deno.json',
  'bun.lock',
  '_config.yml',
  'hugo.toml',
  'vite.config.ts',
  'index.html',
  'main.py',
  'requirements.txt',
  'pyproject.toml',
  'setup.py',
  'environment.yml',
  'manage.py',
  'go.mod',
  'go.work',
  'main.go',
  'Dockerfile',
  'compose.yaml',
  'Procfile',
  '.env.example',
  'pnpm-workspace.yaml',
  'tsconfig.json',
  'pom.xml',
  'build.gradle',
  'build.sbt',
  'project.clj',
  'Main.java',
  'a.csproj',
  'Program.cs',
  'README.md',
  'nx.json',
  'project.json',
  'turbo.json',
  'moon.yml',
  'BUILD',
  'MODULE.bazel',
  'mix.exs',
  'Gemfile',
  'k8s.yaml',
  'dapr.yaml',
  'schema.prisma',
  'appsettings.json',
  'orders.proto',
)
const folders = fc.constantFrom('', 'a/', 'b/', 'a/b/', 'packages/x/', 'docs/', 'shared/', 'cmd/api/', 'docker/')
const texts = fc.oneof(
  fc.string({ maxLength: 200, unit: 'binary' }),
  fc.json(),
  fc.constantFrom(
    json({
      name: 'x',
      workspaces: ['*', 'packages/*'],
      scripts: { start: 'node server.js' },
      dependencies: { express: '5', pg: '8', x: 'file:../a' },
    }),
    json({ scripts: 1, dependencies: [], main: {}, workspaces: 'x', name: 5 }),
    'import "./a.js"\napp.listen(process.env.PORT || 3000)\n"http://a:1"',
    'from shared.x import y\nwhile True:\n  pass\n',
    'flask\n-e ../shared\n',
    '[project]\nname="a"\ndependencies=["flask"]\n[tool.uv.workspace]\nmembers=["*"]\n',
    '<project><artifactId>a</artifactId><parent><artifactId>a</artifactId><relativePath>../a</relativePath></parent><dependencies><dependency><artifactId>a</artifactId></dependency></dependencies></project>',
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><ProjectReference Include="..\\a\\a.csproj" /></ItemGroup></Project>',
    'plugins { id("application") }\ndependencies { implementation(project(":a")) }\nclass Main { static void main() {} }\n',
    'module a.b/c\nreplace a.b/d => ../b\n',
    'package main\nimport "a.b/c/x"\nfunc main() { http.ListenAndServe(":80", nil) }\n',
    'FROM node\nCOPY . .\nCMD ["node"]\nEXPOSE 80\n',
    'services:\n  a: {build: ., depends_on: [b]}\n  b: {build: ./a, image: redis, depends_on: {a: {}}}\n',
    'services: [1]\n',
    'A=http://b:1\nDATABASE_URL=postgres://x\n',
    'REDIS_URL=\nKAFKA_BROKERS=a:1\n',
    'services:\n  a: {build: ./a, ports: ["80:80"]}\n  b: {build: ./b, ports: ["80:80", {published: 80}, null]}\n',
    'dependsOn: [a, {id: b}]\nid: x\n',
    'x(deps = ["//a", "//a/b:c", "//../x"])\n',
    'use (\n\t./a\n\t./b\n)\n',
    json({ name: 'x-client', nx: { implicitDependencies: ['a'] }, implicitDependencies: ['b', 1] }),
    'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: b}}\n---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: {rules: [{http: {paths: [{backend: {service: {name: a}}}, 1]}}]}\n',
    'FROM openjdk:8\nFROM node:12-buster\nCOPY . .\n',
  ),
)
const trees = fc.dictionary(
  fc.tuple(folders, names).map((parts) => parts.join('')),
  texts,
  { maxKeys: 12, noNullPrototype: true },
)

const declarations = fc.oneof(
  texts,
  fc.constantFrom(
    'services: {a: {path: a, depends_on: [x]}}',
    'ignore: [a]',
    'services: {x: {path: b, type: nodejs}}',
    'services: {b: {path: ., type: python}, a: {ignore: true}}',
    'services: {redis: {path: a, type: golang, depends_on: [postgres]}}',
  ),
)

describe('any tree at all', () => {
  test('gives a topology whose parts agree, or an error with words', () => {
    fc.assert(
      fc.property(trees, fc.option(declarations), (files, declaration) => {
        const result = outcome(() => analyzeFiles(declaration === null ? files : { ...files, 'kyozo.yaml': declaration }))
        if (!Array.isArray(result)) expectAgreement(result as Topology)
      }),
      { numRuns: 1_000 },
    )
  })

  test('is the same whatever the order of its files', () => {
    fc.assert(
      fc.property(trees, (files) => {
        const tree = sourceTree(files)
        const reversed = { ...tree, entries: new Map([...tree.entries].reverse()), folders: new Map([...tree.folders].reverse()) }
        expect(outcome(() => analyze(reversed))).toEqual(outcome(() => analyze(tree)))
      }),
      { numRuns: 500 },
    )
  })
})

function expectAgreement({ services, backing, startOrder }: Topology): void {
  const names = services.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect([...startOrder].sort()).toEqual([...names].sort())
  const targets = new Set([...names, ...backing.map(({ name }) => name)])
  expect(targets.size).toBe(names.length + backing.length)
  for (const service of services) {
    expect(service.name).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
    expect(service.confidence >= 0.5 && service.confidence <= 1).toBe(true)
    for (const dependency of service.dependsOn) expect(targets.has(dependency.service)).toBe(true)
    for (const { path } of service.evidence) expect(path).not.toBe('')
  }
}

function outcome(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    if (error instanceof KyozoError) return [error.code, error.message]
    throw error
  }
}
