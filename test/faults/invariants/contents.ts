// What becomes of a commit follows from what was drawn for it, whatever kyozo makes of it.
import { serviceNames } from '../acts.ts'
import { type Contents, canRun } from '../contents.ts'
import type { Facts, ReleaseSeen } from '../facts.ts'
import { mayHaveRested } from './asked.ts'
import { hasSucceeded, type Invariant, short } from './invariant.ts'

export const contentInvariants: readonly Invariant[] = [
  {
    name: 'I3 unchanged',
    says: 'A service is called unchanged only when the commit holds of it what was live',
    mayHeal: false,
    find: (facts) =>
      facts.seen.releases.filter(hasSucceeded).flatMap((release) => {
        const called = serviceNames.filter((name) => release.state === 'unchanged' || isUnchanged(release, name))
        if (called.length === 0) return []
        const before = liveBefore(facts, release)
        if (before === undefined) return [`${short(release.sha)} is unchanged, and nothing was live before it`]
        const [own, live] = [contentsOf(facts, release.sha), contentsOf(facts, before.sha)]
        return called
          .filter((name) => own?.[name].content !== live?.[name].content || own?.[name].version !== live?.[name].version)
          .map((name) => `${short(release.sha)} (${release.state}) leaves ${name} unchanged, and ${short(before.sha)} held another`)
      }),
  },
  {
    name: 'I3 healthy',
    says: 'A commit with a service that can never be built or healthy never goes live, unless somebody stopped that service',
    mayHeal: false,
    find: (facts) =>
      facts.seen.releases.filter(hasSucceeded).flatMap(({ sha, state, startedMs, finishedMs }) => {
        const contents = contentsOf(facts, sha)
        const span = { fromMs: startedMs ?? 0, toMs: finishedMs ?? Number.POSITIVE_INFINITY }
        return serviceNames
          .filter((name) => contents !== undefined && !canRun(contents[name]) && !mayHaveRested(facts.done.asked, name, span))
          .map((name) => `${short(sha)} became ${state}, and its ${name} is ${contents![name].content}`)
      }),
  },
]

function isUnchanged({ verdicts }: ReleaseSeen, name: string): boolean {
  return verdicts.some(({ service, verdict }) => service === name && verdict === 'unchanged')
}

/** Releases of an environment end one after the other. */
function liveBefore({ seen }: Facts, { finishedMs }: ReleaseSeen): ReleaseSeen | undefined {
  return seen.releases
    .filter((one) => (one.state === 'live' || one.state === 'replaced') && (one.finishedMs ?? 0) < (finishedMs ?? 0))
    .toSorted((a, b) => (a.finishedMs ?? 0) - (b.finishedMs ?? 0))
    .at(-1)
}

function contentsOf({ done }: Facts, sha: string): Contents | undefined {
  return done.commits.find((commit) => commit.sha === sha)?.contents
}
