// How services whose folders were renamed keep their names by themselves, as if kyozo.yaml said so.
import type { KeptNames } from '../topology/declaration/settings.ts'
import { continuedServices, isChosen } from './continued.ts'
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
    if (move === null || move.keepsName || move.to.folder === null || isChosen(move.to.name, after)) return []
    return [[move.from.name, move.to.folder] as const]
  })
  return Object.fromEntries([...keptAgain({ before, after }), ...moves])
}

/** A name that was kept once is kept for as long as its folder is there, however much the service changes. */
function keptAgain({ before, after }: Pick<Sides, 'before' | 'after'>): readonly (readonly [string, string])[] {
  const { services } = after.topology
  return Object.entries(before?.stack.keptNames ?? {}).filter(([name, folder]) => {
    const [spec, ...others] = services.filter(({ path }) => path === folder)
    return spec !== undefined && others.length === 0 && spec.name !== name && !isChosen(spec.name, after)
  })
}
