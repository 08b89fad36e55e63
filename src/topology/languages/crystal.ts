// Crystal shards: programs by their targets, libraries without any.
import { sourceScanLimit } from '../limits.ts'
import { joinPath, parentOf, resolvePath } from '../paths.ts'
import { dataAt, stringAt } from '../reading/data.ts'
import type { SourceLanguage } from '../reading/source.ts'
import { apart } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import { normalizeVersion } from '../versions.ts'
import type { Framework, Language, Project } from './language.ts'
import { existing, placeOf, readFile } from './manifest.ts'
import { readAs, statedUnder } from './stated.ts'

const frameworks: readonly Framework[] = [
  { name: 'lucky', packages: ['lucky'], port: 5000 },
  { name: 'amber', packages: ['amber'], port: 3000 },
  { name: 'marten', packages: ['marten'], port: 8000 },
  { name: 'kemal', packages: ['kemal'], port: 3000 },
  { name: 'athena', packages: ['athena'], port: 3000 },
  { name: 'spider-gazelle', packages: ['action-controller', 'spider-gazelle'], port: 3000 },
  { name: 'grip', packages: ['grip'], port: 3000 },
  { name: 'raze', packages: ['raze', 'router_cr', 'router'], port: 3000 },
  { name: 'orion', packages: ['orion'], port: 4000 },
  { name: 'mosquito', packages: ['mosquito', 'sidekiq'], kind: 'worker' },
  { name: 'discordcr', packages: ['discordcr', 'tourmaline'], kind: 'worker' },
  { name: 'admiral', packages: ['admiral', 'clim', 'cling', 'commander'], kind: 'tool' },
] // biome-ignore format: a table

