// Nothing that was accepted is lost.
import type { Facts } from '../facts.ts'
import { isTaken } from '../world/delivery-gate.ts'
import { type Invariant, openStates, short } from './invariant.ts'

/** A host waits ten seconds, whatever else its other end is busy with; kyozo promises half of that where nothing else loads the machine. */
const answerMs = 5_000
const zeros = /^0*$/
/** The one that all histories push to. */
const branch = 'refs/heads/main'

export const deliveryInvariants: readonly Invariant[] = [
  {
    name: 'I1 ledger',
    says: 'Every delivery answered with 2xx is in the ledger, decided, with a reason',
    mayHeal: false,
    find: ({ done, seen }) => {
      const rows = new Map(seen.deliveries.map((row) => [row.guid, row]))
      return [...new Set(done.handovers.filter(({ status }) => isTaken(status)).map(({ guid }) => guid))].flatMap((guid) => {
        const row = rows.get(guid)
        if (row === undefined) return [`${guid} was answered with 2xx and is not in the ledger`]
        return row.reason === '' || row.reason === 'not decided yet' ? [`${guid} is not decided`] : []
      })
    },
  },
  {
    name: 'I1 outcome',
    says: 'What came of an accepted delivery has ended',
    mayHeal: true,
    find: ({ done, seen }) => {
      const releases = new Map(seen.releases.map((release) => [release.id, release]))
      const commits = new Set(done.commits.map(({ sha }) => sha))
      return seen.deliveries
        .filter(({ decision }) => decision === 'accepted')
        .flatMap(({ guid, releaseIds }) => {
          if (releaseIds.length === 0) return [`${guid} was accepted and no release came of it`]
          return releaseIds.flatMap((id) => {
            const release = releases.get(id)
            if (release === undefined || !commits.has(release.sha)) return [`${guid} led to ${id}, which is no release of its repository`]
            return openStates.includes(release.state) ? [`${guid}: ${short(release.sha)} is ${release.state} still`] : []
          })
        })
    },
  },
  {
    name: 'I1 commits',
    says: 'Each commit of a push that was answered with 2xx has a release',
    mayHeal: true,
    find: ({ done, seen }) => {
      const released = new Set(seen.releases.map(({ sha }) => sha))
      const pushed = new Set(takenPushes(done).map(({ after }) => after))
      return [...pushed].filter((sha) => !released.has(sha)).map((sha) => `${short(sha)} was taken and has no release`)
    },
  },
  {
    name: 'I1 accepted',
    says: 'A push to the branch that runs is never ignored',
    mayHeal: false,
    find: ({ done, seen }) => {
      const ignored = new Map(seen.deliveries.filter(({ decision }) => decision !== 'accepted').map((row) => [row.guid, row]))
      const guids = new Set(takenPushes(done).map(({ guid }) => guid))
      return [...guids].flatMap((guid) => {
        const row = ignored.get(guid)
        return row === undefined ? [] : [`${guid} is a push and was ${row.decision}: ${row.reason}`]
      })
    },
  },
  {
    name: 'I11 answer',
    says: 'A delivery is answered within five seconds, or not at all',
    mayHeal: false,
    find: ({ done }) =>
      done.faults.some((name) => name.startsWith('freeze'))
        ? []
        : done.handovers
            .filter(({ status, tookMs }) => status !== 0 && tookMs > answerMs * Math.min(2, done.slowness))
            .map(({ guid, status, tookMs }) => `${guid} was answered with ${status} after ${(tookMs / 1000).toFixed(1)} s`),
  },
]

/** Pushes of commits that kyozo said it took, whatever it wrote down of them. */
function takenPushes({ handovers }: Facts['done']): Facts['done']['handovers'] {
  return handovers.filter(({ status, event, ref, after }) => isTaken(status) && event === 'push' && ref === branch && !zeros.test(after))
}
