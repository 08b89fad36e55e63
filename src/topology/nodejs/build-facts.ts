// What a package's build makes that its image has to know: a server that needs no packages, a client that is generated, an adapter to choose.
import type { Facts } from '../claim.ts'
import { joinPath } from '../paths.ts'
import { dataAt } from '../reading/data.ts'
import type { Folder, Repository } from '../repository.ts'
import { configTexts, type PackageKind } from './kind.ts'
import { startOfOutput } from './output-folder.ts'
import type { PackageJson } from './package-json.ts'

export interface BuildFacts {
  readonly facts: Facts
  /** How what the build makes starts, when the build says so. */
  readonly start?: string
  /** What has to run before the package's own build. */
  readonly before?: string
}

export interface BuildSource {
  readonly folder: Folder
  readonly repository: Repository
  readonly manifest: PackageJson
  readonly kind: PackageKind
  readonly runtime: 'nodejs' | 'bun'
  /** The text of the script that starts it; undefined when none does. */
  readonly start: string | undefined
}

export function findBuildFacts(source: BuildSource): BuildFacts {
  const { kind, manifest, folder, repository, runtime } = source
  const prisma = prismaFacts(source)
  const elsewhere = source.start === undefined ? startOfOutput(kind.server?.row.name, folder, repository) : undefined
  const isAuto =
    kind.server?.row.name === 'sveltekit' && configTexts(['svelte.config'], folder, repository).some((text) => /adapter-auto\b/.test(text))
  const isStandalone =
    runtime === 'nodejs' && manifest.dependencies.has('next') && startsNext(source.start) && saysStandalone(folder, repository)
  return {
    ...prisma,
    facts: {
      ...prisma.facts,
      ...(isAuto ? { adapter: 'auto' } : {}),
      ...(isStandalone ? { serverOutput: 'standalone' } : {}),
    },
    ...(isStandalone ? { start: standaloneStart } : {}),
    ...(elsewhere === undefined ? {} : { start: elsewhere }),
    ...(kind.server?.row.name === 'angular' && source.start === undefined ? angularStart(source) : {}),
  }
}

/** What Angular's build makes of the server's source: the script that Angular wrote for it, else where its builder puts it. */
function angularStart({ folder, manifest, repository }: BuildSource): Pick<BuildFacts, 'start'> {
  const script = [...manifest.scripts].find(([name]) => name === 'serve:ssr' || name.startsWith('serve:ssr:'))?.[1]
  if (script !== undefined && /^node\s[\w./ @-]{1,200}$/.test(script)) return { start: script }
  if (!folder.files.has('angular.json')) return {}
  const { data } = repository.read.json(joinPath(folder.path, 'angular.json')) ?? {}
  const [project] = Object.keys(dataAt(data, 'projects'))
  if (project === undefined || !/^[\w@./-]{1,100}$/.test(project)) return {}
  return { start: `node dist/${project}/server/${manifest.dependencies.has('@angular/ssr') ? 'server.mjs' : 'main.js'}` }
}

const standaloneStart = 'node .next/standalone/server.js'

function saysStandalone(folder: Folder, repository: Repository): boolean {
  return configTexts(['next.config'], folder, repository).some((text) => /\boutput\s{0,4}:\s{0,4}['"]standalone['"]/.test(text))
}

/** A script that does more than to start Next.js keeps its own way. */
function startsNext(text: string | undefined): boolean {
  return (
    text === undefined ||
    /^(?:NODE_ENV=production\s{1,4})?next\s{1,4}start\b[^&|;]{0,100}$/.test(text) ||
    /\bnode\s{1,4}(?:\.\/)?\.next\/standalone\/server\.js\s{0,4}$/.test(text)
  )
}

/** Prisma's client is code that is generated from the schema, by the package's own scripts or by nobody. */
function prismaFacts({ folder, manifest, repository }: BuildSource): BuildFacts {
  const has = (name: string) => manifest.dependencies.has(name) || manifest.devDependencies.has(name)
  if (!manifest.dependencies.has('@prisma/client') && !has('prisma')) return { facts: {} }
  const hasSchema =
    repository.tree.entries.has(joinPath(folder.path, 'prisma/schema.prisma')) ||
    repository.tree.folders.has(joinPath(folder.path, 'prisma/schema'))
  const built = ['build', 'prebuild'].some((name) => generates.test(manifest.scripts.get(name) ?? ''))
  const isAtInstall = /^(?:npx\s{1,4})?prisma\s{1,4}generate\b[^&|;]{0,100}$/.test(manifest.scripts.get('postinstall') ?? '')
  return {
    facts: { usesPrisma: true, ...(isAtInstall ? { generatesAtInstall: true } : {}) },
    ...(has('prisma') && hasSchema && !built ? { before: 'prisma generate' } : {}),
  }
}

const generates = /\bprisma\s{1,4}generate\b/
