// Every release ends once, in words, and the environment is where the newest of them left it.
import { attemptLimit, type Invariant, openStates, short } from './invariant.ts'

export const releaseInvariants: readonly Invariant[] = [
  {
    name: 'I1 end',
    says: 'Every release has ended, with a reason',
    mayHeal: true,
    find: ({ seen }) =>
      seen.releases.flatMap(({ sha, state, reason }) => {
        if (openStates.includes(state)) return [`${short(sha)} is ${state}: ${reason ?? 'nothing is said'}`]
        return reason === null || reason.trim() === '' ? [`${short(sha)} is ${state}, and nobody says why`] : []
      }),
  },
  {
    name: 'I1 verdicts',
    says: 'A release that ended has exactly one verdict for each service of its stack, with words',
    mayHeal: false,
    find: ({ seen }) =>
      seen.releases
        .filter(({ state }) => !openStates.includes(state))
        .flatMap(({ sha, state, stack, verdicts }) => {
          const names = verdicts.map(({ service }) => service)
          const missing = stack.filter((service) => !names.includes(service))
          const twice = names.filter((name, at) => names.indexOf(name) !== at)
          const mute = verdicts.filter(({ words }) => words.trim() === '').map(({ service }) => service)
          return [
            ...missing.map((service) => `${short(sha)} (${state}) has no verdict for ${service}`),
            ...twice.map((service) => `${short(sha)} has two verdicts for ${service}`),
            ...mute.map((service) => `${short(sha)} has a verdict without words for ${service}`),
          ]
        }),
  },
  {
    name: 'I3 tip',
    says: 'The environment runs the newest commit, or a reason is said why not',
    mayHeal: true,
    find: ({ seen }) => {
      const { tip, environment, releases } = seen
      if (tip === undefined) return []
      const ofTip = releases.filter(({ sha, isAsked }) => sha === tip && !isAsked).at(-1)
      if (environment === undefined || ofTip === undefined) return [`the tip ${short(tip)} has no release`]
      if (ofTip.state === 'skipped' && !environment.isPaused) return [`the tip ${short(tip)} was skipped, and nothing is paused any more`]
      // Nothing is newer than the tip but what a person asked for.
      const isOvertaken = releases.some(({ sequence, sha, isAsked }) => sequence > ofTip.sequence && (isAsked || sha === tip))
      return ofTip.state === 'superseded' && !isOvertaken ? [`the tip ${short(tip)} was superseded by nothing that is newer`] : []
    },
  },
  {
    name: 'I3 forwards',
    says: 'No commit takes the place of the newest one that ran, unless a person asked for it',
    mayHeal: true,
    find: ({ seen }) => {
      const { tip, environment, releases } = seen
      const live = releases.find(({ id }) => id === environment?.liveReleaseId)
      const ran = releases.findLast(({ sha, state }) => sha === tip && (state === 'live' || state === 'replaced'))
      if (live === undefined || ran === undefined || live.sha === tip || live.isAsked || live.sequence < ran.sequence) return []
      return [`${short(live.sha)} is live in the place of the tip ${short(ran.sha)}, which ran before it`]
    },
  },
  {
    name: 'I3 live',
    says: 'Exactly one release is live: the one that succeeded last, and the environment names it',
    mayHeal: true,
    find: ({ seen }) => {
      const live = seen.releases.filter(({ state }) => state === 'live')
      // What a person asks for does not wait behind a release that waits for its next try.
      const newest = seen.releases
        .filter(({ state }) => state === 'live' || state === 'replaced')
        .toSorted((a, b) => (a.finishedMs ?? 0) - (b.finishedMs ?? 0))
        .at(-1)
      if (newest === undefined) return live.length === 0 ? [] : ['a release is live, and none succeeded']
      const named = seen.environment?.liveReleaseId
      return [
        ...(live.length === 1 ? [] : [`${live.length} releases are live: ${live.map(({ sha }) => short(sha)).join(', ')}`]),
        ...(named === newest.id
          ? []
          : [`the environment names ${named ?? 'none'}, and ${short(newest.sha)} (${newest.id}) succeeded last`]),
      ]
    },
  },
  {
    name: 'I4 lease',
    says: 'Nobody holds a lease of what has ended',
    mayHeal: true,
    find: ({ seen }) => [
      ...seen.releases.filter(({ hasLease }) => hasLease).map(({ sha, state }) => `${short(sha)} (${state}) is leased still`),
      ...seen.operations.filter(({ holder }) => holder !== null).map(({ kind, state }) => `${kind} (${state}) is leased still`),
    ],
  },
  {
    name: 'I5 repairs',
    says: 'No repair is under way for ever, and what somebody wanted put back does not differ any more',
    mayHeal: true,
    find: ({ seen }) => [
      ...seen.repairs.filter(({ state }) => state === 'running').map(({ reason }) => `a repair goes on still: ${reason}`),
      ...seen.awaited.map((field) => `${field} was to be put back`),
    ],
  },
  {
    name: 'I12 tries',
    says: 'Nothing is tried more than five times',
    mayHeal: false,
    find: ({ seen }) =>
      seen.releases.filter(({ attempt }) => attempt > attemptLimit).map(({ sha, attempt }) => `${short(sha)} was tried ${attempt} times`),
  },
  {
    name: 'I13 operations',
    says: 'What a person was promised has ended, in words',
    mayHeal: true,
    find: ({ done, seen }) => [
      ...done.asked
        .filter(({ operationId }) => operationId !== undefined && !seen.operations.some(({ id }) => id === operationId))
        .map(({ kind, operationId }) => `${kind} was promised as ${operationId}, which does not exist`),
      ...seen.operations
        .filter(({ state }) => openStates.includes(state))
        .map(({ kind, state, words }) => `${kind} is ${state}: ${words ?? 'nothing is said'}`),
      ...seen.operations
        .filter(({ state, words }) => !openStates.includes(state) && !words)
        .map(({ kind }) => `${kind} ended without words`),
    ],
  },
]
