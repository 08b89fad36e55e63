// How services whose folders were renamed keep their names by themselves: as what a kyozo.yaml would say of them.
import type { ServiceSettings } from '../topology/declaration/settings.ts'
import { continuedServices } from './continued.ts'
import type { ReviewInput } from './review.ts'

/**
 * Settings with which the commit, specified again, calls services as they were called before. Empty when none would lose its name. A name that a
 * person chose, in kyozo.yaml or in a compose file, is a decision and stays.
 */
export function keptNames(input: Pick<ReviewInput, 'before' | 'after' | 'diff'>): ServiceSettings {
  const moves = [...continuedServices(input).values()].flatMap(({ move }) => (move === null || move.keepsName ? [] : [move]))
  return Object.fromEntries(
    moves.flatMap(({ from, to }) => {
      const spec = input.after.topology.services.find(({ name }) => name === to.name)
      const isChosen = spec === undefined || spec.compose !== undefined || spec.declared !== undefined
      return isChosen || to.folder === null ? [] : [[from.name, { path: to.folder }]]
    }),
  )
}
