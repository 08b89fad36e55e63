// On the engine is what the live release asks for, nothing else of kyozo's, and everything of everybody else's.
import { hasEngineEnded, type Invariant } from './invariant.ts'
import { isStopped } from './services.ts'

export const engineInvariants: readonly Invariant[] = [
  {
    name: 'I5 containers',
    says: 'Exactly the copies of the live release run, and no other container is left',
    mayHeal: true,
    find: ({ seen }) => {
      const live = seen.releases.find(({ id }) => id === seen.environment?.liveReleaseId)
      const services = live?.stack ?? []
      const wanted = new Map(services.map((name) => [name, isStopped(seen, name) ? 0 : (live?.copies[name] ?? 1)]))
      const running = seen.containers.filter(({ state }) => state === 'running')
      const counts = [...new Set([...wanted.keys(), ...running.map(({ service }) => service)])].flatMap((name) => {
        const [have, want] = [running.filter(({ service }) => service === name).length, wanted.get(name) ?? 0]
        return have === want ? [] : [`${have} containers of ${name} run, and ${want} should`]
      })
      const idle = seen.containers.filter(({ state, service }) => state !== 'running' && !isStopped(seen, service))
      return [...counts, ...idle.map(({ id, service, state }) => `${id.slice(0, 12)} of ${service} is left over, ${state}`)]
    },
  },
  {
    name: 'I5 networks',
    says: 'A stack has one network, and an environment without a stack none',
    mayHeal: true,
    find: ({ seen }) => {
      const wanted = seen.environment?.liveReleaseId == null ? [] : [`${seen.environment.project}_default`]
      const found = seen.networks
      // A first release that failed may leave its network for the next.
      const isRight = wanted.length === 0 ? found.length <= 1 : found.length === 1 && found[0] === wanted[0]
      return isRight ? [] : [`the networks are ${JSON.stringify(found)} and should be ${JSON.stringify(wanted)}`]
    },
  },
  {
    name: 'I4 generation',
    says: 'Containers are made in the order of generations: nobody acts for a release that another has overtaken',
    mayHeal: false,
    find: ({ seen }) => {
      let highest = 0
      const made = seen.events.filter(({ action }) => action === 'create')
      // A repair makes a service anew with the labels of the release that it belongs to, which newer ones may not have touched.
      const isRepair = (atMs: number) => seen.repairs.some((one) => one.startedMs <= atMs && atMs <= (one.finishedMs ?? Infinity))
      return made.flatMap(({ container, labels, atMs }) => {
        const generation = Number(labels['kyozo.generation'])
        if (generation >= highest || isRepair(atMs)) {
          highest = Math.max(highest, generation)
          return []
        }
        return [`${container.slice(0, 12)} of generation ${generation} was made after one of ${highest}`]
      })
    },
  },
  {
    name: 'I5 bystanders',
    says: 'What is not of this kyozo is as it was',
    mayHeal: false,
    find: ({ seen }) =>
      Object.entries(seen.bystandersAtFirst).flatMap(([name, first]) => {
        const now = seen.bystanders[name]
        return now?.id === first?.id ? [] : [`${name} was ${first?.id} and is ${now?.id ?? 'gone'}`]
      }),
  },
  {
    name: 'I5 undisturbed',
    says: 'A container that is not of this kyozo goes on as it did, but for what its engine does to it',
    mayHeal: true,
    find: ({ done, seen }) =>
      Object.entries(seen.bystandersBefore).flatMap(([name, before]) => {
        const now = seen.bystanders[name]
        if (before === undefined || now === undefined) return []
        // One that does not mind SIGTERM stays down when its engine was killed.
        if (hasEngineEnded(done) && before.state === 'running' && now.state === 'exited') return []
        if (now.state !== before.state) return [`${name} was ${before.state} and is ${now.state}`]
        return now.since === before.since || hasEngineEnded(done) ? [] : [`${name} was started again at ${now.since}`]
      }),
  },
]
