// One draft as a ServiceSpec.
import { buildOf, dockerfileFor, isMounted } from './build-spec.ts'
import { evidenceOf, isStack } from './claim.ts'
import { dataFileFact } from './data-file.ts'
import { checkDeclared } from './declaration/check.ts'
import type { DeclarationFile } from './declaration/declaration.ts'
import type { Statement } from './declared/statement.ts'
import { statementsAbout } from './declared/statements.ts'
import { dockerfileReads } from './dockerfiles.ts'
import { platformVariables } from './environment.ts'
import { frameworkVariables } from './framework-variables.ts'
import type { Known } from './known.ts'
import { readProcesses } from './procfile.ts'
import { defined } from './reading/data.ts'
import { mappedVariables } from './relations/configuration/mapped-variables.ts'
import type { Packages } from './relations/packages.ts'
import { findReads } from './relations/reads.ts'
import type { Repository } from './repository.ts'
import { valuesOf } from './service-values.ts'
import type { Draft } from './services.ts'
import type { EnvironmentVariable, ServiceSpec } from './topology.ts'

export interface SpecifyContext {
  readonly repository: Repository
  readonly packages: Packages
  readonly declared: DeclarationFile
}

/** A service without its dependencies, which need every service's name. */
export type Undependent = Omit<ServiceSpec, 'dependsOn'>

export function specifyService(draft: Draft, { repository, packages, declared: file }: SpecifyContext): Undependent {
  const { claim, declared, compose, path } = draft
  const folder = repository.folders.get(path) ?? { path, files: new Set<string>(), folders: new Set<string>() }
  const statements = isStack(claim.type) ? [] : statementsAbout(path, repository)
  const dockerfile = dockerfileFor(draft, { folder, statements, repository })
  const reads = findReads(draft, { repository, packages })
  const build = buildOf(draft, { folder, dockerfile, statements, reads, repository })
  if (repository.tree.wanted.size === 0) checkDeclared(draft, { build, declared: file, repository })
  const isServed = build.kind === 'image' && isMounted(draft)
  const environment = environmentOf(draft, { statements, repository })
  const known: Known = {
    draft,
    environment,
    statements,
    processes: readProcesses(folder, repository).filter(({ isOfHost }) => isOfHost !== true),
    isServed,
    // The image that a pipeline publishes under the folder's name is made by the Dockerfile that lies there.
    dockerfile: build.kind === 'dockerfile' || (build.kind === 'image' && compose !== undefined && !isServed) ? dockerfile : undefined,
    declared: file,
    repository,
  }
  return {
    name: draft.name,
    path,
    type: claim.type,
    confidence: draft.confidence,
    build,
    environment,
    alternatives: draft.alternatives,
    evidence: evidenceOf(claim.signs),
    reads: build.kind === 'dockerfile' && dockerfile !== undefined ? unique(dockerfileReads(folder, dockerfile, build)) : reads.paths,
    facts: { ...claim.spec.facts, ...dataFileFact(claim.addresses) },
    ...valuesOf(known),
    ...defined({
      declared: declared && { key: draft.declaredAs ?? draft.name, says: declared },
      domains: declared?.domains,
      ignore: Array.isArray(declared?.ignore) ? declared.ignore : undefined,
      compose: compose && { file: compose.file, service: compose.service.name },
    }),
  }
}

/** A name that several know takes its value from the most believed of them. */
function environmentOf(
  { claim, declared, compose, path }: Draft,
  { statements, repository }: { statements: readonly Statement[]; repository: Repository },
): EnvironmentVariable[] {
  const known = [...(claim.spec.environment ?? []), ...frameworkVariables(path, claim, repository)]
  const variables = new Map(known.map((variable) => [variable.name, variable]))
  for (const variable of mappedIn(path, claim, repository))
    if (variables.get(variable.name)?.value === undefined) variables.set(variable.name, variable)
  const stated = [...statements].reverse().flatMap(({ environment = [] }) => environment)
  for (const variable of stated)
    if (!platformVariables.has(variable.name)) variables.set(variable.name, withKnownValue(variable, variables.get(variable.name)))
  for (const { name, value, isOpen = value === '' } of compose?.service.environment ?? [])
    variables.set(name, { name, required: isOpen, ...(isOpen ? {} : { value }) })
  for (const [name, value] of Object.entries(declared?.env ?? {})) {
    if (value === null) variables.set(name, { name, required: true })
    else if (typeof value === 'object') variables.set(name, { name, required: value.required })
    else variables.set(name, { name, required: false, value: String(value) })
  }
  return [...variables.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What object mappers read; a stack's own programs say it themselves. */
function mappedIn(path: string, { type }: Draft['claim'], repository: Repository): EnvironmentVariable[] {
  const folder = repository.folders.get(path)
  return folder === undefined || isStack(type) ? [] : mappedVariables(folder, repository)
}

/** A declaration that only asks for a variable leaves the default that somebody else states. */
function withKnownValue(variable: EnvironmentVariable, known: EnvironmentVariable | undefined): EnvironmentVariable {
  if (variable.value !== undefined || known === undefined) return variable
  if (known.made !== undefined) return known
  return known.value === undefined ? variable : { ...variable, required: false, value: known.value }
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort()
}
