// What the Git host is told: in order, once final, never good news before they are true.
import type { Facts, ReleaseSeen, StatusSeen } from '../facts.ts'
import { hasSucceeded, type Invariant, openStates, short } from './invariant.ts'

const aggregate = 'kyozo/production'
/** The clocks of database and host are the machine's; storing and sending are not one moment. */
const toleranceMs = 5

export const statusInvariants: readonly Invariant[] = [
  {
    name: 'I2 outbox',
    says: 'Everything that the Git host should hear was told, or given up for a reason that the host gave',
    mayHeal: true,
    find: ({ seen }) => [
      ...seen.outbox.filter(({ isOpen }) => isOpen).map(({ target, words }) => `${target} waits: ${words ?? 'it was not tried yet'}`),
    ],
  },
  {
    name: 'I2 final',
    says: 'The last status of a commit is final and says what the newest release of the commit says',
    mayHeal: true,
    find: ({ seen }) =>
      [...groups(seen.statuses.filter(({ context }) => context === aggregate))].flatMap(([sha, told]) => {
        const release = seen.releases.filter((one) => one.sha === sha && !one.isAsked).at(-1)
        if (release === undefined) return [`${short(sha)} has a status and no release`]
        const last = told.at(-1)!.state
        const expected = expectedState(release.state)
        if (expected === undefined || last === expected) return []
        // A service that recovered by a restart makes the commit good.
        const isHealed = last === 'success' && seen.releases.some((one) => one.sha === sha && one.isAsked && one.state === 'live')
        return isHealed ? [] : [`${short(sha)} is ${release.state}, and the last that the host heard is ${last}`]
      }),
  },
  {
    name: 'I2 told',
    says: 'Every commit that has a release has a final status',
    mayHeal: true,
    find: ({ seen }) => {
      const told = new Set(seen.statuses.filter(({ context, state }) => context === aggregate && state !== 'pending').map(({ sha }) => sha))
      const shas = new Set(seen.releases.filter(({ state, isAsked }) => !isAsked && !openStates.includes(state)).map(({ sha }) => sha))
      return [...shas].filter((sha) => !told.has(sha)).map((sha) => `the host never heard how ${short(sha)} ended`)
    },
  },
  {
    name: 'I2 order',
    says: 'No final status of a commit is followed by another without a pending between them, unless the commit was tried again',
    mayHeal: false,
    // A service's own context goes on to tell how the service does, for as long as its commit runs.
    find: ({ seen }) =>
      [...groups(seen.statuses.filter(({ context }) => context === aggregate))].flatMap(([, told]) => {
        const runs = seen.releases.filter(({ sha }) => sha === told[0]!.sha).length
        const finals = told.filter(({ state }) => state !== 'pending')
        const changes = finals.filter(({ state }, at) => at > 0 && finals[at - 1]!.state !== state).length
        if (changes < runs || changes === 0) return []
        return [`${short(told[0]!.sha)} ${told[0]!.context}: ${told.map(({ state }) => state).join(', ')} for ${runs} releases`]
      }),
  },
  {
    name: 'I2 live first',
    says: 'A success is never told before a release of that commit has succeeded',
    mayHeal: false,
    find: ({ seen }) =>
      seen.statuses
        .filter(({ state }) => state === 'success')
        .flatMap(({ sha, context, atMs }) => {
          const ends = seen.releases.filter((one) => one.sha === sha && hasSucceeded(one)).map(({ finishedMs }) => finishedMs ?? Infinity)
          const firstMs = Math.min(...ends)
          if (atMs >= firstMs - toleranceMs) return []
          const early = firstMs === Infinity ? 'it never succeeded' : `${Math.round(firstMs - atMs)} ms before it was live`
          return [`${short(sha)} ${context} was told as success: ${early}`]
        }),
  },
  {
    name: 'I2 services',
    says: 'The contexts of services of the commit that runs have settled, and say of a healthy service that it is',
    mayHeal: true,
    find: ({ seen }) => {
      const live = seen.releases.find(({ id }) => id === seen.environment?.liveReleaseId)
      if (live === undefined) return []
      const fromMs = liveSinceMs(seen.releases, live) - toleranceMs
      const told = seen.statuses.filter(({ sha, context, atMs }) => sha === live.sha && context !== aggregate && atMs >= fromMs)
      return [...groups(told, ({ context }) => context)].flatMap(([context, of]) => {
        const { state, words } = of.at(-1)!
        const service = seen.services.find(({ name }) => context === `${aggregate}/${name}`)
        if (state === 'pending') return [`${short(live.sha)} ${context} is pending still: ${words}`]
        const isWell = service?.status === 'running' && service.desiredState === 'running' && seen.answers[service.name]?.status === 200
        return isWell && state !== 'success' ? [`${short(live.sha)} ${context} says ${state}, and ${service.name} is well: ${words}`] : []
      })
    },
  },
  {
    name: 'I12 posts',
    says: 'Nothing is told twice in a row: before something is sent again, the host is asked whether it has it',
    mayHeal: false,
    find: ({ done, seen }) =>
      [...groups(seen.statuses, ({ sha, context }) => `${sha} ${context}`)].flatMap(([, told]) => {
        const { sha, context } = told[0]!
        if (context !== aggregate && mayRecover(done)) return []
        const again = told.filter(({ state, words }, at) => at > 0 && told[at - 1]!.state === state && told[at - 1]!.words === words)
        return again.map(({ state, words }) => `${short(sha)} ${context} was told once more: ${state} ${words}`)
      }),
  },
]

/** What was told of a commit before another one took its place for a while is of that time. */
function liveSinceMs(releases: readonly ReleaseSeen[], { sha }: ReleaseSeen): number {
  const ran = releases.filter(hasSucceeded).toSorted((a, b) => (a.finishedMs ?? 0) - (b.finishedMs ?? 0))
  const before = ran.findLastIndex((one) => one.sha !== sha && one.state !== 'unchanged')
  return ran.slice(before + 1).find((one) => one.sha === sha)?.finishedMs ?? 0
}

function expectedState(release: string): StatusSeen['state'] | undefined {
  if (hasSucceeded({ state: release })) return 'success'
  if (release === 'failed') return 'failure'
  if (release === 'superseded' || release === 'skipped') return 'error'
  return undefined
}

/** A service that fell and is well again is told so; that it fell is left out when it was not told in time. */
function mayRecover({ faults, handled }: Facts['done']): boolean {
  return handled.length > 0 || faults.some((name) => !/^(throw|delay|git)/.test(name))
}

function groups(statuses: readonly StatusSeen[], key: (status: StatusSeen) => string = ({ sha }) => sha): Map<string, StatusSeen[]> {
  const found = new Map<string, StatusSeen[]>()
  for (const status of statuses) found.set(key(status), [...(found.get(key(status)) ?? []), status])
  return found
}
