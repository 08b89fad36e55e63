// Swift packages that run on servers; applications for Apple's devices are Xcode projects or depend on its frameworks.
import { sourceScanLimit } from '../limits.ts'
import { joinPath } from '../paths.ts'
import type { SourceLanguage } from '../reading/source.ts'
import { apart, type Said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence, HealthSpec } from '../topology.ts'
import type { Framework, Language, Project } from './language.ts'
import { existing, filesIn, matchesIn, placeOf, readFile, type TextFile } from './manifest.ts'
import { readAs, statedIn } from './stated.ts'

const frameworks: readonly Framework[] = [
  { name: 'vapor', packages: ['vapor'], port: 8080 },
  { name: 'hummingbird', packages: ['hummingbird'], port: 8080 },
  { name: 'kitura', packages: ['kitura'], port: 8080 },
  { name: 'perfect', packages: ['perfect-httpserver'], port: 8181 },
  { name: 'smoke', packages: ['smoke-framework'], port: 8080 },
  { name: 'swifter', packages: ['swifter'], port: 8080 },
  { name: 'flyingfox', packages: ['flyingfox'], port: 8080 },
  { name: 'grpc', packages: ['grpc-swift', 'grpc-swift-2', 'grpc-swift-nio-transport'], port: 50051 },
  { name: 'swift-nio', packages: ['swift-nio'], port: 8080 },
  { name: 'lambda', packages: ['swift-aws-lambda-runtime'], kind: 'worker' },
  { name: 'publish', packages: ['publish', 'saga', 'ignite'], kind: 'tool' },
  { name: 'argument-parser', packages: ['swift-argument-parser', 'swiftcli'], kind: 'tool' },
] // biome-ignore format: a table

const source: SourceLanguage = {
  comments: /^[ \t]{0,200}(?:\/\/|\/?\*).*$/gm,
  listens: [
    /\bApplication\.make\s{0,4}\(|\bApplication\s{0,4}\(\s{0,4}(?:env|\.detect|router:)|\bapp\.(?:run|execute|runService|start)\s{0,4}\(/g,
    /\b(?:ServerBootstrap|HTTPServer|HttpServer|GRPCServer|Server\.insecure|HBApplication)\s{0,4}\(|\bKitura\.(?:run|addHTTPServer)\s{0,4}\(/g,
  ],
  ports: [
    /\benvironment\[\s{0,4}"PORT"\s{0,4}\][^\n]{0,60}?\?\?\s{0,4}"?(\d{2,5})\b/g,
    /\bEnvironment\.get\s{0,4}\(\s{0,4}"PORT"\s{0,4}\)[^\n]{0,60}?\?\?\s{0,4}"?(\d{2,5})\b/g,
    /\b(?:onPort|port)\s{0,4}[:=]\s{0,4}(\d{2,5})\b/g,
    /\.hostname\s{0,4}\(\s{0,4}"[^"\n]{0,60}"\s{0,4},\s{0,4}port:\s{0,4}(\d{2,5})/g,
    /\bport\s{0,4}:\s{0,4}Int\s{0,4}=\s{0,4}(\d{2,5})\b/g,
  ],
  loops: [/\bwhile\s{1,4}true\b/g, /\bRunLoop\.(?:main|current)\.run\b|\bdispatchMain\s{0,4}\(/g],
  environment: [
    {
      pattern: /\bEnvironment\.get\s{0,4}\(\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"\s{0,4}\)(?<bang>!)?(?:[^\n"]{0,40}\?\?\s{0,4}"(?<fallback>[^"\n]{0,200})")?/g,
      isRequired: (match) => match.groups?.bang !== undefined,
    },
    {
      pattern: /\benvironment\[\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"\s{0,4}\](?<bang>!)?(?:[^\n"]{0,40}\?\?\s{0,4}"(?<fallback>[^"\n]{0,200})")?/g,
      isRequired: (match) => match.groups?.bang !== undefined,
    },
  ],
  imports: /^(?:@\w{1,30}[ \t]{1,4})?import[ \t]{1,4}([A-Z]\w{0,80})/gm,
  resolve: () => [],
} // biome-ignore format: a table

/** Frameworks that exist only on Apple's devices. */
const appleOnly = new Set(['SwiftUI', 'UIKit', 'AppKit', 'Cocoa', 'WatchKit', 'ARKit', 'SpriteKit', 'RealityKit', 'WidgetKit'])

export const swift: Language = {
  type: 'swift',
  title: 'Swift',
  marks: ['Package.swift'],
  readProject,
  source,
  frameworks,
  packageOf: (module) => module.toLowerCase(),
  port: 8080,
  start: ({ project, framework }) => {
    if (project.facts?.binary === undefined) return undefined
    const serve = framework?.name === 'vapor' ? ' serve --env production --hostname 0.0.0.0' : ''
    return `./${String(project.facts.binary)}${serve}`
  },
  build: ({ project }) =>
    `swift build -c release --static-swift-stdlib${project.facts?.binary === undefined ? '' : ` --product ${String(project.facts.binary)}`}`,
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const file = readFile('Package.swift', folder, repository)
  const path = joinPath(folder.path, 'Package.swift')
  if (!folder.files.has('Package.swift')) return undefined
  const manifest = {
    path,
    text: (file?.text ?? '').replace(/^[ \t]{0,200}\/\/.*$/gm, (line) => (line.includes('swift-tools-version') ? line : '')),
  }
  const name = /\bPackage\s{0,4}\(\s{0,40}name:\s{0,4}"([^"\n]{1,100})"/.exec(manifest.text)?.[1]
  const targets = executablesIn(manifest, folder, repository)
  const entries = targets.flatMap(({ entries: files }) => files)
  const binary = /\.executable\s{0,4}\(\s{0,40}name:\s{0,4}"([^"\n]{1,100})"/.exec(manifest.text)?.[1] ?? targets[0]?.name
  const screens = entries.find((entry) => importsScreen(repository.read.text(entry)))
  return {
    name,
    manifest: placeOf(manifest, 'Package(', name === undefined ? 'Package.swift' : `package ${name}`),
    ...apart({ version: versionOf(manifest, folder, repository), health: healthIn(entries, repository) }),
    packageManager: 'swift',
    ...dependenciesIn(manifest),
    entries,
    signs: [
      ...(targets.length === 0 ? [{ ...placeOf(manifest, '.library', 'builds no program'), weight: -0.9, role: 'library' as const }] : []),
      ...(screens === undefined
        ? []
        : [{ path: screens, line: 1, fact: 'is an application with a screen', weight: -0.8, role: 'tooling' as const }]),
    ],
    facts: binary === undefined ? {} : { binary },
  }
}

