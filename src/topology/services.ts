// From decided folders to the services that will be listed: those that a compose file builds are joined or added, and kyozo.yaml corrects,
// adds and removes.
import { withoutCarried } from './carried.ts'
import { type Claim, confidence, isStack } from './claim.ts'
import { byPlace, type ComposeDraft, type Joined, joinComposeServices } from './compose/mapping/join-services.ts'
import type { DeclarationFile } from './declaration/declaration.ts'
import type { DeclaredService } from './declaration/schema.ts'
import { nameStatedFor } from './declared/names.ts'
import { type Nameable, nameServices } from './naming.ts'
import { emptyClaim } from './reading/source-signs.ts'
import type { Repository } from './repository.ts'
import type { ServiceType } from './topology.ts'
import type { Candidate, Decision } from './weigh.ts'

export interface Draft extends Candidate {
  readonly name: string
  readonly compose?: ComposeDraft
  readonly declared?: DeclaredService
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
      path === undefined ? [] : [[name, cleanPath(path)] as const],
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

/** Names are settled already: a service that kyozo.yaml places at a path has its name, so only the name is looked up. */
function correctByDeclaration(drafts: readonly Draft[], input: DraftInput): Draft[] {
  let corrected = [...drafts]
  for (const [name, service] of Object.entries(input.declared.declaration.services ?? {})) {
    const index = corrected.findIndex((draft) => draft.name === name)
    if (service.ignore === true) corrected = corrected.filter((_, position) => position !== index)
    else if (index >= 0) corrected[index] = correct(corrected[index] as Draft, { name, service, input })
    // A service may still be missing only because the texts that tell of it are.
    else if (input.repository.tree.wanted.size === 0) corrected.push(addDeclared(name, service, input))
  }
  return corrected
}

interface Correction {
  readonly name: string
  readonly service: DeclaredService
  readonly input: DraftInput
}

function correct(draft: Draft, { name, service, input }: Correction): Draft {
  const sign = { ...input.declared.at(['services', name], `declared in kyozo.yaml`), weight: 1 }
  const claims = input.decision.claims.get(draft.path) ?? []
  const claim = service.type === undefined || service.type === draft.claim.type ? draft.claim : claimOfType(service.type, claims)
  const signs = [...claim.signs.filter(({ weight }) => weight > 0), sign]
  return { ...draft, name, claim: { ...claim, signs }, confidence: confidence(signs), declared: service }
}

function addDeclared(name: string, service: DeclaredService, input: DraftInput): Draft {
  const { declared, decision, repository } = input
  const at = ['services', name] as const
  const isImage = service.build?.image !== undefined
  const path = service.path === undefined ? undefined : cleanPath(service.path)
  if (path === undefined && !isImage) return declared.refuse(at, `services.${name} is not a service that was found; give it a path`)
  if (path !== undefined && !repository.tree.folders.has(path) && path !== '.') {
    return declared.refuse([...at, 'path'], `services.${name}.path: ${JSON.stringify(path)} is not a folder of the repository`)
  }
  const claims = (path === undefined ? [] : (decision.claims.get(path) ?? [])).filter(({ type }) => !isStack(type))
  const strongest = claims.find(({ signs }) => signs.some(({ weight }) => weight > 0))
  const canBuild = isImage || service.build?.dockerfile !== undefined || service.build?.template !== undefined
  const type = service.type ?? strongest?.type ?? (canBuild ? 'containerized' : undefined)
  if (type === undefined) return declared.refuse(at, `services.${name}: nothing in ${path} says what it is; give it a type or a build`)
  const blank: Draft = { name, path: path ?? '.', confidence: 1, alternatives: [], claim: claimOfType(type, claims) }
  return correct(blank, { name, service, input })
}

function claimOfType(type: ServiceType, claims: readonly Claim[]): Claim {
  const known = claims.find((claim) => claim.type === type)
  return known ?? emptyClaim(type)
}

function cleanPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return parts.length === 0 ? '.' : parts.join('/')
}
