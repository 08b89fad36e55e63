import type { Claim, Detector } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { findEnvironment } from '../environment.ts'
import { goFrameworks, goToolPackages } from '../golang/frameworks.ts'
import { findMain, findModule, followPackages, type GoClosure, type GoModule, goFiles, mainFoldersOf } from '../golang/module.ts'
import { goSource } from '../golang/source.ts'
import { goPackagesLimit } from '../limits.ts'
import { baseName, isWithin, joinPath, parentOf, relativeTo } from '../paths.ts'
import { findProcess, portInCommand } from '../procfile.ts'
import { defined } from '../reading/data.ts'
import { type SourceFacts, scanSources } from '../reading/source.ts'
import type { Folder, Repository } from '../repository.ts'

export const golang: Detector = {
  type: 'golang',
  title: 'Go',
  marks: ['go.mod', 'main.go'],
  claim(folder, repository): Claim | undefined {
    const module = findModule(folder.path, repository)
    const main = module === undefined ? folder : programOf(folder, module, repository)
    if (main === undefined) return module?.folder === folder.path ? libraryClaim(module) : undefined
    const declared = findMain(main, repository)
    if (declared === undefined) return undefined
    const closure = module && followPackages(main, module, repository)
    const files = (closure?.files ?? goFiles(main)).slice(0, goPackagesLimit)
    const source = scanSources(files, { reader: repository.read, language: goSource, exists: () => false })
    const framework = goFrameworks.find(({ module: name }) =>
      [...source.imports.keys()].some((imported) => imported === name || imported.startsWith(`${name}/`)),
    )
    const process = findProcess(folder, repository)
    const facts = findEnvironment(folder, source, repository)
    const isServer = source.listens !== undefined || framework !== undefined
    return {
      type: 'golang',
      hasManifest: module !== undefined,
      signs: [
        ...(module ? [{ path: module.path, line: 1, fact: `module ${module.name}`, weight: 0.2 }] : []),
        { ...declared, weight: 0.25 },
        ...(process ? [{ ...process.evidence, weight: 0.6 }] : []),
        ...(framework ? [{ ...importOf(framework.module, source), weight: 0.3 }] : []),
        ...(source.listens ? [{ ...source.listens, weight: 0.5 }] : []),
        ...(source.loops ? [{ ...source.loops, weight: 0.35 }] : []),
        ...(source.health
          ? [{ path: source.health.path, line: source.health.line, fact: `health route ${source.health.value}`, weight: 0.2 }]
          : []),
        ...goToolPackages.flatMap((name) =>
          source.imports.has(name) && !isServer ? [{ ...importOf(name, source), weight: -0.4, role: 'tooling' as const }] : [],
        ),
        ...dockerfileSigns('golang', findDockerfile(folder, repository)),
      ],
      spec: defined({
        framework: framework?.name,
        version: module?.version,
        packageManager: 'go',
        start: process?.command,
        port: isServer ? (portInCommand(process?.command) ?? source.port?.value ?? framework?.port ?? 8080) : undefined,
        health: source.health && { kind: 'http' as const, path: source.health.value },
        environment: facts.environment,
        facts: programFacts(main, module),
      }),
      dependencies: module ? [...module.requires].map(([name, evidence]) => ({ name, evidence })) : [],
      imports: [...source.imports].map(([name, evidence]) => ({ name, evidence })),
      addresses: facts.addresses,
      reads: closure && module ? readsOf(folder, closure, moduleFiles(module, repository)) : [],
    }
  },
}

/** The program that a folder stands for: its own, or, for a module's folder, the only one in cmd/. Then cmd/'s folder stands for none. */
function programOf(folder: Folder, module: GoModule, repository: Repository): Folder | undefined {
  const mains = mainFoldersOf(module.folder, repository)
  const [only] = mains
  const isLoneCommand = mains.length === 1 && only !== undefined && only.path.startsWith(joinPath(module.folder, 'cmd/'))
  if (isLoneCommand) return folder.path === module.folder ? only : undefined
  return mains.find(({ path }) => path === folder.path)
}

function libraryClaim(module: GoModule): Claim {
  const fact = { path: module.path, line: 1, fact: `module ${module.name} without a program of its own` }
  return {
    type: 'golang',
    hasManifest: true,
    signs: [{ ...fact, weight: -0.9, role: 'library' }],
    spec: {},
    dependencies: [],
    imports: [],
    addresses: [],
    reads: [],
  }
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

function moduleFiles(module: GoModule, repository: Repository): string[] {
  return ['go.mod', 'go.sum'].map((name) => joinPath(module.folder, name)).filter((path) => repository.tree.entries.has(path))
}

function importOf(module: string, source: SourceFacts) {
  const found = [...source.imports].find(([name]) => name === module || name.startsWith(`${module}/`))
  return found?.[1] ?? { path: '', fact: module }
}
