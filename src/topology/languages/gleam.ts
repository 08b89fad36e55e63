// Gleam projects on Erlang; those that are compiled to JavaScript for browsers are no services.
import { joinPath, resolvePath } from '../paths.ts'
import { dataAt, stringAt } from '../reading/data.ts'
import type { SourceLanguage } from '../reading/source.ts'
import { apart } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import { normalizeVersion } from '../versions.ts'
import type { Framework, Language, Project } from './language.ts'
import { existing, placeOf } from './manifest.ts'
import { readAs, statedIn } from './stated.ts'

const frameworks: readonly Framework[] = [
  { name: 'wisp', packages: ['wisp', 'wisp_mist'], port: 8000 },
  { name: 'glen', packages: ['glen'], port: 8000 },
  { name: 'mist', packages: ['mist'], port: 4000 },
  { name: 'ewe', packages: ['ewe'], port: 8080 },
  { name: 'elli', packages: ['gleam_elli'], port: 3000 },
  { name: 'cowboy', packages: ['gleam_cowboy'], port: 3000 },
  { name: 'lustre', packages: ['lustre'], kind: 'tool' },
  { name: 'glint', packages: ['glint', 'argv'], kind: 'tool' },
]

const source: SourceLanguage = {
  comments: /^[ \t]{0,200}\/\/.*$/gm,
  listens: [/\bmist\.(?:start_http|start_https|start|serve)\b/g, /\b(?:elli|cowboy|ewe|glisten)\.(?:become|start|serve)\b/g],
  ports: [
    /\bmist\.port\s{0,4}\(\s{0,4}(\d{2,5})/g,
    /\b(?:port|on_port)\s{0,4}[(:=]\s{0,4}(\d{2,5})/g,
    /\bget_env\w{0,10}\s{0,4}\(\s{0,4}"PORT"[^\n]{0,60}?(\d{2,5})/g,
    /\b(?:elli|cowboy)\.(?:become|start)\s{0,4}\([^\n]{0,60}?\bon_port:\s{0,4}(\d{2,5})/g,
  ],
  loops: [/\bprocess\.sleep_forever\s{0,4}\(/g, /\bactor\.start\s{0,4}\(/g],
  environment: [
    {
      pattern: /(?<must>let assert Ok\(\w{1,40}\)\s{0,4}=\s{0,20})?\b(?:envoy|os)\.get(?:_env)?\s{0,4}\(\s{0,8}"(?<name>[A-Z_][A-Z0-9_]{0,63})"\s{0,4}\)(?:[^\n]{0,20}\bunwrap\s{0,4}\(\s{0,4}"(?<fallback>[^"\n]{0,200})")?/g,
      isRequired: (match) => match.groups?.must !== undefined && match.groups?.fallback === undefined,
    },
  ],
  imports: /^import[ \t]{1,4}([a-z][\w/]{0,100})/gm,
  resolve: (module, fromFile) => {
    const at = fromFile.indexOf('src/')
    return at < 0 ? [] : [`${fromFile.slice(0, at)}src/${module}.gleam`]
  },
} // biome-ignore format: a table

export const gleam: Language = {
  type: 'gleam',
  title: 'Gleam',
  marks: ['gleam.toml'],
  readProject,
  source,
  frameworks,
  packageOf: (module) => module.split('/', 1)[0] ?? module,
  port: 8080,
  start: () => './build/erlang-shipment/entrypoint.sh run',
  build: () => 'gleam export erlang-shipment',
}

/** A package of the same repository. */
function pathIn(value: unknown, folder: Folder): string[] {
  const reference = stringAt(value, 'path')
  const target = reference === undefined ? undefined : resolvePath(folder.path, reference)
  return target === undefined ? [] : [target]
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const file = repository.read.toml(joinPath(folder.path, 'gleam.toml'))
  if (file === undefined) return undefined
  const name = stringAt(file.data, 'name')
  const [entry] = name === undefined ? [] : existing([`src/${name}.gleam`], folder, repository)
  const text = entry === undefined ? undefined : repository.read.text(entry)
  const hasMain = text === undefined ? entry !== undefined : /^pub fn main\b/m.test(text)
  const wanted = Object.entries(dataAt(file.data, 'dependencies')).slice(0, 200)
  const isPublished = Object.hasOwn(file.data, 'licences')
  return {
    name,
    manifest: placeOf(file, 'name', name === undefined ? 'gleam.toml' : `package ${name}`),
    ...apart({ version: readAs(statedIn(file, /^gleam\s{0,4}=\s{0,4}["']([^"'\n]{1,60})/m), (range) => normalizeVersion(range, 2)) }),
    packageManager: 'gleam',
    dependencies: new Map(wanted.map(([key]) => [key, placeOf(file, key, `${key} in dependencies`)])),
    versions: new Map(wanted.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []))),
    reads: wanted.flatMap(([, value]) => pathIn(value, folder)),
    entries: hasMain && entry !== undefined ? [entry] : [],
    signs: [
      ...(hasMain ? [] : [{ ...placeOf(file, 'name', 'has no main function'), weight: -0.9, role: 'library' as const }]),
      ...(hasMain && isPublished
        ? [{ ...placeOf(file, 'licences', 'is published as a package'), weight: -0.3, role: 'library' as const }]
        : []),
      ...(stringAt(file.data, 'target') === 'javascript'
        ? [{ ...placeOf(file, 'target', 'is compiled to JavaScript'), weight: -0.6, role: 'asset' as const }]
        : []),
    ],
  }
}
