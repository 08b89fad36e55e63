// Each invariant is shown facts that break it: one that cannot fail proves nothing.
import { describe, expect, it } from 'vitest'
import { check, invariants } from './check.ts'
import type { Asked, BystandersSeen, Done, Facts, ReleaseSeen, Seen } from './facts.ts'
import { rightFacts, shas } from './some-facts.ts'
import type { Exit } from './world/kyozo-process.ts'

type Change = (facts: Facts) => { readonly done?: Partial<Done>; readonly seen?: Partial<Seen> }

const changed = (change: Change): Facts => {
  const facts = rightFacts()
  const { done, seen } = change(facts)
  return { ...facts, done: { ...facts.done, ...done }, seen: { ...facts.seen, ...seen } }
}
const secondRelease = ({ seen }: Facts, change: Partial<ReleaseSeen>): { readonly seen: Partial<Seen> } => ({
  seen: { releases: [seen.releases[0]!, { ...seen.releases[1]!, ...change }] },
})
const status = (sha: string, state: Seen['statuses'][number]['state'], atMs: number) => ({
  ...{ sha, context: 'kyozo/production', state, atMs },
  words: state === 'pending' ? 'waits for a worker' : '3 live',
})
/** The second commit with another web. */
const holding = ({ done }: Facts, content: 'never healthy' | 'failing build' | 'crash looping') => {
  const [first, second] = done.commits
  return { done: { commits: [first!, { ...second!, contents: { ...second!.contents, web: { content, version: 2 } } }] } }
}
const bystander = ({ bystanders }: Seen, change: Partial<NonNullable<BystandersSeen[string]>>): BystandersSeen => {
  return Object.fromEntries(Object.entries(bystanders).map(([name, one]) => [name, { ...one!, ...change }]))
}
const ofWeb = (state: Seen['statuses'][number]['state']) => ({ ...status(shas.second, state, 2_000), context: 'kyozo/production/web' })
const exit = (ended: Partial<Exit>): Exit => {
  return { atMs: 1, pid: 7, code: null, signal: null, hadStarted: true, asked: [], words: 'its last words', ...ended }
}
const asked = (kind: string, askedMs: number) => ({
  ...{ kind, service: 'web' as const, status: 202, operationId: 'o1' },
  ...{ askedMs, answeredMs: askedMs + 5 },
})