const source: SourceLanguage = {
  comments: /^[ \t]{0,200}#.*$/gm,
  listens: [
    /\bHTTP::Server\.new\b|\bTCPServer\.new\b|\bKemal\.run\b|\bserver\.(?:listen|bind_tcp)\b/g,
    /\b(?:Lucky::Server|AppServer|Amber::Server|Grip::Application|ATH|Athena::Framework)\.(?:new|start|run)\b|\bMarten\.start\b/g,
  ],
  ports: [
    /\bENV(?:\.fetch\s{0,4}\(\s{0,4}|\[)"(?:\w{1,20}_)?PORT"\]?\??\s{0,4}(?:,|\|\||\)\s{0,4}\{)\s{0,4}"?(\d{2,5})\b/g,
    /\bKemal\.(?:run\s{0,4}\(?\s{0,4}|config\.port\s{0,4}=\s{0,4})(\d{2,5})\b/g,
    /\b(?:bind_tcp|listen)\s{0,4}\(?\s{0,4}(?:"[^"\n]{0,40}"\s{0,4},\s{0,4})?(\d{2,5})\b/g,
    /\bport\s{0,4}[=:]\s{0,4}"?(\d{2,5})\b/g,
  ],
  loops: [/^\s{0,20}loop\s{1,4}do\b/gm, /^\s{0,20}while\s{1,4}true\b/gm, /^sleep\s{0,4}$/gm],
  environment: [
    {
      pattern: /\bENV\[\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"\s{0,4}\](?<maybe>\?(?:\s{0,4}\|\|\s{0,8}"(?<fallback>[^"\n]{0,200})")?)?/g,
      isRequired: (match) => match.groups?.maybe === undefined,
    },
    {
      pattern: /\bENV\.fetch\s{0,4}\(\s{0,8}"(?<name>[A-Z_][A-Z0-9_]{0,63})"(?:\s{0,4},\s{0,8}"(?<fallback>[^"\n]{0,200})")?/g,
      isRequired: (match) => match.groups?.fallback === undefined,
    },
  ],
  imports: /^[ \t]{0,8}require[ \t]{1,4}"([\w./*-]{1,100})"/gm,
  resolve: (module, fromFile) => {
    const path = module.startsWith('.') ? resolvePath(parentOf(fromFile), module) : undefined
    return path === undefined ? [] : [`${path}.cr`, `${path}/${path.slice(path.lastIndexOf('/') + 1)}.cr`]
  },
} // biome-ignore format: a table

export const crystal: Language = {
  type: 'crystal',
  title: 'Crystal',
  marks: ['shard.yml'],
  readProject,
  source,
  frameworks,
  packageOf: (module) => module.split('/', 1)[0] ?? module,
  port: 3000,
  start: ({ project }) => (project.facts?.binary === undefined ? undefined : `./bin/${String(project.facts.binary)}`),
  build: ({ project, folder }) => {
    const locked = folder.files.has('shard.lock') ? ' --production' : ''
    const target =
      project.facts?.hasTargets === true
        ? ''
        : ` && mkdir -p bin && crystal build --release --static --no-debug ${String(project.facts?.main)} -o bin/${String(project.facts?.binary)}`
    return target === '' ? `shards build --release --static --no-debug${locked}` : `shards install${locked}${target}`
  },
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const path = joinPath(folder.path, 'shard.yml')
  const yaml = repository.read.yaml(path)
  const text = readFile('shard.yml', folder, repository)?.text
  if (yaml?.data === undefined || text === undefined) return undefined
  const { data } = yaml
  const file = { path, text }
  const name = stringAt(data, 'name')
  const targets = Object.entries(dataAt(data, 'targets')).flatMap(([target, value]) => {
    const main = stringAt(value, 'main')
    return main === undefined ? [] : [{ target, main }]
  })
  const server =
    targets.find(({ target }) => /server|web|api|app/.test(target)) ?? targets.find(({ target }) => target === name) ?? targets[0]
  const wanted = Object.entries(dataAt(data, 'dependencies')).slice(0, 200)
  const usual = [
    'src/server.cr',
    'src/start_server.cr',
    'src/app.cr',
    'src/main.cr',
    `src/${name ?? 'main'}.cr`,
    'app.cr',
    'server.cr',
    'main.cr',
  ]
  const entries = existing(server === undefined ? usual : [server.main.replace(/^\.\//, ''), ...usual], folder, repository)
  const serves = frameworks.some(
    ({ packages, kind }) => kind !== 'tool' && packages.some((item) => Object.hasOwn(dataAt(data, 'dependencies'), item)),
  )
  const isLibrary =
    targets.length === 0 && !serves && entries.every((entry) => entry.endsWith(`/${name}.cr`)) && !runs(entries[0], repository)
  return {
    name,
    manifest: placeOf(file, 'name:', name === undefined ? 'shard.yml' : `shard ${name}`),
    ...apart({
      version: readAs(statedUnder({ ...file, yaml }, ['crystal']), (range) => normalizeVersion(/\d{1,2}\.\d{1,3}/.exec(range)?.[0], 2)),
    }),
    packageManager: 'shards',
    dependencies: new Map(wanted.map(([key]) => [key, placeOf(file, `${key}:`, `${key} in dependencies`)])),
    versions: new Map(
      wanted.flatMap(([key, value]) =>
        stringAt(value, 'version') === undefined ? [] : [[key, stringAt(value, 'version') ?? ''] as const],
      ),
    ),
    entries: isLibrary ? [] : entries,
    signs: isLibrary ? [{ ...placeOf(file, 'name:', 'builds no program'), weight: -0.8, role: 'library' }] : [],
    facts: {
      ...(targets.length > 0 ? { hasTargets: true } : {}),
      binary: server?.target ?? name ?? 'app',
      ...(entries[0] === undefined ? {} : { main: entries[0] }),
    },
  }
}

/** A library only defines; a program also does something on its own. */
function runs(entry: string | undefined, repository: Repository): boolean {
  const text = entry === undefined ? undefined : repository.read.text(entry)?.slice(0, sourceScanLimit)
  return text !== undefined && /^(?:puts|print|loop|spawn|server\.\w{1,20}|[A-Z][\w:]{0,60}\.(?:run|start|listen)\b)/m.test(text)
}
