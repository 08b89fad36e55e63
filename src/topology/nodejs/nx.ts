// Applications of an Nx workspace without a package.json of their own: their packages stand at the root, and project.json says what each is.
import type { Claim, Sign } from '../claim.ts'
import { findEnvironment } from '../environment.ts'
import { perRepository } from '../memo.ts'
import { ancestorsOf, baseName, joinPath, relativeTo } from '../paths.ts'
import { dataAt, field, isData, stringAt } from '../reading/data.ts'
import { scanSources } from '../reading/source.ts'
import { importsOf, saidPort, saidRoute, sourceSigns } from '../reading/source-signs.ts'
import { apart, said, usual } from '../reasons.ts'
import type { Repository } from '../repository.ts'
import { serverFrameworks } from './frameworks.ts'
import { nodeSource } from './source.ts'

interface Executor {
  readonly pattern: RegExp
  readonly kind: 'server' | 'site'
  readonly framework?: string
  readonly port?: number
}

/** What builds or serves an application; the first that matches tells what it is. */
const executors: readonly Executor[] = [
  { pattern: /\bnext:/, kind: 'server', framework: 'nextjs', port: 3000 },
  { pattern: /\bremix:/, kind: 'server', framework: 'remix', port: 3000 },
  { pattern: /\bnuxt:/, kind: 'server', framework: 'nuxt', port: 3000 },
  { pattern: /\bnest:/, kind: 'server', framework: 'nestjs', port: 3000 },
  { pattern: /\/(?:node|express|js|esbuild):(?!(?:swc|tsc)$)/, kind: 'server' },
  { pattern: /\bastro:/, kind: 'site', framework: 'astro' },
  { pattern: /\bdocusaurus:/, kind: 'site', framework: 'docusaurus' },
  { pattern: /\bgatsby:/, kind: 'site', framework: 'gatsby' },
  { pattern: /\bangular:|build-angular:|@angular\/build:/, kind: 'site', framework: 'angular' },
  { pattern: /\bvite:(?:build|dev-server)/, kind: 'site', framework: 'vite' },
  { pattern: /\/(?:web|webpack|rspack|react|rollup):/, kind: 'site', framework: 'webpack' },
] // biome-ignore format: a table

export interface NxApplication {
  readonly kind: 'server' | 'site'
  readonly name: string
  readonly framework?: string
  readonly port?: number
  /** Where the build's result lands, from the workspace's root. */
  readonly output: string
  readonly entries: readonly string[]
  readonly signs: readonly Sign[]
}

export const readNxApplication = perRepository((path: string, repository: Repository): NxApplication | undefined => {
  const folder = repository.folders.get(path)
  const root = ancestorsOf(path).find((above) => repository.folders.get(above)?.files.has('nx.json'))
  if (folder === undefined || root === undefined || !folder.files.has('project.json') || folder.files.has('package.json')) return undefined
  const file = repository.read.json(joinPath(path, 'project.json'))
  if (file === undefined || stringAt(file.data, 'projectType') !== 'application') return undefined
  const build = dataAt(file.data, 'targets', 'build')
  const named = ['build', 'serve'].map((target) => stringAt(file.data, 'targets', target, 'executor') ?? '')
  const row = executors.find(({ pattern }) => named.some((executor) => pattern.test(executor)))
  if (row === undefined) return undefined
  const name = stringAt(file.data, 'name') ?? baseName(path)
  const options = field(build, 'options')
  const isNode = isData(options) && options.target === 'node'
  const main = stringAt(options, 'main') ?? stringAt(options, 'entryFile')
  const entries = [main === undefined ? '' : joinPath(root, main), joinPath(path, 'src/main.ts'), joinPath(path, 'src/main.js')]
  const line = file.line('targets/build')
  return {
    kind: isNode ? 'server' : row.kind,
    name,
    ...(isNode || row.framework === undefined ? {} : { framework: row.framework }),
    ...(row.port === undefined ? {} : { port: row.port }),
    output: stringAt(options, 'outputPath') ?? `dist/${relativeTo(root, path)}`,
    entries: entries.filter((entry) => repository.tree.entries.has(entry)).slice(0, 1),
    signs: [
      { path: file.path, line: file.line('projectType') ?? 1, fact: 'an application of the Nx workspace', weight: 0.45 },
      {
        path: file.path,
        ...(line === undefined ? {} : { line }),
        fact: `built by ${named.find((executor) => row.pattern.test(executor))}`,
        weight: 0.35,
      },
    ],
  }
})

export function claimNxServer(application: NxApplication, path: string, repository: Repository): Claim {
  const folder = repository.folders.get(path) ?? { path, files: new Set<string>(), folders: new Set<string>() }
  const exists = (file: string) => repository.tree.entries.has(file)
  const source = scanSources(application.entries, { reader: repository.read, language: nodeSource, exists })
  const environment = findEnvironment(folder, source, repository)
  const imported = serverFrameworks.find(({ packages }) => packages.some((name) => source.imports.has(name)))
  const framework = application.framework ?? imported?.name
  const used =
    application.framework === undefined && imported
      ? [...source.imports].find(([name]) => imported.packages.includes(name))?.[1]
      : undefined
  const build = application.signs[1] ?? application.signs[0]
  const fact = 'what Nx builds of it'
  const port = application.port ?? imported?.port ?? (source.listens === undefined ? undefined : 3000)
  return {
    type: 'nodejs',
    hasManifest: true,
    signs: [...application.signs, ...sourceSigns(source, { loops: 0.25 })],
    spec: {
      ...apart({
        framework: said(framework, used ?? build),
        start: usual(framework === 'nextjs' ? `next start ${application.output}` : `node ${application.output}/main.js`, build, fact),
        buildCommand: usual(`nx build ${application.name}`, build, fact),
        port:
          saidPort(source, repository.read) ?? usual(port, source.listens ?? used ?? build, `the usual port of ${framework ?? 'Node.js'}`),
        health: saidRoute(source, repository.read),
      }),
      environment: environment.environment,
    },
    dependencies: [],
    imports: importsOf(source, (module) =>
      module
        .split('/')
        .slice(0, module.startsWith('@') ? 2 : 1)
        .join('/'),
    ),
    addresses: environment.addresses,
    reads: source.files,
  }
}
