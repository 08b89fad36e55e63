// How the image of a service comes to be: what is declared, else its Dockerfile, else a template.

import type { Statement } from './declared/statement.ts'
import { saidBy } from './declared/statements.ts'
import { developmentDockerfile, isForWorking } from './development.ts'
import { dockerfileBuild, findDockerfile } from './dockerfiles.ts'
import { installCommandOf } from './install.ts'
import { cleanPath, commonFolder, isWithin, joinPath } from './paths.ts'
import { believed } from './precedence.ts'
import { defined } from './reading/data.ts'
import type { DockerfileFacts } from './reading/dockerfile.ts'
import type { Reads } from './relations/reads.ts'
import type { Folder, Repository } from './repository.ts'
import type { Draft } from './services.ts'
import type { BuildSpec } from './topology.ts'

export interface BuildInput {
  readonly folder: Folder
  readonly dockerfile: DockerfileFacts | undefined
  readonly statements: readonly Statement[]
  readonly reads: Reads
  readonly repository: Repository
}

export function buildOf(
  { declared, compose, claim, path }: Draft,
  { folder, dockerfile, statements, reads, repository }: BuildInput,
): BuildSpec {
  const said = declared?.build
  if (claim.type === 'compose_stack') return { kind: 'compose', file: String(claim.spec.facts?.composeFile ?? '') }
  if (claim.type === 'kubernetes') return { kind: 'manifests', file: String(claim.spec.facts?.manifest ?? path) }
  if (said?.image !== undefined) return { kind: 'image', image: said.image }
  const composed = compose?.service.build
  const saidContext = cleaned(said?.context)
  const options = defined({
    target: targetOf({ declared, compose }, statements) ?? dockerfile?.target,
    args: said?.args ?? nonEmpty(composed?.args),
  })
  const named = cleaned(said?.dockerfile)
  const image = said === undefined ? imageOf({ compose, claim, path }, repository) : undefined
  if (image !== undefined) return { kind: 'image', image }
  if (said?.template === undefined && (named !== undefined || dockerfile !== undefined)) {
    const guess = dockerfile === undefined ? { context: path } : dockerfileBuild(folder, dockerfile, repository)
    const context = saidContext ?? composed?.context ?? ('context' in guess ? guess.context : path)
    return { kind: 'dockerfile', dockerfile: named ?? dockerfile?.path ?? '', context, ...options }
  }
  return { kind: 'template', template: said?.template ?? claim.type, context: saidContext ?? commonFolder([path, ...reads.paths]) }
}

/** A published image that a compose file runs, unless sources are mounted into it that want installing or compiling first. */
function imageOf({ compose, claim, path }: Pick<Draft, 'compose' | 'claim' | 'path'>, repository: Repository): string | undefined {
  if (compose === undefined || compose.service.build !== undefined) return undefined
  const isRaw =
    claim.spec.buildCommand !== undefined ||
    installCommandOf({ type: claim.type, path, hasManifest: claim.hasManifest }, repository) !== undefined
  return isRaw && isMounted({ compose, path }) ? undefined : compose.service.image
}

/** Whether the compose service has the folder mounted into it, or a part of it. */
export function isMounted({ compose, path }: Pick<Draft, 'compose' | 'path'>): boolean {
  return compose?.service.mounts.some((mount) => isWithin(path, mount.path) || isWithin(mount.path, path)) === true
}

function targetOf({ declared, compose }: Pick<Draft, 'declared' | 'compose'>, statements: readonly Statement[]): string | undefined {
  return believed({
    ...saidBy(statements, ({ target }) => target),
    declaration: declared?.build?.target,
    compose: compose?.service.build?.target,
  })?.value
}

export interface DockerfileInput {
  readonly folder: Folder
  readonly statements: readonly Statement[]
  readonly repository: Repository
}

/** The Dockerfile that builds a service, read as far as the stage that is built. */
export function dockerfileFor(draft: Draft, { folder, statements, repository }: DockerfileInput): DockerfileFacts | undefined {
  const { declared, compose, path } = draft
  const named = believed({
    ...saidBy(statements, (statement) => (isWorkbench(statement, folder, repository) ? undefined : statement.dockerfile)),
    declaration: cleaned(declared?.build?.dockerfile),
    compose: composeDockerfile(compose),
  })?.value
  if (named !== undefined && repository.tree.entries.has(named)) return repository.read.dockerfile(named, targetOf(draft, statements))
  return declared?.build?.template === undefined || path === undefined ? findDockerfile(folder, repository) : undefined
}

/** What programs start that build and run again with every change: their image may be one to work in. */
const liveSources: ReadonlySet<Statement['source']> = new Set(['skaffold', 'tilt', 'okteto', 'devspace'])

/** Whether such a program builds for working on the folder, which has a Dockerfile of its own to serve with. */
function isWorkbench({ source, dockerfile }: Statement, folder: Folder, repository: Repository): boolean {
  if (dockerfile === undefined || !liveSources.has(source)) return false
  const own = findDockerfile(folder, repository)
  if (own === undefined || own.path === dockerfile || isForWorking(own.command?.text)) return false
  return developmentDockerfile(dockerfile) !== undefined || isForWorking(repository.read.dockerfile(dockerfile)?.command?.text)
}

function composeDockerfile(compose: Draft['compose']): string | undefined {
  const build = compose?.service.build
  return build === undefined ? undefined : joinPath(build.context, (build.dockerfile ?? 'Dockerfile').replace(/^\.\//, ''))
}

function nonEmpty<T extends object>(value: T | undefined): T | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value
}

function cleaned(path: string | undefined): string | undefined {
  return path === undefined ? undefined : cleanPath(path)
}
