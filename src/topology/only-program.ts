// A repository in which no folder convinces may still hold one program: whoever connects it means that one.
import { type Claim, compare, confidence, confidenceThreshold, isStack, type Sign } from './claim.ts'
import type { FolderRole } from './topology.ts'

/** How much it counts that nothing else is there: it lifts a manifest with an entry file, and no library. */
const onlyProgramWeight = 0.55

/** What speaks so clearly against a service that being alone changes nothing. */
const finalRoles = new Set<Sign['role']>(['library', 'tests', 'example', 'fixture', 'docs', 'generated', 'vendored', 'asset'])

/** What a root is that is no program and says what the repository is for: then nothing below is the program that is meant. */
const wholeRoles = new Set<FolderRole['role']>(['library', 'unknown', 'tooling'])

/** From here on, a sign that people run it by hand is no guess any more: it reads its command line, or is for their desktops. */
const toolWeight = -0.4

export interface OnlyProgram {
  readonly path: string
  /** Every claim about the folder, the lifted one first. */
  readonly claims: readonly Claim[]
}

/** The strongest program of a repository without a convincing service, nearest to the root; undefined when there is none to lift. */
export function findOnlyProgram(claims: ReadonlyMap<string, readonly Claim[]>, roles: readonly FolderRole[]): OnlyProgram | undefined {
  const root = roles.find(({ path }) => path === '.')?.role
  const lifted = [...claims].flatMap(([path, weighed]) => {
    if (path !== '.' && root !== undefined && wholeRoles.has(root)) return []
    const [best, ...others] = weighed.filter(({ type }) => !isStack(type))
    // Of two manifests in one folder the one that begins nothing only helps to make the other's library.
    if (best?.spec.start === undefined && others.some(isLibrary)) return []
    const claim = best && lift(path, best)
    return claim === undefined ? [] : [{ path, claims: [claim, ...others] }]
  })
  // A workspace with one program is the home of that program; with several of them none is the one that is meant.
  if (root === 'workspace_root' && lifted.length > 1) return undefined
  return lifted.sort((a, b) => depthOf(a.path) - depthOf(b.path) || strength(b) - strength(a) || compare(a.path, b.path))[0]
}

function lift(path: string, claim: Claim): Claim | undefined {
  if (claim.signs.some((sign) => isFinal(sign, claim))) return undefined
  if (confidence(claim.signs.filter(({ weight }) => weight > 0)) < leastFor) return undefined
  const signs = [...claim.signs, { path, fact: 'nothing else in the repository could be the service', weight: onlyProgramWeight }]
  return confidence(signs) >= confidenceThreshold ? { ...claim, signs } : undefined
}

function isLibrary({ hasManifest, signs }: Claim): boolean {
  return hasManifest && signs.some(({ role, weight }) => role === 'library' && weight <= -0.5)
}

function isFinal({ role, weight }: Sign, { type }: Claim): boolean {
  return weight < 0 && (finalRoles.has(role) || (role === 'tooling' && weight <= toolWeight && type !== 'static_site'))
}

/** A manifest alone says nothing that being alone could confirm; with an entry file, a start command or anything as good it does. */
const leastFor = 0.35

function depthOf(path: string): number {
  return path === '.' ? 0 : path.split('/').length
}

function strength({ claims: [first] }: OnlyProgram): number {
  return first === undefined ? 0 : confidence(first.signs)
}
