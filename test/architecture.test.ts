// Who may import whom, one library in one folder, and no process started anywhere else: read from the source, said in sentences.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'

const src = path.join(import.meta.dirname, '../src')

/** What a room may import besides itself, types aside. `errors`, `ids`, `environment-names`, `steps` and `unless-aborted` are for everybody; a file at the top is a room of its own. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  ids: [],
  'environment-names': [],
  steps: [],
  'unless-aborted': [],
  end: [],
  breaker: [],
  gate: ['breaker', 'shares'],
  child: [],
  config: ['config-forges', 'config-values', 'disk'],
  'config-forges': ['config-values'],
  'config-values': [],
  log: [],
  'data-dir': [],
  disk: [],
  shares: [],
  templates: ['topology'],
  git: ['child', 'gate'],
  forge: ['gate'],
  topology: [],
  stack: ['topology'],
  reconcile: ['stack', 'topology'],
  review: ['reconcile', 'stack', 'topology'],
  release: [],
  engine: ['child', 'gate'],
  health: [],
  edge: [],
  secrets: [],
  store: ['child', 'release'],
  queue: [],
  watch: ['edge', 'health', 'pipeline', 'release', 'shares', 'store'],
  pipeline: ['disk', 'git', 'forge', 'topology', 'stack', 'reconcile', 'release', 'review', 'health', 'edge', 'secrets', 'store'],
  access: ['store'],
  api: ['access', 'forge', 'git', 'pipeline', 'release', 'secrets', 'stack', 'store', 'topology'],
  serving: ['backup', 'edge', 'end', 'forge', 'pipeline', 'queue', 'secrets', 'store', 'watch'],
  'open-engine': ['config', 'data-dir', 'disk', 'engine'],
  serve: [
    'access',
    'api',
    'backup',
    'config',
    'data-dir',
    'disk',
    'edge',
    'engine',
    'forge',
    'gate',
    'git',
    'log',
    'open-engine',
    'queue',
    'secrets',
    'serving',
    'store',
    'templates',
    'watch',
  ],
  backup: ['config', 'data-dir', 'git', 'secrets', 'store'],
  main: ['config', 'end', 'serve'],
  cli: [
    'backup',
    'child',
    'config',
    'engine',
    'forge',
    'git',
    'log',
    'reconcile',
    'review',
    'secrets',
    'serve',
    'stack',
    'store',
    'templates',
    'topology',
  ],
}

/** No I/O, no clock, no chance, no promise: decided on data alone. */
const pure = ['topology', 'stack', 'reconcile', 'review', 'release']
const pureForbidden = [
  /from node:(?!crypto|path)/,
  /\bDate\.now\(|new Date\(\)|performance\.now\(/,
  /Math\.random\(|randomBytes|randomUUID/,
  /\bprocess\.(env|argv|exit|cwd|stdout|stderr|pid|platform|on)\b/,
  /\basync\b|\bawait\b|new Promise\(/,
]

/** A line of code without what it quotes: tables of patterns speak of other languages' words. The module of an import stays. */
function withoutQuotes(line: string): string {
  return line
    .replace(/\bfrom '([^']+)'/g, 'from $1')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\\n$]|\\.)*`/g, "''")
    .replace(/(^\s*|[=(,:[|?]\s*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//g, '$1//')
}

/** A library is known to one room, so that replacing it touches one folder. */
const homes: Readonly<Record<string, readonly string[]>> = {
  'isomorphic-git': ['git'],
  'tar-stream': ['git', 'engine', 'backup'],
  dockerode: ['engine'],
  kysely: ['store'],
  pg: ['store'],
  'pg-boss': ['queue'],
  'node-cron': ['queue'],
  express: ['api'],
  'better-auth': ['access'],
  '@better-auth/api-key': ['access'],
  graphql: ['api'],
  'prom-client': ['api'],
  'graphql-yoga': ['api'],
  'rate-limiter-flexible': ['access'],
  'age-encryption': ['secrets'],
  helmet: ['api'],
  diff: ['review'],
  httpxy: ['edge'],
  pino: ['log'],
  commander: ['cli'],
  liquidjs: ['stack'],
  '@octokit/webhooks': ['forge'],
  cockatiel: ['gate'],
  '@grpc/grpc-js': ['health'],
  'pg-copy-streams': ['store'],
}

interface SourceFile {
  readonly name: string
  readonly room: string
  readonly text: string
  /** Imports whose values are used at run time, as they are written. */
  readonly imports: readonly string[]
}

const files: readonly SourceFile[] = await readSources()

async function readSources(): Promise<readonly SourceFile[]> {
  const names = (await readdir(src, { recursive: true })).filter((name) => name.endsWith('.ts')).sort()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(path.join(src, name), 'utf8')
      const imports = [...text.matchAll(/^(?:import|export) (?!type )(?:[^;]*?from )?'([^']+)'/gm)]
        .filter(([statement]) => !isTypeOnly(statement))
        .map(([, from]) => from!)
      return { name, room: roomOf(name), text, imports }
    }),
  )
}

/** `import { type A, type B } from …` is gone at run time. */
function isTypeOnly(statement: string): boolean {
  const names = /\{([^}]*)\}/.exec(statement)?.[1]
  return names?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false
}

function roomOf(name: string): string {
  return name.split('/')[0]!.replace(/\.ts$/, '')
}

/** Outside src/ there is only package.json, which the command line reads its version from. */
function importedRooms(file: SourceFile): string[] {
  const inside = file.imports.filter((from) => from.startsWith('.'))
  return inside
    .map((from) => roomOf(path.relative(src, path.resolve(src, path.dirname(file.name), from))))
    .filter((room) => room !== file.room && room !== '..')
}

it('has a room for every file', () => {
  expect([...new Set(files.map((file) => file.room))].filter((room) => rooms[room] === undefined)).toEqual([])
})

const everybodys = ['errors', 'ids', 'environment-names', 'steps', 'unless-aborted']

it('imports only what its room may import', () => {
  const broken = files.flatMap((file) =>
    importedRooms(file)
      .filter((room) => !everybodys.includes(room) && !rooms[file.room]?.includes(room))
      .filter((room) => !isDataOnly(file, room))
      .map((room) => `${file.name} may not import ${room}`),
  )
  expect([...new Set(broken)]).toEqual([])
})

/** git/source-tree.ts, tree-node.ts and diff-trees.ts are data and pure functions on it; the pure rooms read them. */
function isDataOnly(file: SourceFile, room: string): boolean {
  const from = file.imports.filter((name) => name.includes(`/${room}/`))
  return room === 'git' && from.every((name) => /source-tree\.ts$|tree-node\.ts$|diff-trees\.ts$/.test(name))
}

it.each(pure)('keeps %s/ free of I/O, clocks, chance and promises', (room) => {
  const broken = files
    .filter((file) => file.room === room)
    .flatMap((file) =>
      withoutComments(file.text).flatMap((line, at) =>
        pureForbidden.some((pattern) => pattern.test(withoutQuotes(line))) ? [`${file.name}:${at + 1} ${line.trim()}`] : [],
      ),
    )
  expect(broken).toEqual([])
})

it('knows each big library in one folder', () => {
  const broken = files.flatMap((file) =>
    Object.entries(homes).flatMap(([library, allowed]) => {
      const isUsed = file.imports.some((from) => from === library || from.startsWith(`${library}/`))
      return isUsed && !allowed.includes(file.room) ? [`${file.name} may not import ${library}: that belongs to ${allowed.join(', ')}`] : []
    }),
  )
  expect(broken).toEqual([])
})

it('starts processes in one module only, and never through a shell', () => {
  const starters = files.filter((file) => /from 'node:child_process'|from 'child_process'/.test(file.text)).map((file) => file.name)
  expect(starters).toEqual(['child.ts'])
  expect(files.filter((file) => /shell:\s*true|\bexecSync?\(/.test(file.text) && file.name === 'child.ts')).toEqual([])
})

it('asks the database in store/ only, where the team check lives', () => {
  const askers = files
    .filter((file) => file.room !== 'store' && /\.(selectFrom|insertInto|updateTable|deleteFrom)\(/.test(file.text))
    .map((file) => file.name)
  expect(askers).toEqual([])
})

it('keeps files and functions at a size that can be read', () => {
  const long = files
    .filter((file) => file.text.split('\n').length > 260)
    .map((file) => `${file.name}: ${file.text.split('\n').length} lines`)
  expect(long).toEqual([])
})

function withoutComments(text: string): string[] {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .split('\n')
    .map((line) => line.replace(/(^|\s)\/\/.*$/, ''))
}
