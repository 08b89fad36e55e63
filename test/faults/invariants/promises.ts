// What kyozo said it would do is done, by what people asked for and not by what kyozo wrote down of it.
import type { Asked, Facts } from '../facts.ts'
import { isPromised, isUncertain, possible } from './asked.ts'
import type { Invariant } from './invariant.ts'

export const promiseInvariants: readonly Invariant[] = [
  {
    name: 'I13 pause',
    says: 'New commits are held back when people asked for that last, and else they are not',
    mayHeal: true,
    find: ({ done, seen }) => {
      if (seen.environment === undefined) return []
      const { isPaused } = seen.environment
      const states = possible(done.asked, {
        first: false,
        wanted: ({ kind }) => (kind === 'pause' ? true : kind === 'resume' ? false : undefined),
      })
      return states.has(isPaused)
        ? []
        : [`it ${isPaused ? 'holds new commits back' : 'lets new commits through'}, and people asked for the contrary`]
    },
  },
  {
    name: 'I13 copies',
    says: 'As many copies are live as people asked for last, unless they were told that it failed',
    mayHeal: true,
    find: ({ done, seen }) => {
      const copies = seen.releases.find(({ id }) => id === seen.environment?.liveReleaseId)?.copies.web
      // Whoever goes back gets as many as there were then.
      if (copies === undefined || done.asked.some((one) => one.kind === 'rollback' && (isPromised(one) || isUncertain(one)))) return []
      const wanted = wantedCopies(done.asked, seen)
      return wanted.has(copies) ? [] : [`${copies} copies of web are live, and ${[...wanted].join(' or ')} were asked for`]
    },
  },
]

/** What failed is taken back, unless another release had carried it out already. */
function wantedCopies(asked: readonly Asked[], { operations }: Facts['seen']): ReadonlySet<number> {
  const scales = asked.filter(({ kind }) => kind === 'scale')
  const hasFailed = ({ operationId }: Asked) =>
    operations.some(({ id, state }) => id === operationId && (state === 'failed' || state === 'canceled'))
  const done = scales.findLastIndex((one) => isPromised(one) && !hasFailed(one))
  const later = scales.slice(done + 1).filter((one) => isPromised(one) || isUncertain(one))
  const before = scales.slice(0, Math.max(0, done)).filter(isUncertain)
  return new Set([scales[done]?.replicas ?? 1, ...[...before, ...later].flatMap(({ replicas }) => replicas ?? [])])
}
