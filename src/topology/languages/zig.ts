// Zig: what a build script adds, read as text.
import { joinPath, parentOf, resolvePath } from '../paths.ts'
import type { SourceLanguage } from '../reading/source.ts'
import { apart } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import type { Framework, Language, Project } from './language.ts'
import { existing, matchesIn, placeOf, readFile } from './manifest.ts'
import { statedIn } from './stated.ts'

const frameworks: readonly Framework[] = [
  { name: 'jetzig', packages: ['jetzig'], port: 8080 },
  { name: 'tokamak', packages: ['tokamak'], port: 8080 },
  { name: 'zap', packages: ['zap'], port: 3000 },
  { name: 'httpz', packages: ['httpz', 'http.zig'], port: 5882 },
  { name: 'zzz', packages: ['zzz'], port: 9862 },
  { name: 'apple_pie', packages: ['apple_pie'], port: 8080 },
  { name: 'zig-clap', packages: ['clap', 'zig-clap', 'yazap'], kind: 'tool' },
  { name: 'raylib', packages: ['raylib', 'raylib-zig', 'raylib_zig', 'mach', 'sokol', 'zglfw', 'SDL', 'sdl'], kind: 'tool' },
]

const source: SourceLanguage = {
  comments: /^[ \t]{0,200}\/\/.*$/gm,
  listens: [/\.listen\s{0,4}\(/g, /\bStreamServer\.init\s{0,4}\(|\bhttp\.Server\.init\s{0,4}\(|\b(?:posix|os)\.bind\s{0,4}\(|\bzap\.start\s{0,4}\(|\bserver\.(?:serve|run|accept)\s{0,4}\(/g],
  ports: [
    /\.port\s{0,4}=\s{0,4}(\d{2,5})\b/g,
    /\b(?:parseIp4?6?|resolveIp|init)\s{0,4}\(\s{0,4}(?:"[^"\n]{0,40}"|\.\{[^}\n]{0,40}\})\s{0,4},\s{0,4}(\d{2,5})\b/g,
    /\b\w{0,20}[pP](?:ort|ORT)\b[^=\n]{0,20}=\s{0,4}(\d{2,5})\b/g,
  ],
  loops: [/\bwhile\s{0,4}\(\s{0,4}true\s{0,4}\)/g],
  environment: [
    {
      pattern: /\b(?:getenv|getEnvVarOwned|get)\s{0,4}\(\s{0,4}(?:\w{1,30}\s{0,4},\s{0,4})?"(?<name>[A-Z_][A-Z0-9_]{1,63})"\s{0,4}\)(?:\s{0,4}orelse\s{0,4}(?:"(?<fallback>[^"\n]{0,200})"|(?<must>return|@panic|unreachable)))?(?<bang>\.\?)?/g,
      isRequired: (match) => match.groups?.must !== undefined || match.groups?.bang !== undefined,
    },
  ],
  imports: /@import\(\s{0,4}"([\w./-]{1,100})"\s{0,4}\)/g,
  resolve: (module, fromFile) => {
    const path = module.endsWith('.zig') ? resolvePath(parentOf(fromFile), module) : undefined
    return path === undefined ? [] : [path]
  },
} // biome-ignore format: a table

export const zig: Language = {
  type: 'zig',
  title: 'Zig',
  marks: ['build.zig', 'build.zig.zon'],
  readProject,
  source,
  frameworks,
  port: 8080,
  start: ({ project }) => (project.facts?.binary === undefined ? undefined : `./zig-out/bin/${String(project.facts.binary)}`),
  build: () => 'zig build -Doptimize=ReleaseSafe',
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const path = joinPath(folder.path, 'build.zig')
  const file = { path, text: (readFile('build.zig', folder, repository)?.text ?? '').replace(/^[ \t]{0,200}\/\/.*$/gm, '') }
  const zon = readFile('build.zig.zon', folder, repository)
  if (!folder.files.has('build.zig')) return undefined
  const isProgram = /\baddExecutable\s{0,4}\(/.test(file.text)
  const isLibrary = /\badd(?:StaticLibrary|SharedLibrary|Library)\s{0,4}\(|\baddModule\s{0,4}\(/.test(file.text)
  const name = /\baddExecutable\s{0,4}\(\s{0,20}(?:\.\{[^}]{0,200}?\.name\s{0,4}=\s{0,4})?"([\w.-]{1,80})"/.exec(file.text)?.[1]
  const stated = [...file.text.slice(file.text.indexOf('addExecutable')).matchAll(/(?:path|root_source_file)[^"\n]{0,40}"([\w./-]{1,100}\.zig)"/g)].map(([, entry]) => entry ?? '') // biome-ignore format: one step
  const entries = existing([...(isProgram ? stated.slice(0, 3) : []), 'src/main.zig', 'main.zig'], folder, repository)
  const dependencies = new Map<string, Evidence>()
  for (const { groups, line } of zon === undefined ? [] : matchesIn(zon, /^[ \t]{4,12}\.@?"?(?<name>[\w.-]{1,80})"?\s{0,4}=\s{0,4}\.\{/gm))
    if (zon !== undefined && groups.name !== 'dependencies')
      dependencies.set(groups.name ?? '', { path: zon.path, line, fact: `${groups.name} in dependencies` })
  return {
    name,
    manifest: placeOf(file, 'pub fn build', name === undefined ? 'build.zig' : `builds ${name}`),
    ...apart({ version: statedIn(zon, /\bminimum_zig_version\s{0,4}=\s{0,4}"(\d{1,2}\.\d{1,3})/) }),
    packageManager: 'zig',
    dependencies,
    entries: isProgram || file.text === '' ? entries : [],
    signs:
      isProgram || file.text === ''
        ? []
        : [{ ...placeOf(file, isLibrary ? 'add' : 'build', 'builds no program'), weight: -0.9, role: 'library' }],
    facts: name === undefined ? {} : { binary: name },
  }
}
