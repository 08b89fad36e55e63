// What a claim cannot know by itself: who imports the folder, what lies around it, and what the other detectors say about it.
import { type Claim, confidence, confidenceThreshold, isAmong, isStack, type Sign, type StatedAddress } from './claim.ts'
import { commandLineSigns } from './command-line.ts'
import type { Statement } from './declared/statement.ts'
import { statementsAbout } from './declared/statements.ts'
import { explainsDockerfile, findDockerfile } from './dockerfiles.ts'
import { appFolderAround, ruleForFolder } from './folder-names.ts'
import { claimsFor } from './marks.ts'
import { carriedSigns, commandIn, isOfOtherLanguage } from './neighbours.ts'
import { findOnlyProgram } from './only-program.ts'
import { ancestorsOf, baseName } from './paths.ts'
import { templateSigns } from './placeholders.ts'
import type { DockerfileFacts } from './reading/dockerfile.ts'
import { emptyClaim } from './reading/source-signs.ts'
import type { Packages } from './relations/packages.ts'
import type { Folder, Repository } from './repository.ts'
import { roleOf } from './roles.ts'
import type { EnvironmentVariable, FolderRole, ServiceSpec } from './topology.ts'

/** A folder that is a service, with the claim that won. */
export interface Candidate {
  readonly path: string
  readonly claim: Claim
  readonly confidence: number
  readonly alternatives: ServiceSpec['alternatives']
}

export interface Decision {
  readonly candidates: readonly Candidate[]
  /** Folders that were claimed but are no service. */
  readonly roles: readonly FolderRole[]
  /** Every claim by folder with its weighed signs, the strongest first, so that a declaration can pick one that lost. */
  readonly claims: ReadonlyMap<string, readonly Claim[]>
}

/** Asks the detectors about every folder, parents first, and decides by evidence. */
export function decideFolders(repository: Repository, packages: Packages): Decision {
  const candidates: Candidate[] = []
  const roles: FolderRole[] = []
  const claims = new Map<string, readonly Claim[]>()
  const services = new Map<string, Candidate>()
  const libraries = new Map<string, Library>()
  for (const folder of repository.folders.values()) {
    const asked = withDeclared(claimsFor(folder, repository), folder.path, repository)
    if (asked.length === 0) continue
    const around = nearestOf(folder.path, services)
    const library = nearestOf(folder.path, libraries)
    const weighed = weighClaims(asked, { folder, repository, packages, around, library })
    claims.set(folder.path, weighed)
    const stack = weighed.filter(({ type }) => isStack(type)).filter(isConvincing)
    const [best, ...others] = weighed.filter(({ type }) => !isStack(type))
    for (const claim of stack) candidates.push({ path: folder.path, claim, confidence: confidence(claim.signs), alternatives: [] })
    if (best !== undefined && isConvincing(best)) {
      const candidate = toCandidate(folder.path, best, others)
      candidates.push(candidate)
      services.set(folder.path, candidate)
    } else if (stack.length === 0) {
      const [role] = roleOf(folder, weighed, packages)
      if (role !== undefined) roles.push(role)
      if (role?.role === 'library' && best !== undefined) libraries.set(folder.path, { path: folder.path, type: best.type })
    }
  }
  const only = candidates.length === 0 ? findOnlyProgram(claims, roles) : undefined
  if (only === undefined) return { candidates, roles, claims }
  const [best, ...others] = only.claims
  claims.set(only.path, only.claims)
  if (best !== undefined) candidates.push(toCandidate(only.path, best, others))
  return { candidates, roles: roles.filter(({ path }) => path !== only.path), claims }
}

function nearestOf<Found>(path: string, found: ReadonlyMap<string, Found>): Found | undefined {
  const above = ancestorsOf(path).find((folder) => found.has(folder))
  return above === undefined ? undefined : found.get(above)
}

