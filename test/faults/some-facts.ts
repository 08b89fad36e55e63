// The facts of a history in which all is right: one commit that runs, and a second that replaced it.
import type { Facts, Seen } from './facts.ts'

const first = 'a'.repeat(40)
const second = 'b'.repeat(40)
const good = (version: number) => ({ content: 'good' as const, version })
const still = { id: 's'.repeat(64), service: 'still', state: 'running', startedAt: '2026-01-01T00:00:00Z', generation: 1 }
const names = ['web', 'data', 'still'] as const

export const shas = { first, second }

export function rightFacts(): Facts {
  return {
    history: { seed: 1, number: 1, acts: [] },
    done: {
      startedMs: 0,
      commits: [
        { sha: first, contents: { web: good(1), data: good(1), still: good(1) } },
        { sha: second, contents: { web: good(2), data: good(1), still: good(1) } },
      ],
      handovers: [handover('one', first), handover('two', second)],
      asked: [{ kind: 'start', service: 'web', status: 202, operationId: 'o1', askedMs: 1_700, answeredMs: 1_710 }],
      faults: [],
      handled: [],
      marker: 'kept',
      still,
      exits: [],
      slowness: 1,
    },
    seen: rightSeen(),
  }
}

function handover(guid: string, after: string): Facts['done']['handovers'][number] {
  return { guid, repository: 'mona/shop', event: 'push', ref: 'refs/heads/main', after, atMs: 1, tookMs: 10, status: 202, answer: '' }
}

function rightSeen(): Seen {
  const container = (service: string, generation: number) => ({ ...still, id: service[0]!.repeat(64), service, generation })
  return {
    tip: second,
    environment: { project: 'kyozo-shop-production', liveReleaseId: 'r2', generation: 2, isPaused: false },
    deliveries: [
      { guid: 'one', decision: 'accepted', reason: 'release queued', releaseIds: ['r1'] },
      { guid: 'two', decision: 'accepted', reason: 'release queued', releaseIds: ['r2'] },
    ],
    releases: [release('r1', 1, first, 'replaced'), release('r2', 2, second, 'live')],
    services: names.map((name) => ({
      id: name, name, desiredState: 'running', status: 'running', eventSequence: 3, eventNumbers: [1, 2, 3],
    })), // biome-ignore format: one row
    operations: [{ id: 'o1', kind: 'start_service', state: 'succeeded', words: 'web runs', holder: null, releaseId: 'r2' }],
    repairs: [{ state: 'succeeded', reason: 'web was removed', startedMs: 900, finishedMs: 950 }],
    awaited: [],
    outbox: [{ target: 'status', isOpen: false, wasDropped: false, words: null }],
    statuses: [first, second].flatMap((sha, at) => [
      { sha, context: 'kyozo/production', state: 'pending' as const, atMs: at * 1_000 + 1, words: 'waits for a worker' },
      { sha, context: 'kyozo/production/web', state: 'success' as const, atMs: at * 1_000 + 600, words: 'live after 1 s' },
      { sha, context: 'kyozo/production', state: 'success' as const, atMs: at * 1_000 + 601, words: '3 live' },
    ]),
    containers: [container('web', 2), container('data', 1), container('still', 1)],
    networks: ['kyozo-shop-production_default'],
    volumes: ['kyozo-shop-production_data'],
    answers: { web: { status: 200, text: 'web 2' }, data: { status: 200, text: 'data 1' }, still: { status: 200, text: 'still 1' } },
    marker: 'kept',
    events: [1, 1, 1, 2].map((generation, at) => ({
      action: 'create', container: String(at), labels: { 'kyozo.generation': String(generation) }, atMs: at,
    })), // biome-ignore format: one row
    bystanders: bystanders(),
    bystandersAtFirst: bystanders(),
    bystandersBefore: bystanders(),
    images: [{ name: 'kyozo/shop/web:2', forMs: 10_000_000, isNeeded: true, isUsed: true }],
    givenUp: [
      {
        project: 'kyozo-old-production',
        forMs: 10_000_000,
        isKnown: false,
        history: 'deleted',
        containers: 0,
        networks: 0,
        hasFolder: false,
      },
    ],
    children: [],
    peakMemoryMiB: 200,
    leaks: [],
  }
}

function bystanders(): Seen['bystanders'] {
  return { 'container a-persons': { id: 'c1', state: 'running', since: '2026-01-01T00:00:00Z' } }
}

function release(id: string, sequence: number, sha: string, state: string): Seen['releases'][number] {
  return {
    id, sequence, sha, state, reason: '3 live', errorCode: null, attempt: 1, hasLease: false, isAsked: false,
    startedMs: (sequence - 1) * 1_000 + 100, finishedMs: (sequence - 1) * 1_000 + 500,
    verdicts: names.map((service) => ({ service, verdict: 'live', words: 'live after 1 s' })),
    stack: [...names], copies: { web: 1, data: 1, still: 1 },
  } // biome-ignore format: one row
}