const broken: Readonly<Record<string, readonly Change[]>> = {
  'I1 ledger': [
    ({ seen }) => ({ seen: { deliveries: seen.deliveries.slice(0, 1) } }),
    ({ seen }) => ({ seen: { deliveries: seen.deliveries.map((row) => ({ ...row, reason: 'not decided yet' })) } }),
  ],
  'I1 outcome': [
    (facts) => secondRelease(facts, { state: 'running' }),
    ({ seen }) => ({ seen: { deliveries: seen.deliveries.map((row) => ({ ...row, releaseIds: [] })) } }),
    ({ seen }) => ({ seen: { deliveries: seen.deliveries.map((row) => ({ ...row, releaseIds: ['another'] })) } }),
  ],
  'I1 commits': [({ seen }) => ({ seen: { releases: seen.releases.slice(1) } })],
  'I1 accepted': [
    ({ seen }) => ({
      seen: { deliveries: seen.deliveries.map((row) => ({ ...row, decision: 'ignored', reason: 'nothing follows', releaseIds: [] })) },
    }),
  ],
  'I11 answer': [({ done }) => ({ done: { handovers: done.handovers.map((one) => ({ ...one, tookMs: 5_001 })) } })],
  'I1 end': [(facts) => secondRelease(facts, { state: 'queued' }), (facts) => secondRelease(facts, { reason: null })],
  'I1 verdicts': [
    (facts) => secondRelease(facts, { verdicts: facts.seen.releases[1]!.verdicts.slice(1) }),
    (facts) => secondRelease(facts, { state: 'failed', verdicts: facts.seen.releases[1]!.verdicts.slice(1) }),
    (facts) => secondRelease(facts, { verdicts: [...facts.seen.releases[1]!.verdicts, facts.seen.releases[1]!.verdicts[0]!] }),
  ],
  'I1 services': [
    (facts) => secondRelease(facts, { verdicts: facts.seen.releases[1]!.verdicts.slice(1), stack: [] }),
    (facts) => secondRelease(facts, { state: 'failed', verdicts: [], stack: [] }),
    (facts) => secondRelease(facts, { verdicts: [...facts.seen.releases[1]!.verdicts, facts.seen.releases[1]!.verdicts[0]!] }),
    (facts) =>
      secondRelease(facts, { verdicts: [...facts.seen.releases[1]!.verdicts, { service: 'shop', verdict: 'live', words: 'live' }] }),
    (facts) => secondRelease(facts, { state: 'failed' }),
    (facts) => secondRelease(facts, { verdicts: facts.seen.releases[1]!.verdicts.map((one) => ({ ...one, verdict: 'failed' })) }),
  ],
  'I3 tip': [
    () => ({ seen: { tip: 'c'.repeat(40) } }),
    (facts) => secondRelease(facts, { state: 'superseded' }),
    (facts) => secondRelease(facts, { state: 'skipped' }),
    ({ seen: { releases } }) => ({
      seen: {
        releases: [
          { ...releases[1]!, state: 'superseded' },
          { ...releases[0]!, sequence: 3, state: 'live' },
        ],
      },
    }),
  ],
  'I3 forwards': [
    ({ seen: { releases, environment } }) => ({
      seen: {
        releases: [
          { ...releases[1]!, state: 'replaced' },
          { ...releases[0]!, sequence: 3, state: 'live' },
        ],
        environment: { ...environment!, liveReleaseId: 'r1' },
      },
    }),
  ],
  'I3 blameless': [
    (facts) => secondRelease(facts, { state: 'failed', errorCode: 'engine_refused' }),
    (facts) => ({ ...secondRelease(facts, { state: 'failed', errorCode: 'engine_refused' }), done: { faults: ['engine killed'] } }),
    (facts) => ({ ...secondRelease(facts, { state: 'failed', errorCode: 'not_healthy' }), done: { faults: ['git stalls', 'disk full'] } }),
    (facts) => ({ ...secondRelease(facts, { state: 'failed', errorCode: 'internal' }), done: { handled: ['web'] } }),
  ],
  'I3 unchanged': [
    (facts) => secondRelease(facts, { state: 'unchanged' }),
    ({ seen: { releases } }) => ({ seen: { releases: [{ ...releases[0]!, state: 'unchanged' }, releases[1]!] } }),
    (facts) => secondRelease(facts, { verdicts: facts.seen.releases[1]!.verdicts.map((one) => ({ ...one, verdict: 'unchanged' })) }),
  ],
  'I3 healthy': [
    (facts) => holding(facts, 'never healthy'),
    (facts) => ({ ...holding(facts, 'failing build'), ...secondRelease(facts, { state: 'replaced' }) }),
    // Stopped, and started again before the release began.
    (facts) => ({ done: { ...holding(facts, 'crash looping').done, asked: [asked('stop', 1_010), asked('start', 1_020)] } }),
    (facts) => ({ done: { ...holding(facts, 'crash looping').done, asked: [{ ...asked('stop', 1_010), status: 409 }] } }),
  ],
  'I3 live': [
    ({ seen }) => ({ seen: { releases: seen.releases.map((release) => ({ ...release, state: 'live' })) } }),
    ({ seen }) => ({ seen: { environment: { ...seen.environment!, liveReleaseId: 'r1' } } }),
  ],
  'I4 lease': [
    (facts) => secondRelease(facts, { hasLease: true }),
    ({ seen }) => ({ seen: { operations: seen.operations.map((operation) => ({ ...operation, holder: 'somebody' })) } }),
  ],
  'I5 repairs': [
    () => ({ seen: { repairs: [{ state: 'running', reason: 'web ended', startedMs: 900, finishedMs: null }] } }),
    () => ({ seen: { awaited: ['web limits.memory'] } }),
  ],
  'I12 tries': [(facts) => secondRelease(facts, { attempt: 6 })],
  'I13 operations': [
    () => ({ seen: { operations: [] } }),
    ({ seen }) => ({ seen: { operations: seen.operations.map((operation) => ({ ...operation, state: 'running' })) } }),
    ({ seen }) => ({ seen: { operations: seen.operations.map((operation) => ({ ...operation, words: null })) } }),
  ],
  'I3 edge': [
    ({ seen }) => ({ seen: { answers: { ...seen.answers, web: { status: 200, text: 'web 1' } } } }),
    ({ seen }) => ({ seen: { services: seen.services.map((service) => ({ ...service, desiredState: 'stopped' })) } }),
  ],
  'I3 wishes': [
    () => ({ done: { asked: [asked('stop', 1_700)] } }),
    ({ seen }) => ({ done: { asked: [] }, seen: { services: seen.services.map((service) => ({ ...service, desiredState: 'stopped' })) } }),
  ],
  'I13 pause': [
    () => ({ done: { asked: [asked('pause', 1_700)] } }),
    ({ seen }) => ({
      done: { asked: [asked('pause', 1_700), asked('resume', 1_710)] },
      seen: { environment: { ...seen.environment!, isPaused: true } },
    }),
    ({ seen }) => ({
      done: { asked: [{ ...asked('pause', 1_700), status: 409 }] },
      seen: { environment: { ...seen.environment!, isPaused: true } },
    }),
  ],
  'I13 copies': [
    () => ({ done: { asked: [{ ...asked('scale', 1_700), replicas: 2 }] } }),
    (facts) => secondRelease(facts, { copies: { ...facts.seen.releases[1]!.copies, web: 2 } }),
    ({ seen }) => ({
      done: {
        asked: [
          { ...asked('scale', 1_700), replicas: 1 },
          { ...asked('scale', 1_710), replicas: 3, operationId: 'o2' },
        ],
      },
      seen: { operations: [...seen.operations, { ...seen.operations[0]!, id: 'o2' }] },
    }),
  ],
  'I6 volumes': [() => ({ seen: { volumes: [] } }), () => ({ seen: { marker: undefined } })],
  'I7 untouched': [
    ({ done }) => ({ done: { still: { ...done.still!, id: 'another' } } }),
    ({ done }) => ({ done: { still: { ...done.still!, startedAt: 'earlier' } } }),
  ],
  'I13 events': [
    ({ seen }) => ({ seen: { services: seen.services.map((service) => ({ ...service, eventNumbers: [1, 3] })) } }),
    ({ seen }) => ({ seen: { services: seen.services.map((service) => ({ ...service, eventSequence: 4 })) } }),
  ],
  'I5 containers': [
    ({ seen }) => ({ seen: { containers: seen.containers.slice(1) } }),
    ({ seen }) => ({ seen: { containers: [...seen.containers, { ...seen.containers[0]!, id: 'twice' }] } }),
    ({ seen }) => ({ seen: { containers: [...seen.containers, { ...seen.containers[0]!, state: 'created' }] } }),
  ],
  'I5 networks': [() => ({ seen: { networks: [] } }), ({ seen }) => ({ seen: { networks: [...seen.networks, 'another'] } })],
  'I4 generation': [({ seen }) => ({ seen: { events: seen.events.toReversed() } })],
  'I5 bystanders': [() => ({ seen: { bystanders: {} } }), ({ seen }) => ({ seen: { bystanders: bystander(seen, { id: 'another' }) } })],
  'I5 undisturbed': [
    ({ seen }) => ({ seen: { bystanders: bystander(seen, { state: 'paused' }) } }),
    ({ seen }) => ({ done: { faults: ['engine killed'] }, seen: { bystanders: bystander(seen, { state: 'paused' }) } }),
    ({ seen }) => ({ done: { faults: ['kill kyozo'] }, seen: { bystanders: bystander(seen, { state: 'exited' }) } }),
    ({ seen }) => ({ seen: { bystanders: bystander(seen, { since: 'later' }) } }),
  ],
  'I5 images': [({ seen }) => ({ seen: { images: [{ ...seen.images[0]!, isNeeded: false, isUsed: false }] } })],
  'I5 deleted': [
    ({ seen }) => ({ seen: { givenUp: [{ ...seen.givenUp[0]!, isKnown: true }] } }),
    ({ seen }) => ({ seen: { givenUp: [{ ...seen.givenUp[0]!, forMs: 0, containers: 1 }] } }),
    ({ seen }) => ({ seen: { givenUp: [{ ...seen.givenUp[0]!, forMs: 0, networks: 1 }] } }),
    ({ seen }) => ({ seen: { givenUp: [{ ...seen.givenUp[0]!, hasFolder: true }] } }),
  ],
  'I2 outbox': [({ seen }) => ({ seen: { outbox: seen.outbox.map((row) => ({ ...row, isOpen: true })) } })],
  'I2 final': [
    ({ seen }) => ({ seen: { statuses: [...seen.statuses, status(shas.second, 'pending', 2_000)] } }),
    (facts) => secondRelease(facts, { state: 'failed' }),
  ],
  'I2 told': [() => ({ seen: { statuses: [] } })],
  'I2 order': [({ seen }) => ({ seen: { statuses: [...seen.statuses, status(shas.second, 'failure', 2_000)] } })],
  'I2 live first': [({ seen }) => ({ seen: { statuses: [status(shas.second, 'success', 1_400), ...seen.statuses] } })],
  'I2 services': [
    ({ seen }) => ({ seen: { statuses: [...seen.statuses, ofWeb('failure')] } }),
    ({ seen }) => ({ seen: { statuses: [...seen.statuses, ofWeb('pending')], answers: {} } }),
  ],
  'I12 posts': [
    ({ seen }) => ({
      done: { faults: ['forge loses answers'] },
      seen: { statuses: [...seen.statuses, status(shas.second, 'success', 2_000)] },
    }),
    ({ seen }) => ({
      done: { faults: ['throw at status.sent'] },
      seen: { statuses: [...seen.statuses, { ...seen.statuses.at(-2)!, atMs: 2_000 }, { ...seen.statuses.at(-2)!, atMs: 2_001 }] },
    }),
  ],
  'I14 alive': [
    () => ({ done: { exits: [exit({ code: 70 })] } }),
    () => ({ done: { exits: [exit({ code: 0 })] } }),
    () => ({ done: { exits: [exit({ signal: 'SIGABRT' })] } }),
    () => ({ done: { exits: [exit({ signal: 'SIGSEGV', hadStarted: false })] } }),
    () => ({ done: { exits: [exit({ signal: 'SIGKILL' })] } }),
    () => ({ done: { exits: [exit({ signal: 'SIGKILL', asked: ['SIGTERM'] })] } }),
    () => ({ done: { exits: [exit({ code: 70, asked: ['SIGTERM'] })] } }),
  ],
  'I10 memory': [() => ({ seen: { peakMemoryMiB: 513 } })],
  'I5 children': [() => ({ seen: { children: ['git fetch'] } })],
  'I8 secrets': [() => ({ seen: { leaks: ["kyozo's own log"] } })],
}