export function toCandidate(path: string, claim: Claim, others: readonly Claim[]): Candidate {
  const alternatives = others.map(({ type, signs }) => ({ type, confidence: confidence(signs) }))
  return { path, claim, confidence: confidence(claim.signs), alternatives: alternatives.filter((other) => other.confidence > 0) }
}

function isConvincing(claim: Claim): boolean {
  return confidence(claim.signs) >= confidenceThreshold
}

/** A folder that others import, and the language it is written in. */
interface Library {
  readonly path: string
  readonly type: Claim['type']
}

interface Surroundings {
  readonly folder: Folder
  readonly repository: Repository
  readonly packages: Packages
  /** The innermost service whose folder holds this one. */
  readonly around: Candidate | undefined
  /** The innermost library whose folder holds this one. */
  readonly library: Library | undefined
}

function weighClaims(claims: readonly Claim[], surroundings: Surroundings): Claim[] {
  const placed = claims.map((claim) => withSigns(claim, placeSigns(claim, surroundings)))
  return placed
    .map((claim) => withSigns(claim, rivalSigns(claim, placed, surroundings)))
    .sort((a, b) => confidence(b.signs) - confidence(a.signs) || (a.type < b.type ? -1 : 1))
}

function withSigns(claim: Claim, signs: readonly Sign[]): Claim {
  return signs.length === 0 ? claim : { ...claim, signs: [...claim.signs, ...signs] }
}

/** What the folder's place says against a claim. */
function placeSigns(claim: Claim, { folder, repository, packages, around, library }: Surroundings): Sign[] {
  if (isStack(claim.type)) return []
  const rules = [folder.path, ...ancestorsOf(folder.path)].flatMap((path) => ruleForFolder(path) ?? [])
  const strongest = rules.filter(({ weight }) => weight < 1).sort((a, b) => b.weight - a.weight)[0]
  const among = claim.hasManifest ? appFolderAround(folder.path) : undefined
  const [user] = packages.usedBy(folder.path)
  const stands = confidence(claim.signs)
  const workspace = packages.workspaces.find(({ root, evidence }) => root === folder.path && !isOfOtherLanguage(evidence.path, claim))
  // A root that begins a program in a file of its own is more than the place where the others are joined.
  const hasEntry = claim.spec.facts?.entry !== undefined
  const hasSaidSo = claim.signs.some(({ role }) => role === 'workspace_root')
  return [
    ...(among ? [{ path: folder.path, fact: `lies in ${among} with what is deployed`, weight: 0.2 }] : []),
    ...(strongest
      ? [
          {
            path: folder.path,
            fact: `lies in a folder for ${roleWords[strongest.role] ?? strongest.role}`,
            weight: -strongest.weight,
            role: strongest.role,
          },
        ]
      : []),
    ...(user
      ? [{ ...user.evidence, fact: `is imported by ${user.folder}`, weight: stands >= 0.75 ? -0.2 : -0.5, role: 'library' as const }]
      : []),
    ...(workspace && !hasSaidSo
      ? [{ ...workspace.evidence, fact: 'is the root of a workspace', weight: hasEntry ? -0.15 : -0.4, role: 'workspace_root' as const }]
      : []),
    ...templateSigns(claim, folder, repository),
    ...commandLineSigns(claim),
    ...(around && !claim.hasManifest ? [partOf(folder.path, around, claim)] : []),
    ...carriedSigns(claim, folder, repository),
    ...(library && isPartOf(library, claim)
      ? [
          {
            path: folder.path,
            fact: `is a part of the library ${library.path === '.' ? 'at the root' : `in ${library.path}`}`,
            weight: -0.6,
            role: 'library' as const,
          },
        ]
      : []),
    ...declaredSigns(folder.path, repository),
  ]
}

/** What somebody declared about the folder says that it is a service, whatever it is written in. */
function declaredSigns(path: string, repository: Repository): Sign[] {
  const statements = [...statementsAbout(path, repository)].filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)
  return statements.slice(0, 2).map(({ evidence, weight }) => ({ ...evidence, weight }))
}

