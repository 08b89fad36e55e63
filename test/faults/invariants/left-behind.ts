// What nobody needs any more goes, in the time that kyozo gives itself.
import type { Invariant } from './invariant.ts'

const minuteMs = 60_000
/** An image rests for an hour, and what nobody needs is looked for every few minutes. */
const imageMs = 80 * minuteMs
/** A folder rests for two minutes; and a deletion may begin among the faults of the next history. */
const givenUpMs = 15 * minuteMs

export const leftBehindInvariants: readonly Invariant[] = [
  {
    name: 'I5 images',
    says: 'An image that no kept release needs and no container has is gone when its time is over',
    mayHeal: true,
    find: ({ seen }) =>
      seen.images
        .filter(({ isNeeded, isUsed, forMs }) => !isNeeded && !isUsed && forMs > imageMs)
        .map(({ name, forMs }) => `${name} has been nobody's for ${Math.round(forMs / minuteMs)} minutes`),
  },
  {
    name: 'I5 deleted',
    says: 'An environment that was deleted leaves no container and no network, and soon nothing but its volumes',
    mayHeal: true,
    find: ({ seen }) =>
      seen.givenUp.flatMap(({ project, forMs, isKnown, history, containers, networks, hasFolder }) => {
        const isLate = forMs > givenUpMs
        const has = (count: number, what: string) => (count === 0 || (isKnown && !isLate) ? [] : [`${project} has ${count} ${what} still`])
        return [
          ...(isKnown && isLate
            ? [`${project} was given up ${Math.round(forMs / minuteMs)} minutes ago and is there still: ${history}`]
            : []),
          ...has(containers, 'containers'),
          ...has(networks, 'networks'),
          ...(hasFolder && isLate ? [`${project} has its folder still`] : []),
        ]
      }),
  },
]
