import type { Claim, ClaimedSpec, Detector, Sign } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { findEnvironment } from '../environment.ts'
import { goFrameworks, goToolPackages } from '../golang/frameworks.ts'
import {
  findGoWork,
  findMain,
  findModule,
  followPackages,
  type GoClosure,
  type GoModule,
  goFiles,
  mainFoldersOf,
} from '../golang/module.ts'
import { goSource } from '../golang/source.ts'
import { goPackagesLimit } from '../limits.ts'
import { baseName, isWithin, joinPath, parentOf, relativeTo } from '../paths.ts'
import { findProcess, portInCommand } from '../procfile.ts'
import { defined } from '../reading/data.ts'
import { type SourceFacts, scanSources } from '../reading/source.ts'
import { emptyClaim, importsOf, sourceSigns } from '../reading/source-signs.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'

export const golang: Detector = {
  type: 'golang',
  title: 'Go',
  marks: ['go.mod', '*.go'],
  claim(folder, repository): Claim | undefined {
    const module = findModule(folder.path, repository)
    const main = module === undefined ? folder : programOf(folder, module, repository)
    if (main === undefined) return module?.folder === folder.path ? moduleClaim(module, repository) : undefined
    const declared = findMain(main, repository)
    if (declared === undefined) return undefined
    const facts = gather({ folder, main, module, declared }, repository)
    return {
      type: 'golang',
      hasManifest: module !== undefined,
      signs: signsOf(facts, repository),
      spec: specOf(facts),
      dependencies: [...(module?.requires ?? [])].map(([name, evidence]) => ({ name, evidence })),
      imports: importsOf(facts.source, (name) => name),
      addresses: facts.environment.addresses,
      reads: facts.closure && module ? readsOf(folder, facts.closure, moduleFiles(module, facts.closure, repository)) : [],
    }
  },
}

interface Program {
  readonly folder: Folder
  readonly main: Folder
  readonly module: GoModule | undefined
  readonly declared: Evidence
}

type GoFacts = ReturnType<typeof gather>

function gather(program: Program, repository: Repository) {
  const { folder, main, module } = program
  const closure = module && followPackages(main, module, repository)
  const files = (closure?.files ?? goFiles(main)).slice(0, goPackagesLimit)
  const source = scanSources(files, { reader: repository.read, language: goSource, exists: () => false })
  return {
    ...program,
    closure,
    source,
    framework: goFrameworks.find(({ module: name }) => findImport(name, source) !== undefined),
    process: findProcess(folder, repository),
    environment: findEnvironment(folder, source, repository),
  }
}

function signsOf({ folder, module, declared, source, framework, process }: GoFacts, repository: Repository): Sign[] {
  const isServer = source.listens !== undefined || framework !== undefined
  const tool = isServer ? undefined : goToolPackages.map((name) => findImport(name, source)).find((found) => found !== undefined)
  return [
    ...(module ? [{ path: module.path, line: 1, fact: `module ${module.name}`, weight: 0.2 }] : []),
    { ...declared, weight: 0.25 },
    ...(process ? [{ ...process.evidence, weight: 0.6 }] : []),
    ...(framework
      ? [{ path: declared.path, ...findImport(framework.module, source), fact: `imports ${framework.module}`, weight: 0.3 }]
      : []),
    ...sourceSigns(source, { loops: 0.35 }),
    ...(tool ? [{ ...tool, weight: -0.4, role: 'tooling' as const }] : []),
    ...(isServer || source.loops || process
      ? []
      : [{ ...declared, fact: 'neither listens nor keeps running', weight: -0.3, role: 'tooling' as const }]),
    ...dockerfileSigns('golang', findDockerfile(folder, repository)),
  ]
}

function specOf({ main, module, source, framework, process, environment }: GoFacts): ClaimedSpec {
  const isServer = source.listens !== undefined || framework !== undefined
  return defined({
    framework: framework?.name,
    version: module?.version,
    packageManager: 'go',
    start: process?.command,
    port: isServer ? (portInCommand(process?.command) ?? source.port?.value ?? framework?.port ?? 8080) : undefined,
    health: source.health && { kind: 'http' as const, path: source.health.value },
    environment: environment.environment,
    facts: programFacts(main, module),
  })
}

/** The program that a folder stands for: its own, or, for a module's folder, the only one in cmd/. Then cmd/'s folder stands for none. */
function programOf(folder: Folder, module: GoModule, repository: Repository): Folder | undefined {
  const mains = mainFoldersOf(module.folder, repository)
  const [only] = mains
  const isLoneCommand = mains.length === 1 && only !== undefined && only.path.startsWith(joinPath(module.folder, 'cmd/'))
  if (isLoneCommand) return folder.path === module.folder ? only : undefined
  return mains.find(({ path }) => path === folder.path)
}

/** A module's folder without a program of its own: the home of several programs, or a library. */
function moduleClaim(module: GoModule, repository: Repository): Claim {
  const hasPrograms = mainFoldersOf(module.folder, repository).length > 0
  const fact = hasPrograms ? 'holds the programs of a module' : 'has no program'
  const sign = {
    path: module.path,
    line: 1,
    fact: `module ${module.name} ${fact}`,
    weight: -0.9,
    role: hasPrograms ? ('workspace_root' as const) : ('library' as const),
  }
  return emptyClaim('golang', [sign])
}

/** What a template needs to compile: the module's folder and the package in it. */
function programFacts(main: Folder, module: GoModule | undefined): Record<string, string> {
  if (module === undefined) return { mainPackage: '.' }
  const mainPackage = relativeTo(module.folder, main.path)
  return {
    moduleFolder: module.folder,
    mainPackage: main.path === module.folder ? '.' : `./${mainPackage}`,
    binary: baseName(main.path === '.' ? module.name : main.path),
  }
}

/** Packages as folders; of a package whose folder holds the service's own, only the files. */
function readsOf(folder: Folder, closure: GoClosure, manifests: readonly string[]): string[] {
  const isAround = (path: string) => isWithin(folder.path, path)
  const packages = closure.packages.filter((path) => !isAround(path))
  const files = closure.files.filter((path) => parentOf(path) !== folder.path && isAround(parentOf(path)))
  return [...packages, ...files, ...manifests].filter((path) => !isWithin(path, folder.path))
}

/** The manifests of every module that it is compiled from, and the workspace that joins them. */
function moduleFiles(module: GoModule, closure: GoClosure, repository: Repository): string[] {
  const homes = new Set([module.folder, ...closure.packages.flatMap((path) => findModule(path, repository)?.folder ?? [])])
  const work = findGoWork(module.folder, repository)
  const manifests = [...homes].flatMap((home) => ['go.mod', 'go.sum'].map((name) => joinPath(home, name)))
  return [...manifests, ...(work === undefined ? [] : [work, `${work}.sum`])].filter((path) => repository.tree.entries.has(path))
}

function findImport(module: string, source: SourceFacts): Evidence | undefined {
  return [...source.imports].find(([name]) => name === module || name.startsWith(`${module}/`))?.[1]
}