/** Vapor writes routes without the slash in front. */
const ofApplication =
  /\b(?:app|routes)\.(?:get|on)\s{0,4}\(\s{0,4}(?:\.GET\s{0,4},\s{0,4})?"(healthz|livez|health|healthcheck|ready|ping|status)"\s{0,4}[,)]/

function healthIn(entries: readonly string[], repository: Repository): Said<HealthSpec> | undefined {
  const pattern = /\.(?:get|on)\s{0,4}\(\s{0,4}(?:\.GET\s{0,4},\s{0,4})?"(healthz|livez|health|healthcheck|ready|ping|status)"/
  for (const entry of entries) {
    const text = (repository.read.text(entry) ?? '').slice(0, sourceScanLimit)
    // What is grouped lies below the group's path.
    const isGrouped = /\.group(?:ed)?\s{0,4}\(/.test(text)
    const route = statedIn({ path: entry, text }, isGrouped ? ofApplication : pattern)
    if (route !== undefined) return readAs(route, (name) => ({ kind: 'http', path: `/${name}` }))
  }
  return undefined
}

function importsScreen(text: string | undefined): boolean {
  return [...(text ?? '').slice(0, 4000).matchAll(/^import[ \t]{1,4}(\w{1,40})/gm)].some(([, module]) => appleOnly.has(module ?? ''))
}

interface Target {
  readonly name: string
  readonly entries: readonly string[]
}

/** Targets that become programs: declared so, or with a main.swift, as packages did before 5.4. */
function executablesIn(manifest: TextFile, folder: Folder, repository: Repository): Target[] {
  const pattern = /\.(?<kind>executableTarget|target)\s{0,4}\(\s{0,40}name:\s{0,4}"(?<name>[^"\n]{1,100})"/g
  const targets = matchesIn(manifest, pattern).map(({ groups }) => ({ kind: groups.kind, name: groups.name ?? '' }))
  return targets.slice(0, 30).flatMap(({ kind, name }): Target[] => {
    const homes = [`Sources/${name}`, 'Sources', name].filter((home) => repository.folders.has(joinPath(folder.path, home)))
    const mains = homes.flatMap((home) =>
      existing([`${home}/main.swift`, `${home}/entrypoint.swift`, `${home}/App.swift`, `${home}/${name}.swift`], folder, repository),
    )
    const [home] = homes
    const others =
      home === undefined ? [] : filesIn(home, /^(?:configure|routes|Application\+build|Server|boot)\.swift$/, { folder, repository })
    const isProgram = kind === 'executableTarget' || mains.some((path) => path.endsWith('/main.swift'))
    return isProgram ? [{ name, entries: [...new Set([...mains, ...others])].slice(0, 6) }] : []
  })
}

function dependenciesIn(manifest: TextFile): Pick<Project, 'dependencies' | 'versions'> {
  const dependencies = new Map<string, Evidence>()
  const versions = new Map<string, string>()
  const pattern =
    /\.package\s{0,4}\([^)\n]{0,80}?url:\s{0,4}"[^"\n]{0,200}?\/(?<name>[\w.-]{1,80}?)(?:\.git)?\/?"(?:[^"\n)]{0,60}"(?<version>[\w.-]{1,40})")?/g
  for (const { groups, line } of matchesIn(manifest, pattern)) {
    const name = (groups.name ?? '').toLowerCase()
    dependencies.set(name, { path: manifest.path, line, fact: `${name} in dependencies` })
    if (groups.version !== undefined) versions.set(name, groups.version)
  }
  return { dependencies, versions }
}

function versionOf(manifest: TextFile, folder: Folder, repository: Repository): Said<string> | undefined {
  const pinned = statedIn(readFile('.swift-version', folder, repository), /^\s{0,8}(\d{1,2}\.\d{1,2})/)
  return pinned ?? statedIn(manifest, /swift-tools-version:\s{0,4}(\d{1,2}\.\d{1,2})/)
}
