// Whoever asks how a commit ended hears it of each of its services, once.
import { serviceNames } from '../acts.ts'
import type { Facts, ReleaseSeen } from '../facts.ts'
import { hasSucceeded, type Invariant, openStates, short } from './invariant.ts'

/** The ends of a release → what may become of its services. */
const fitting: Readonly<Record<string, readonly string[]>> = {
  live: ['live', 'unchanged', 'stopped'],
  replaced: ['live', 'unchanged', 'stopped'],
  unchanged: ['unchanged', 'stopped'],
  failed: ['failed', 'rolled_back', 'unchanged', 'stopped'],
  superseded: ['superseded'],
  skipped: ['skipped'],
}

export const verdictInvariants: readonly Invariant[] = [
  {
    name: 'I1 services',
    says: 'A release that ended has exactly one verdict for each service of its commit, and each fits its end',
    mayHeal: false,
    find: (facts) =>
      facts.seen.releases
        .filter(({ state }) => !openStates.includes(state))
        .flatMap((release) => {
          const { sha, state, verdicts } = release
          const names = verdicts.map(({ service }) => service)
          const missing = mustTell(facts, release) ? serviceNames.filter((name) => !names.includes(name)) : []
          const more = names.filter((name, at) => names.indexOf(name) !== at || !serviceNames.some((known) => known === name))
          const odd = verdicts.filter(({ verdict }) => !fitting[state]?.includes(verdict))
          return [
            ...missing.map((service) => `${short(sha)} (${state}) does not say what became of ${service}`),
            ...more.map((service) => `${short(sha)} (${state}) has one verdict too many for ${service}`),
            ...odd.map(({ service, verdict }) => `${short(sha)} is ${state}, and its ${service} ${verdict}`),
          ]
        }),
  },
]

/** Before the first commit runs, one that is given up before it was looked at knows of no service. */
function mustTell({ seen }: Facts, release: ReleaseSeen): boolean {
  const { startedMs, verdicts } = release
  if (hasSucceeded(release) || verdicts.length > 0) return true
  return startedMs !== null && seen.releases.some((one) => hasSucceeded(one) && (one.finishedMs ?? Infinity) <= startedMs)
}
