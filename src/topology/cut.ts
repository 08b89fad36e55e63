// Lists of a repository that are longer than is read of them: what is left out is always said.
import { printable } from './paths.ts'
import type { Repository } from './repository.ts'

interface Cut {
  readonly limit: number
  /** What the items are, where they are: `services of compose.yaml`. */
  readonly what: string
}

/** The first items, with a warning when there are more. */
export function cutWithWarning<T>(items: readonly T[], { limit, what }: Cut, repository: Pick<Repository, 'warn'>): readonly T[] {
  if (items.length <= limit) return items
  repository.warn(`Only ${limit} of the ${items.length} ${printable(what)} are read; the others are passed over.`)
  return items.slice(0, limit)
}
