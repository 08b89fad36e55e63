// From decided folders to the services that will be listed: those that a compose file builds are joined or added, and kyozo.yaml corrects,
// adds and removes.
import { withoutCarried } from './carried.ts'
import { type Claim, isStack } from './claim.ts'
import { byPlace, type ComposeDraft, type Joined, joinComposeServices } from './compose/mapping/join-services.ts'
import { correctByDeclaration } from './declaration/correct.ts'
import type { DeclarationFile } from './declaration/declaration.ts'
import type { DeclaredService } from './declaration/schema.ts'
import { nameStatedFor } from './declared/names.ts'
import { type Nameable, nameServices, toLabel } from './naming.ts'
import { cleanPath } from './paths.ts'
import type { Repository } from './repository.ts'
import type { Candidate, Decision } from './weigh.ts'

export interface Draft extends Candidate {
  readonly name: string
  readonly compose?: ComposeDraft
  readonly declared?: DeclaredService
  /** What kyozo.yaml calls it. Default is its name. */
  readonly declaredAs?: string
}

export { composeFilesOf, folderOfBuild } from './compose/mapping/stacks.ts'
export type { ComposeDraft }

export interface DraftOptions {
  /** What to call a service at the root. Default is its manifest's name. */
  readonly rootName?: string
  /** What to call it when its manifest has no name either. Default is `app`. */
  readonly fallbackName?: string
}

export interface DraftInput {
  readonly decision: Decision
  readonly declared: DeclarationFile
  readonly repository: Repository
}

export function draftServices(input: DraftInput, options: DraftOptions): Draft[] {
  const found = withoutCarried(joinComposeServices(input.decision, input.repository), input.repository)
  const declaredPaths = pathsByName(input.declared)
  const names = nameServices(nameables(found, declaredPaths, { ...input, options }), new Set(declaredPaths.keys()))
  const named = [...names].map(([{ candidate }, name]): Draft => ({ ...candidate, name }))
  const corrected = correctByDeclaration(named, input)
  return corrected.sort(byPlace(corrected))
}

interface NameableCandidate extends Nameable {
  readonly candidate: Joined
}

/** The services that kyozo.yaml places at a path, by name. */
function pathsByName({ declaration }: DeclarationFile): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(declaration.services ?? {}).flatMap(([name, { path }]) =>
      path === undefined ? [] : [[toLabel(name), cleanPath(path)] as const],
    ),
  )
}

interface NamingContext {
  readonly decision: Decision
  readonly repository: Repository
  readonly options: DraftOptions
}

function nameables(
  found: readonly Joined[],
  declared: ReadonlyMap<string, string>,
  { decision, repository, options }: NamingContext,
): NameableCandidate[] {
  const open = new Map(declared)
  return found.map((candidate) => {
    const { path, claim, compose } = candidate
    const standsForMany = isStack(claim.type)
    const [declaredName] = standsForMany ? [] : ([...open].find(([, declaredPath]) => declaredPath === path) ?? [])
    if (declaredName !== undefined) open.delete(declaredName)
    const chosen = declaredName ?? compose?.service.name ?? (standsForMany ? undefined : nameStatedFor(path, repository))
    return {
      candidate,
      path,
      chosen,
      isReserved: declaredName !== undefined,
      rootName: options.rootName ?? (path === '.' ? nameOf(claim, decision, options.fallbackName) : undefined),
      isStack: standsForMany,
    }
  })
}

/** What the manifest of the winning claim calls it, else that of another: a Dockerfile has no name and the package beside it has. */
function nameOf({ type, spec }: Claim, { claims }: Decision, fallback: string | undefined): string | undefined {
  const beside = claims.get('.')?.find((other) => other.spec.name !== undefined)?.spec.name
  return spec.name ?? (type === 'containerized' || isStack(type) ? (beside ?? fallback) : (fallback ?? beside))
}