/** A folder that is declared with a Dockerfile from elsewhere is built by it, though nothing in the folder says so. */
function withDeclared(claims: Claim[], path: string, repository: Repository): Claim[] {
  const statements = statementsAbout(path, repository)
  if (statements.length === 0) return claims
  const addresses = statements.flatMap(declaredAddresses)
  const isUnknown = !claims.some(({ type }) => !isStack(type)) && statements.some(({ dockerfile }) => dockerfile !== undefined)
  const all = isUnknown ? [...claims, emptyClaim('containerized')] : claims
  return addresses.length === 0
    ? all
    : all.map((claim) => (isStack(claim.type) ? claim : { ...claim, addresses: [...claim.addresses, ...addresses] }))
}

/** What is written for a variable is an address that somebody meant, as in a compose file. */
function declaredAddresses({ evidence, environment = [], shared = [] }: Statement): StatedAddress[] {
  const address =
    (isShared: boolean) =>
    ({ name, value }: EnvironmentVariable): StatedAddress[] =>
      value === undefined
        ? []
        : [{ variable: name, value, from: 'compose', evidence: { ...evidence, fact: `${name} in ${baseName(evidence.path)}` }, isShared }]
  return [...environment.flatMap(address(false)), ...shared.flatMap(address(true))]
}

/** What a folder is for, as one says it. */
const roleWords: Partial<Record<FolderRole['role'], string>> = { library: 'shared code', asset: 'assets', example: 'examples', fixture: 'test data', tooling: 'tools' } // biome-ignore format: a table

/** Code of a library's language in its folder, and pages that nobody builds. */
function isPartOf(library: Library, { type, hasManifest, spec }: Claim): boolean {
  return (type === library.type && !hasManifest) || (type === 'static_site' && spec.facts?.isBuilt === false)
}

/** Files for browsers inside a service are its assets; other code is simply its own. */
function partOf(path: string, around: Candidate, { type }: Claim): Sign {
  const fact = `is a part of ${around.path === '.' ? 'the service at the root' : around.path}`
  return { path, fact, weight: -0.8, ...(type === 'static_site' ? { role: 'asset' as const } : {}) }
}

/**
 * `containerized` is for a Dockerfile that is all there is: a language that explains the Dockerfile speaks against it, and takes over what
 * the Dockerfile says for a service (its command, its port).
 */
function rivalSigns(claim: Claim, all: readonly Claim[], { folder, repository }: Surroundings): Sign[] {
  const container = all.find(({ type }) => type === 'containerized')
  const facts = container === undefined ? undefined : findDockerfile(folder, repository)
  if (container === undefined || facts === undefined || isStack(claim.type)) return []
  const explains = (other: Claim) => other.type !== 'containerized' && !isStack(other.type) && explainsDockerfile(other, facts)
  const adds = (to: Claim) => container.signs.slice(1).filter((sign) => sign.weight > 0 && !isAmong(sign, to))
  if (claim.type !== 'containerized') return explains(claim) ? adds(claim) : []
  const rival = all.find(explains)
  const joined = rival && confidence([...rival.signs, ...adds(rival)])
  // An image that answers requests is a service, though its language calls the folder something that others import.
  const command = commandIn(all)
  if (command !== undefined && facts.ports.length === 0) return [command]
  const isPacked = rival?.signs.some(({ role, weight }) => role === 'library' && weight < 0)
  if (joined !== undefined && joined < confidenceThreshold && isPacked && answersRequests(facts)) return []
  const sign = rival?.signs.find(({ weight }) => weight > 0)
  if (rival === undefined || sign === undefined) return []
  return [
    {
      path: sign.path,
      ...(sign.line === undefined ? {} : { line: sign.line }),
      fact: `the language is known: ${rival.type}`,
      weight: -0.5,
    },
  ]
}

function answersRequests({ command, ports, health }: DockerfileFacts): boolean {
  return command !== undefined && (ports.length > 0 || health !== undefined)
}
