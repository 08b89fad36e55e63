// A commit in which nothing is wrong may fail, but only because of what nobody could work around.
import { canRun } from '../contents.ts'
import type { Facts, ReleaseSeen } from '../facts.ts'
import { attemptLimit, type Invariant, short } from './invariant.ts'

/** Faults → codes with which a good commit may end. Engine, database, process, clock and Git host come back, so they are no reason. */
const excuses: readonly (readonly [fault: RegExp, code: RegExp])[] = [
  [/^git /, /^(repository|revision)_/],
  // What is fetched has no room either.
  [/^disk full/, /^(disk_full|(repository|revision)_)/],
  // An error that nobody foresaw ends a release.
  [/^throw at /, /^internal$/],
  // It may not be looked at in time.
  [/^freeze /, /health|timed_out/],
]

export const blamelessInvariants: readonly Invariant[] = [
  {
    name: 'I3 blameless',
    says: 'A commit in which nothing is wrong fails only for a fault that nothing can be done about',
    mayHeal: false,
    find: (facts) =>
      facts.seen.releases
        .filter((release) => release.state === 'failed' && isGood(facts, release.sha) && !isExcused(facts, release))
        .map(({ sha, errorCode, reason }) => `${short(sha)} is good and failed as ${errorCode}: ${reason}`),
  },
]

function isGood({ done }: Facts, sha: string): boolean {
  const contents = done.commits.find((commit) => commit.sha === sha)?.contents
  return contents !== undefined && Object.values(contents).every(canRun)
}

function isExcused({ done, history }: Facts, { errorCode: code, attempt }: ReleaseSeen): boolean {
  const errorCode = code ?? ''

  // A branch that is gone has no commit to fetch.
  if (errorCode === 'revision_not_found' && history.acts.some(({ kind }) => kind === 'delete branch' || kind === 'force push')) return true
  // Whoever takes a release back, or takes the new container away, has what was asked for.
  if (errorCode === 'canceled') return true
  if (done.handled.length > 0 && /^(not_healthy|service_vanished|engine_refused)$/.test(errorCode)) return true
  // Its worker was brought down, or lost it, each time.
  if (errorCode === 'internal' && attempt >= attemptLimit && interruptions(done) >= attemptLimit - 1) return true
  return excuses.some(([fault, code]) => code.test(errorCode) && done.faults.some((name) => fault.test(name)))
}

/** What may have taken a release from its worker. */
function interruptions({ exits, faults, startedMs }: Facts['done']): number {
  return exits.filter(({ atMs }) => atMs >= startedMs).length + faults.filter((name) => /^(database|engine|freeze|clock)/.test(name)).length
}
