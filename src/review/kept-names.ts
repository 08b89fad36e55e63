// How services whose folders were renamed keep their names by themselves, as if kyozo.yaml said so.
import { isGiven, stillKept } from '../stack/kept-names.ts'
import type { KeptNames } from '../topology/declaration/settings.ts'
import { continuedServices, isNamed } from './continued.ts'
import type { ReviewInput } from './review.ts'

type Sides = Pick<ReviewInput, 'before' | 'after' | 'diff'>

/** A commit, specified so that services go on under the names that they have in `before`. `specify` is told which keep one. */
export function keepingNames<S extends ReviewInput['after']>(
  specify: (kept: KeptNames) => S,
  { before, diff }: Pick<Sides, 'before' | 'diff'>,
): S {
  const found = specify({})
  const kept = keptNames({ before, after: found, diff })
  return Object.keys(kept).length === 0 ? found : specify(kept)
}

/**
 * The names with which the commit, specified again, calls services as they were called before. Empty when none would lose its name. A name that a person
 * chose, in kyozo.yaml or in a compose file, is a decision and stays.
 */
export function keptNames({ before, after, diff }: Sides): KeptNames {
  const moves = [...continuedServices({ before, after, diff }).values()].flatMap(({ move }) => {
    if (
      move === null ||
      move.keepsName ||
      move.to.folder === null ||
      isNamed(move.to.name, after) ||
      isGiven(move.from.name, after.topology.services)
    )
      return []
    return [[move.from.name, move.to.folder] as const]
  })
  // What was kept once is kept on, however much the service changes.
  return { ...stillKept(before?.stack.keptNames ?? {}, after.topology), ...Object.fromEntries(moves) }
}