it('finds nothing when all is right', () => {
  expect(check(rightFacts())).toEqual([])
})

it('has facts for every invariant that break it', () => {
  expect(invariants.map(({ name }) => name).sort()).toEqual(Object.keys(broken).sort())
})

describe('finds what breaks', () => {
  it.each(Object.entries(broken).flatMap(([name, changes]) => changes.map((change, at) => [name, at + 1, change] as const)))(
    '%s, in way %i',
    (name, _, change) => {
      const found = check(changed(change)).find(({ invariant }) => invariant === name)
      expect(found?.found.length, name).toBeGreaterThan(0)
    },
  )
})

describe('lets pass', () => {
  it('a stopped service without a container', () => {
    const facts = changed(({ seen }) => ({
      done: { asked: [asked('stop', 1_700)] },
      seen: {
        services: seen.services.map((service) => (service.name === 'web' ? { ...service, desiredState: 'stopped' } : service)),
        containers: seen.containers.filter(({ service }) => service !== 'web'),
        answers: { ...seen.answers, web: { status: 503, text: 'web is not running at the moment.' } },
      },
    }))
    expect(check(facts)).toEqual([])
  })

  it('a commit that cannot run live, while what is wrong with it is stopped', () => {
    const stopped = (asks: readonly Asked[]) =>
      check(changed((facts) => ({ done: { ...holding(facts, 'never healthy').done, asked: asks } }))).map(({ invariant }) => invariant)
    expect(stopped([asked('stop', 1_050)])).not.toContain('I3 healthy')
    expect(stopped([{ ...asked('stop', 1_050), status: 0 }, asked('start', 1_060)])).not.toContain('I3 healthy')
    // The release may have begun without knowing of the start.
    expect(stopped([asked('stop', 1_050), asked('start', 1_200)])).not.toContain('I3 healthy')
  })

  it('a commit as unchanged that changes no service', () => {
    const facts = changed((right) => ({
      done: { commits: right.done.commits.map((commit) => ({ ...commit, contents: right.done.commits[1]!.contents })) },
      seen: {
        ...secondRelease(right, {
          state: 'unchanged',
          verdicts: right.seen.releases[1]!.verdicts.map((one) => ({ ...one, verdict: 'unchanged' })),
        }).seen,
      },
    }))
    expect(check(facts).map(({ invariant }) => invariant)).not.toContain('I3 unchanged')
  })

  it('an end that was asked for, and one of a kyozo that had not started', () => {
    const exits = [
      exit({ signal: 'SIGKILL', asked: ['SIGSTOP', 'SIGKILL'] }),
      exit({ code: 0, asked: ['SIGTERM'] }),
      exit({ code: 1, asked: ['SIGTERM', 'SIGTERM'] }),
      exit({ code: 1, hadStarted: false }),
      exit({ signal: 'SIGTERM', asked: ['SIGTERM'], hadStarted: false }),
    ]
    expect(check(changed(() => ({ done: { exits } })))).toEqual([])
  })

  it('a first commit that was given up before anybody looked into it', () => {
    const facts = changed(({ seen }) => ({
      seen: { releases: [{ ...seen.releases[0]!, state: 'superseded', startedMs: null, verdicts: [], stack: [] }, seen.releases[1]!] },
    }))
    expect(check(facts).map(({ invariant }) => invariant)).not.toContain('I1 services')
  })

  it('what may have been carried out without an answer, and what people were told has failed', () => {
    const wrong = (asks: readonly Asked[], seen: Partial<Seen> = {}) =>
      check(changed(() => ({ done: { asked: asks }, seen })))
        .map(({ invariant }) => invariant)
        .filter((name) => /^I13 (pause|copies)|I3 wishes/.test(name))
    const unanswered = (kind: string) => ({ ...asked(kind, 1_700), status: 0, operationId: undefined })
    expect(wrong([unanswered('pause'), unanswered('stop'), { ...unanswered('scale'), replicas: 3 }])).toEqual([])
    expect(wrong([unanswered('pause')], { environment: { ...rightFacts().seen.environment!, isPaused: true } })).toEqual([])
    const failed = rightFacts().seen.operations.map((operation) => ({ ...operation, state: 'failed' }))
    expect(wrong([{ ...asked('scale', 1_700), replicas: 3 }], { operations: failed })).toEqual([])
    expect(wrong([{ ...asked('scale', 1_700), replicas: 3 }, asked('rollback', 1_710)])).toEqual([])
  })

  it('what is under way: an image that rests, an environment that is being deleted, containers that an engine started again', () => {
    const facts = changed(({ seen }) => ({
      done: { faults: ['engine restarted'] },
      seen: {
        images: [{ ...seen.images[0]!, forMs: 3_600_000, isNeeded: false, isUsed: false }],
        givenUp: [{ ...seen.givenUp[0]!, forMs: 60_000, isKnown: true, containers: 2, networks: 1, hasFolder: true }],
        bystanders: bystander(seen, { since: 'later' }),
      },
    }))
    expect(check(facts)).toEqual([])
    const down = changed(({ seen }) => ({
      done: { faults: ['engine killed'] },
      seen: { bystanders: bystander(seen, { state: 'exited' }) },
    }))
    expect(check(down)).toEqual([])
  })

  it('a context that says how a service fell which does not answer, and one of the time before another commit ran', () => {
    const sick = changed(({ seen }) => ({
      seen: {
        statuses: [...seen.statuses, ofWeb('failure')],
        services: seen.services.map((service) => (service.name === 'web' ? { ...service, status: 'error' } : service)),
      },
    }))
    expect(check(sick)).toEqual([])
    const before = changed(({ seen }) => ({
      seen: { statuses: [{ ...ofWeb('failure'), atMs: 1_490 }, ...seen.statuses.slice(0, 4), ...seen.statuses.slice(5)] },
    }))
    expect(check(before)).toEqual([])
  })

  it('a container of still that an engine started again', () => {
    expect(
      check(changed(({ done }) => ({ done: { faults: ['engine killed'], still: { ...done.still!, startedAt: 'earlier' } } }))),
    ).toEqual([])
  })

  it('news of a service that is well again, when nobody was told in time that it had fallen', () => {
    const well = { ...status(shas.second, 'success', 2_000), context: 'kyozo/production/web', words: 'web answers again' }
    const twice = changed(({ seen }) => ({
      done: { handled: ['web'] },
      seen: { statuses: [...seen.statuses, well, { ...well, atMs: 2_100 }] },
    }))
    expect(check(twice)).toEqual([])
  })

  it('a good commit whose worker was brought down each time, or that something unforeseen ended', () => {
    const failed = (done: Partial<Done>) =>
      check(changed((facts) => ({ ...secondRelease(facts, { state: 'failed', errorCode: 'internal', attempt: 5 }), done })))
        .map(({ invariant }) => invariant)
        .filter((name) => name === 'I3 blameless')
    const killed = exit({ signal: 'SIGKILL', asked: ['SIGKILL'] })
    expect(failed({ exits: [killed, killed, killed, killed] })).toEqual([])
    expect(failed({ exits: [killed, killed] })).toEqual(['I3 blameless'])
    expect(failed({ faults: ['throw at engine.create'] })).toEqual([])
    expect(failed({ faults: ['kill at engine.create', 'delay at stage.build'] })).toEqual(['I3 blameless'])
  })

  it('a tip that failed, when the host heard so and the last good release runs', () => {
    const facts = changed((right) => {
      const { seen } = right
      const [before, after] = seen.releases
      const [good, bad] = right.done.commits
      return {
        done: { commits: [good!, { ...bad!, contents: { ...bad!.contents, web: { content: 'crash looping', version: 2 } } }] },
        seen: {
          releases: [
            { ...before!, state: 'live' },
            {
              ...after!,
              state: 'failed',
              reason: 'web crashed',
              verdicts: after!.verdicts.map((one) => ({ ...one, verdict: 'rolled_back' })),
            },
          ],
          environment: { ...seen.environment!, liveReleaseId: 'r1' },
          answers: { ...seen.answers, web: { status: 200, text: 'web 1' } },
          statuses: [...seen.statuses.slice(0, 3), status(shas.second, 'pending', 1_001), status(shas.second, 'failure', 1_501)],
        },
      }
    })
    expect(check(facts)).toEqual([])
  })
})
