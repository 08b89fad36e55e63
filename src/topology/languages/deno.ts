// Deno projects: a configuration, or a file that uses Deno's own names.

import type { Sign } from '../claim.ts'
import { nodeSource } from '../nodejs/source.ts'
import { ancestorsOf, joinPath, parentOf, printable, resolvePath } from '../paths.ts'
import { type Data, dataAt, field, stringAt } from '../reading/data.ts'
import { lineAt } from '../reading/lines.ts'
import type { SourceLanguage } from '../reading/source.ts'
import { apart, type Said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { normalizeVersion } from '../versions.ts'
import { type DenoConfig, readDenoConfig } from './deno-config.ts'
import type { Framework, Language, Program, Project } from './language.ts'
import { readAs, statedIn } from './stated.ts'

const frameworks: readonly Framework[] = [
  { name: 'fresh', packages: ['fresh', '$fresh', '@fresh/core'], port: 8000 },
  { name: 'lume', packages: ['lume'], port: 3000 },
  { name: 'aleph', packages: ['aleph'], port: 3000 },
  { name: 'ultra', packages: ['ultra'], port: 8000 },
  { name: 'danet', packages: ['danet', '@danet/core'], port: 3000 },
  { name: 'oak', packages: ['oak', '@oak/oak'], port: 8000 },
  { name: 'hono', packages: ['hono', '@hono/hono'], port: 8000 },
  { name: 'opine', packages: ['opine'], port: 3000 },
  { name: 'abc', packages: ['abc'], port: 8080 },
  { name: 'drash', packages: ['drash'], port: 1447 },
  { name: 'pogo', packages: ['pogo'], port: 3000 },
  { name: 'astro', packages: ['astro', '@deno/astro-adapter', '@astrojs/deno'], port: 8085 },
  { name: 'express', packages: ['express'], port: 3000 },
  { name: 'fastify', packages: ['fastify'], port: 3000 },
  { name: 'koa', packages: ['koa'], port: 3000 },
  { name: 'grammy', packages: ['grammy'], kind: 'worker' },
  { name: 'discordeno', packages: ['discordeno', '@discordeno/bot'], kind: 'worker' },
]

const source: SourceLanguage = {
  ...nodeSource,
  listens: [
    /\bDeno\.(?:serve|listen|listenTls|serveHttp)\s{0,4}\(/g,
    /\bexport\s{1,4}default\s{1,4}\{\s{0,20}(?:async\s{1,4})?fetch\b/g,
    /\.listen\s{0,4}\(/g,
    /\b(?:serve|listenAndServe|serveTls|createServer)\s{0,4}\(/g,
    /\bawait\s{1,4}start\s{0,4}\(\s{0,4}manifest\b/g,
  ],
  ports: [/\bDeno\.env\.get\s{0,4}\(\s{0,4}['"]PORT['"]\s{0,4}\)\s{0,4}(?:\|\||\?\?)\s{0,4}['"]?(\d{2,5})\b/g, ...nodeSource.ports],
  loops: [/\bDeno\.cron\s{0,4}\(/g, /\.listenQueue\s{0,4}\(/g, ...nodeSource.loops],
  environment: [
    ...nodeSource.environment,
    {
      pattern:
        /\bDeno\.env\.get\s{0,4}\(\s{0,4}['"](?<name>[A-Z_][A-Z0-9_]{0,63})['"]\s{0,4}\)(?<bang>!)?(?:\s{0,8}(?:\|\||\?\?)\s{0,8}['"`]?(?<fallback>(?<=['"`])[^'"`\n$]{0,200}(?=['"`])|\d{1,9}\b))?/g,
      isRequired: (match) => match.groups?.bang === '!',
    },
  ],
  resolve: (module, fromFile) => {
    const path = module.startsWith('.') ? resolvePath(parentOf(fromFile), module) : undefined
    return path === undefined ? [] : [path]
  },
}

/** Files that a program begins in, best first. */
const entryNames = ['main', 'server', 'index', 'app', 'mod', 'src/main', 'src/server', 'src/index', 'src/app', 'src/mod', 'bot']
const endings = ['.ts', '.tsx', '.js', '.mjs', '.jsx']

/** What only Deno understands. */
const denoWords = /\bDeno\.\w|\bfrom\s{1,4}["'](?:https:\/\/(?:deno\.land|esm\.sh|jsr\.io)\/|jsr:|npm:)|\bimport\s{1,4}["'](?:https:\/\/deno\.land\/|jsr:)|^\/\/\/ <reference lib="deno/m // biome-ignore format: a pattern

export const deno: Language = {
  type: 'deno',
  title: 'Deno',
  marks: ['deno.json', 'deno.jsonc', 'deno.lock', 'main.ts', 'server.ts', 'mod.ts', 'index.ts', 'app.ts', 'main.tsx', 'main.js', 'server.js', 'mod.js'],
  readProject,
  source,
  frameworks,
  packageOf,
  port: 8000,
  start: startOf,
  build: ({ folder, repository }) => (stringAt(readDenoConfig(folder.path, repository)?.data, 'tasks', 'build') === undefined ? undefined : 'deno task build'),
} // biome-ignore format: a list of file names

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const config = readDenoConfig(folder.path, repository)
  const entries = findEntries(folder, config, repository)
  const word = wordOf(entries[0], repository)
  const lock = folder.files.has('deno.lock')
  if (config === undefined && !lock && word === undefined) return undefined
  // A Node package may pin its tools with Deno; without a word of Deno's in its program it stays Node's.
  if (config === undefined && word === undefined && folder.files.has('package.json')) return undefined
  if (config === undefined && !lock && isPartOfOther(folder.path, repository)) return undefined
  const manifest =
    config?.at('tasks', 'deno.json') ?? (lock ? { path: joinPath(folder.path, 'deno.lock'), line: 1, fact: 'deno.lock' } : undefined)
  return {
    manifest,
    name: stringAt(config?.data, 'name')?.split('/').at(-1),
    ...apart({ version: findVersion(folder, repository) }),
    packageManager: 'deno',
    dependencies: importsOf(config, folder, repository),
    entries,
    signs: [...(word ? [{ ...word, weight: 0.35 }] : []), ...taskSigns(config), ...objections(config, folder, entries)],
  }
}

/** A file without a configuration beside it, below a project of Deno's or Node's, is a part of that one. */
function isPartOfOther(path: string, repository: Repository): boolean {
  return ancestorsOf(path).some((above) => {
    const files = repository.folders.get(above)?.files
    return files !== undefined && ['deno.json', 'deno.jsonc', 'package.json'].some((name) => files.has(name))
  })
}

/** What the tasks run, else `exports`, else the usual names. */
function findEntries(folder: Folder, config: DenoConfig | undefined, repository: Repository): string[] {
  const tasks = ['start', 'serve', 'prod', 'production', 'preview', 'dev'].map((name) => taskOf(config, name) ?? '')
  const named = tasks.flatMap((task) => task.match(/[\w@./-]{1,200}\.[mc]?[jt]sx?\b/g) ?? [])
  const main = entryNames.flatMap((name) => endings.map((ending) => name + ending))
  const files = [...named.filter((name) => !/(?:^|\/)dev\.tsx?$/.test(name)), ...main, ...named].map((name) =>
    resolvePath(folder.path, name),
  )
  const found = files.find((path) => path !== undefined && repository.tree.entries.has(path))
  return found === undefined ? [] : [found]
}

function taskOf(config: DenoConfig | undefined, name: string): string | undefined {
  return stringAt(config?.data, 'tasks', name) ?? stringAt(config?.data, 'tasks', name, 'command')
}

function wordOf(path: string | undefined, repository: Repository): Evidence | undefined {
  const text = path === undefined ? undefined : repository.read.text(path)?.slice(0, 65_536)
  const found = text === undefined ? null : denoWords.exec(text)
  if (path === undefined || text === undefined || found === null) return undefined
  return { path, line: lineAt(text, found.index), fact: 'uses what only Deno has' }
}

/** The imports of the configuration and of its import map, each by its own name and by its package's. */
function importsOf(config: DenoConfig | undefined, folder: Folder, repository: Repository): ReadonlyMap<string, Evidence> {
  const found = new Map<string, Evidence>()
  const add = (imports: Data, at: (key: string, fact: string) => Evidence) => {
    for (const [name, target] of Object.entries(imports).slice(0, importsLimit))
      for (const key of [name.replace(/\/$/, ''), ...(typeof target === 'string' ? [packageOf(target)] : [])])
        if (!found.has(key)) found.set(key, at(`imports/${name}`, `${printable(key)} in imports`))
  }
  if (config === undefined) return found
  add(dataAt(config.data, 'imports'), config.at)
  const map = resolvePath(folder.path, stringAt(config.data, 'importMap') ?? 'import_map.json')
  const file = map === undefined || !repository.tree.entries.has(map) ? undefined : repository.read.json(map)
  if (file !== undefined) add(dataAt(file.data, 'imports'), (key, fact) => ({ path: file.path, ...lineIn(file.line(key)), fact }))
  return found
}

/** Imports of one configuration that are looked at. */
const importsLimit = 500

function lineIn(line: number | undefined): { line?: number } {
  return line === undefined ? {} : { line }
}

/** `jsr:@oak/oak@17` → `@oak/oak`, `https://deno.land/x/oak@v12/mod.ts` → `oak`, `npm:express@4` → `express`. */
function packageOf(module: string): string {
  const registry = /^(?:npm|jsr):\/?(@[\w.-]{1,100}\/[\w.-]{1,100}|[\w.-]{1,100})/.exec(module)?.[1]
  const remote = /^https:\/\/(?:deno\.land\/x|esm\.sh|cdn\.skypack\.dev)\/(?:v\d{1,4}\/)?(@?[\w.-]{1,100})/.exec(module)?.[1]
  return (
    registry ??
    remote ??
    module
      .split('/')
      .slice(0, module.startsWith('@') ? 2 : 1)
      .join('/')
  )
}

function taskSigns(config: DenoConfig | undefined): Sign[] {
  const name = ['start', 'serve', 'prod', 'production'].find((task) => taskOf(config, task) !== undefined)
  if (config === undefined || name === undefined) return []
  return [{ ...config.at(`tasks/${name}`, `task ${name}: ${(taskOf(config, name) ?? '').slice(0, 80)}`), weight: 0.4 }]
}

function objections(config: DenoConfig | undefined, folder: Folder, entries: readonly string[]): Sign[] {
  if (config === undefined) return []
  const isLibrary =
    field(config.data, 'exports') !== undefined && field(config.data, 'name') !== undefined && taskSigns(config).length === 0
  const members = field(config.data, 'workspace') ?? field(config.data, 'workspaces')
  return [
    ...(isLibrary
      ? [{ ...config.at('exports', 'is published for others, with no task to start it'), weight: -0.5, role: 'library' as const }]
      : []),
    ...(members !== undefined && entries.length === 0
      ? [{ ...config.at('workspace', 'is the root of a workspace'), weight: -0.6, role: 'workspace_root' as const }]
      : []),
    ...(folder.files.has('package.json') && entries.length === 0 ? [{ ...config.at('tasks', 'only sets up tools'), weight: -0.4 }] : []),
  ]
}

/** A task that starts it without watching; else the entry with all permissions, as a container gives them. */
function startOf({ folder, repository, project, framework }: Program): string | undefined {
  const config = readDenoConfig(folder.path, repository)
  const task = ['start', 'serve', 'prod', 'production', 'preview'].find((name) => taskOf(config, name) !== undefined)
  if (task !== undefined && !/--watch\b/.test(taskOf(config, task) ?? '')) return `deno task ${task}`
  const [entry] = project.entries
  if (entry === undefined) return undefined
  const file = folder.path === '.' ? entry : entry.slice(folder.path.length + 1)
  return framework?.name === 'lume' ? 'deno task serve' : `deno run --allow-all ${file}`
}

function findVersion(folder: Folder, repository: Repository): Said<string> | undefined {
  for (const path of [folder.path, ...ancestorsOf(folder.path)]) {
    const has = (name: string) => repository.folders.get(path)?.files.has(name) === true
    for (const name of ['.deno-version', '.dvmrc', '.tool-versions']) {
      const file = { path: joinPath(path, name), text: (has(name) ? repository.read.text(joinPath(path, name)) : undefined) ?? '' }
      const stated = statedIn(file, name === '.tool-versions' ? /^deno[ \t]{1,8}([\w.]{1,20})/m : /^\s{0,8}(\S[^\n]{0,60})\s{0,8}$/)
      const version = readAs(stated, (text) => normalizeVersion(text))
      if (version !== undefined) return version
    }
  }
  return undefined
}
