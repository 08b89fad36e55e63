// A repository in which no folder convinces may still hold one program: whoever connects it means that one.
import { type Claim, compare, confidence, confidenceThreshold, isStack, type Sign } from './claim.ts'

/** How much it counts that nothing else is there: it lifts a manifest with an entry file, and no library. */
const onlyProgramWeight = 0.55

/** What speaks so clearly against a service that being alone changes nothing. */
const finalRoles = new Set<Sign['role']>(['library', 'tests', 'example', 'fixture', 'docs', 'generated', 'vendored', 'asset'])

export interface OnlyProgram {
  readonly path: string
  /** Every claim about the folder, the lifted one first. */
  readonly claims: readonly Claim[]
}

/** The strongest program of a repository without a convincing service, nearest to the root; undefined when there is none to lift. */
export function findOnlyProgram(claims: ReadonlyMap<string, readonly Claim[]>): OnlyProgram | undefined {
  const lifted = [...claims].flatMap(([path, weighed]) => {
    const [best, ...others] = weighed.filter(({ type }) => !isStack(type))
    const claim = best && lift(path, best)
    return claim === undefined ? [] : [{ path, claims: [claim, ...others] }]
  })
  return lifted.sort((a, b) => depthOf(a.path) - depthOf(b.path) || strength(b) - strength(a) || compare(a.path, b.path))[0]
}

function lift(path: string, claim: Claim): Claim | undefined {
  if (claim.signs.some(({ role, weight }) => weight < 0 && finalRoles.has(role))) return undefined
  if (confidence(claim.signs.filter(({ weight }) => weight > 0)) < leastFor) return undefined
  const signs = [...claim.signs, { path, fact: 'nothing else in the repository could be the service', weight: onlyProgramWeight }]
  return confidence(signs) >= confidenceThreshold ? { ...claim, signs } : undefined
}

/** A manifest alone says nothing that being alone could confirm; with an entry file, a start command or anything as good it does. */
const leastFor = 0.35

function depthOf(path: string): number {
  return path === '.' ? 0 : path.split('/').length
}

function strength({ claims: [first] }: OnlyProgram): number {
  return first === undefined ? 0 : confidence(first.signs)
}
