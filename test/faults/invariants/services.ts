// What answers is what the database says, and people's wishes hold.
import { serviceNames } from '../acts.ts'
import { bodyOf } from '../contents.ts'
import type { Facts } from '../facts.ts'
import { possible } from './asked.ts'
import { hasEngineEnded, type Invariant, short } from './invariant.ts'

export const serviceInvariants: readonly Invariant[] = [
  {
    name: 'I3 edge',
    says: 'What answers at the edge is the version that the live release says',
    mayHeal: true,
    find: ({ done, seen }) => {
      const live = seen.releases.find(({ id }) => id === seen.environment?.liveReleaseId)
      if (live === undefined) return []
      const contents = done.commits.find(({ sha }) => sha === live.sha)?.contents
      if (contents === undefined) return [`${short(live.sha)} is live and was never pushed`]
      return serviceNames.flatMap((name) => {
        const answer = seen.answers[name]
        if (isStopped(seen, name)) return answer?.status === 200 ? [`${name} is stopped and answers ${JSON.stringify(answer.text)}`] : []
        const expected = bodyOf(name, contents[name].version)
        if (answer?.status === 200 && answer.text === expected) return []
        return [
          `${name} should say ${JSON.stringify(expected)} and says ${answer?.status ?? 'nothing'} ${JSON.stringify(answer?.text ?? '')}`,
        ]
      })
    },
  },
  {
    name: 'I3 wishes',
    says: 'What people asked of a service last is what is stored of it',
    mayHeal: true,
    find: ({ done, seen }) =>
      seen.services.flatMap(({ name, desiredState }) => {
        const states = possible(done.asked, {
          first: 'running',
          wanted: (one) => (one.service === name ? stateAfter[one.kind] : undefined),
        })
        return states.has(desiredState) ? [] : [`${name} was to be ${[...states].join(' or ')}, and ${desiredState} is stored`]
      }),
  },
  {
    name: 'I6 volumes',
    says: 'Volumes and what stands in them are as they were',
    mayHeal: true,
    find: ({ done, seen }) => {
      if (done.marker === undefined) return []
      if (seen.volumes.length !== 1) return [`the volumes are ${JSON.stringify(seen.volumes)}`]
      if (isStopped(seen, 'data') || seen.marker === done.marker) return []
      return [`the volume of data holds ${JSON.stringify(seen.marker)} in place of ${JSON.stringify(done.marker)}`]
    },
  },
  {
    name: 'I7 untouched',
    says: 'A service that no commit changed keeps its container, and that container goes on running',
    mayHeal: false,
    find: ({ done, seen }) => {
      const { still } = done
      if (still === undefined || done.handled.includes('still')) return []
      const now = seen.containers.find(({ service }) => service === 'still')
      if (now?.id !== still.id) return [`still ran in ${still.id.slice(0, 12)} and runs in ${now?.id.slice(0, 12) ?? 'nothing'}`]
      return hasEngineEnded(done) || now.startedAt === still.startedAt ? [] : [`still was started again at ${now.startedAt}`]
    },
  },
  {
    name: 'I13 events',
    says: "The numbers of a service's events have no gap",
    mayHeal: false,
    find: ({ seen }) =>
      seen.services.flatMap(({ name, eventNumbers, eventSequence }) => {
        const wrong = eventNumbers.findIndex((number, at) => Number(number) !== at + 1)
        if (wrong >= 0) return [`event ${wrong + 1} of ${name} has the number ${eventNumbers[wrong]}`]
        return eventNumbers.length === eventSequence ? [] : [`${name} counts ${eventSequence} events and has ${eventNumbers.length}`]
      }),
  },
]

const stateAfter: Readonly<Record<string, string>> = { stop: 'stopped', start: 'running' }

export function isStopped(seen: Facts['seen'], name: string): boolean {
  return seen.services.some((service) => service.name === name && service.desiredState === 'stopped')
}
