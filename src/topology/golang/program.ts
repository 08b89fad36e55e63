// Everything known of one Go program: what it is compiled from, what its source says and what it is built on.

import { goPackagesLimit } from '../limits.ts'
import { perRepository } from '../memo.ts'
import { baseName, parentOf } from '../paths.ts'
import { type SourceFacts, scanSources } from '../reading/source.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { type GoFramework, goFrameworks, goPluginPackages, goRemotePackages, goScreenPackages, goToolPackages } from './frameworks.ts'
import { findMain } from './mains.ts'
import { findModule, followPackages, type GoClosure, type GoModule } from './module.ts'
import { goSource } from './source.ts'

export interface GoProgram {
  /** The folder of its main package. */
  readonly main: Folder
  readonly module: GoModule | undefined
  readonly declared: Evidence
  readonly closure: GoClosure
  readonly source: SourceFacts
  readonly framework: { readonly framework: GoFramework; readonly evidence: Evidence } | undefined
  readonly isServer: boolean
  /** Whether it stays: it listens, or waits for work. */
  readonly keepsRunning: boolean
  /** A package that only programs for people's hands import, when it does not listen. */
  readonly tool: Evidence | undefined
  readonly plugin: Evidence | undefined
  /** A package that draws on a terminal, when nobody is let in from outside. */
  readonly screen: Evidence | undefined
}

/** The program whose main package is the folder, or undefined when it is none. */
export function readGoProgram(main: Folder, repository: Repository): GoProgram | undefined {
  return readProgram(main.path, repository)
}

const readProgram = perRepository((path: string, repository: Repository): GoProgram | undefined => {
  const main = repository.folders.get(path)
  const declared = main && findMain(main, repository)
  if (main === undefined || declared === undefined) return undefined
  const module = findModule(path, repository)
  const closure = followPackages(main, module, repository)
  const files = likeliest(
    closure.files.filter((file) => !forTests.test(file)),
    path,
  )
  const source = ownLoops(scanSources(files, { reader: repository.read, language: goSource, exists: () => false }), path)
  const framework = findFramework(source, repository)
  const plugin = firstImport(goPluginPackages, source)
  const isServer =
    plugin === undefined && (source.listens !== undefined || (framework !== undefined && framework.framework.kind !== 'worker'))
  const isWorker = framework?.framework.kind === 'worker'
  return {
    main,
    module,
    declared,
    closure,
    source,
    framework,
    isServer,
    keepsRunning: isServer || isWorker || source.loops !== undefined,
    tool: isServer || isWorker ? undefined : firstImport(goToolPackages, source),
    plugin,
    screen: framework !== undefined || firstImport(goRemotePackages, source) ? undefined : findScreen(source, module),
  }
})

/** Files that only tests run, though they are compiled with the rest. */
const forTests = /(?:tester|testing|testutils?|testhelpers?|_mock|\/mock_\w{1,60})\.go$/

/** Names of files in which programs say where they listen and what they read. */
const tellingNames =
  /^(?:main|server?|serve|listen\w{0,10}|https?|web|api|app|run|start|routes?r?s?|config\w{0,10}|conf|opts|options|flags|env\w{0,10}|utils?|const\w{0,6}|net)\.go$/

/** Of more files than are scanned those of the main package and those called like it come first. */
function likeliest(files: readonly string[], main: string): readonly string[] {
  if (files.length <= goPackagesLimit) return files
  const rank = (path: string) => (parentOf(path) === main ? 0 : tellingNames.test(baseName(path)) ? 1 : 2)
  return files
    .map((path) => ({ path, rank: rank(path) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, goPackagesLimit)
    .map(({ path }) => path)
}

/** A bare loop in a package that the program imports parses something; only its own shows that it stays. */
function ownLoops(source: SourceFacts, main: string): SourceFacts {
  const { loops } = source
  if (loops === undefined || parentOf(loops.path) === main || !/: for\b/.test(loops.fact)) return source
  return { ...source, loops: undefined }
}

function findFramework(source: SourceFacts, repository: Repository): GoProgram['framework'] {
  const calls = (pattern: RegExp) => source.files.some((path) => pattern.test(repository.read.text(path) ?? ''))
  for (const framework of goFrameworks) {
    if (framework.call !== undefined && (source.listens === undefined || !calls(framework.call))) continue
    const evidence = firstImport(framework.modules, source)
    if (evidence !== undefined) return { framework, evidence: { ...evidence, fact: `imports ${framework.modules[0]}` } }
  }
  return undefined
}

/** What the program imports; of one that listens and waits nowhere that was read, what its module needs says as much. */
function findScreen(source: SourceFacts, module: GoModule | undefined): Evidence | undefined {
  const imported = firstImport(goScreenPackages, source)
  if (imported !== undefined || source.listens !== undefined || source.loops !== undefined) return imported
  return [...(module?.requires ?? [])].find(([name]) => isOf(goScreenPackages, name))?.[1]
}

function firstImport(modules: readonly string[], source: SourceFacts): Evidence | undefined {
  return [...source.imports].find(([name]) => isOf(modules, name))?.[1]
}

function isOf(modules: readonly string[], name: string): boolean {
  return modules.some((module) => name === module || name.startsWith(`${module}/`))
}
