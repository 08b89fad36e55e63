// Several kyozos of different versions, each with words of its own for the same stack, write back to one repository: whatever people do meanwhile, and
// in whatever order the kyozos look, it comes to rest, and nothing that people wrote is lost.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type CommitBackMode, decideCommitBack, type Proposal } from '../../../src/pipeline/commit-back/decide.ts'
import { findBase, settledBy } from '../../../src/stack/committed/base.ts'
import { keyOf, withMark } from '../../../src/stack/committed/file.ts'
import { mergeCommitted } from '../../../src/stack/committed/merge.ts'
import type { Committed } from '../../../src/stack/edits/with-edits.ts'
import { houseText } from '../../../src/stack/house-yaml.ts'

/** What a commit holds: the services that its code is, and the file. */
interface Commit {
  readonly id: number
  readonly services: Readonly<Record<string, number>>
  readonly file: string | null
}

interface Repository {
  tip: Commit
  proposal: { readonly commit: Commit; readonly by: Instance } | null
  written: number
}

/** How a version says what it runs: the same service, in other words, and sometimes more or less of it. */
type Version = (name: string, port: number) => Readonly<Record<string, unknown>>

const versions: readonly Version[] = [
  (name, port) => ({
    build: { context: `./${name}` },
    ports: [`127.0.0.1::${port}`],
    deploy: { resources: { limits: { memory: '512m' } } },
  }),
  (name, port) => ({
    build: { context: `./${name}` },
    init: true,
    environment: { PORT: String(port) },
    ports: [`127.0.0.1::${port}`],
    deploy: { resources: { limits: { memory: '1g' } } },
  }),
  (name, port) => ({
    build: { context: `./${name}`, dockerfile: 'Dockerfile' },
    environment: { PORT: String(port), KIND: name },
    ports: [`127.0.0.1::${port}`],
  }),
]

interface Instance {
  readonly version: Version
  readonly texts: Map<string, string>
  readonly adopted: Map<string, string>
  /** Its own commits that say what runs, and what each comes after. */
  readonly ownCommits: Map<number, number>
  last: string | undefined
  released: Commit | undefined
  /** What it runs. */
  runs: string | undefined
}

function newInstance(version: Version): Instance {
  return { version, texts: new Map(), adopted: new Map(), ownCommits: new Map(), last: undefined, released: undefined, runs: undefined }
}

function generate({ version }: Instance, { services }: Commit): string {
  const data = {
    services: Object.fromEntries(
      Object.entries(services)
        .sort()
        .map(([name, port]) => [name, version(name, port)]),
    ),
    networks: { default: {} },
  }
  return withMark(
    houseText({
      data,
      head: [`Version ${versions.indexOf(version)}.`],
      reasons: new Map(Object.keys(services).map((name) => [name, [`${name} is there`]])),
    }),
  )
}

/** A release of the branch's tip, and what it writes back. */
function release(instance: Instance, repository: Repository, mode: CommitBackMode): void {
  const commit = repository.tip
  const before = instance.released
  if (before?.id === commit.id) return
  if (before !== undefined && instance.ownCommits.get(commit.id) === before.id) return
  instance.released = commit
  const committed = committedOf(instance, commit)
  instance.runs = committed.merged.text
  settle(instance, committed)
  instance.texts.set(keyOf(committed.generated), committed.generated)
  const decision = decideCommitBack({
    mode,
    branch: 'main',
    committed,
    released: String(commit.id),
    tip: String(repository.tip.id),
    proposalBranch: 'kyozo/compose',
    proposal: proposalFor(instance, repository),
    sameProposal: repository.proposal?.by === instance ? 'open' : null,
    sinceLastMs: null,
  })
  if (decision.kind === 'nothing' || decision.kind === 'later') return
  repository.written++
  const next = { ...commit, id: commit.id + 1_000 * repository.written, file: decision.text }
  if (committed.merged.conflicts.length === 0) instance.ownCommits.set(next.id, commit.id)
  if (decision.kind === 'commit') {
    repository.tip = next
    settle(instance, { ...committed, base: 'known', present: decision.text })
  } else repository.proposal = { commit: next, by: instance }
}

function committedOf(instance: Instance, { file, ...commit }: Commit): Committed {
  const generated = generate(instance, { ...commit, file })
  const settled = new Map([...instance.texts, ...instance.adopted])
  const base =
    file === null
      ? ({ kind: 'known', text: generated } as const)
      : findBase(file, { settled, generated, ...(instance.last === undefined ? {} : { last: instance.last }) })
  const merged = mergeCommitted({ base, generated, present: file })
  return {
    generated,
    present: file,
    base: base.kind,
    merged,
    proposal: mergeCommitted({ base, generated, present: file, resolve: () => 'take' }).text,
  }
}

function settle(instance: Instance, { base, generated, present, merged }: Committed): void {
  const settled = settledBy({ base, generated, present, text: merged.text })
  if (settled === undefined) return
  instance.last = settled.last
  if (settled.adopted !== undefined) instance.adopted.set(settled.adopted, settled.last)
}

function proposalFor(instance: Instance, { proposal }: Repository): Proposal | null {
  return proposal === null ? null : { tip: String(proposal.commit.id), isOurs: proposal.by === instance, text: proposal.commit.file }
}

/** Everybody looks until nobody has anything to do; more often than there are instances would be a loop. */
function rest(instances: readonly Instance[], repository: Repository, mode: CommitBackMode): number {
  const before = repository.written
  for (let round = 0; round < 10; round++) {
    const tip = repository.tip.id
    for (const instance of instances) release(instance, repository, mode)
    if (repository.tip.id === tip) return repository.written - before
  }
  throw new Error('it does not come to rest')
}

type Act =
  | { readonly kind: 'code'; readonly name: string; readonly port: number | null }
  | { readonly kind: 'edit'; readonly name: string; readonly value: string }
  | { readonly kind: 'look'; readonly who: number }
  | { readonly kind: 'merge' }

const name = fc.constantFrom('api', 'web', 'worker')
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant('code' as const), name, port: fc.option(fc.constantFrom(80, 81, 82)) }),
  fc.record({ kind: fc.constant('edit' as const), name, value: fc.constantFrom('one', 'two') }),
  fc.record({ kind: fc.constant('look' as const), who: fc.nat(2) }),
  fc.record({ kind: fc.constant('merge' as const) }),
)

/** What people do: code that comes and goes, a variable of theirs in the file, a pull request that they merge. */
function perform(repository: Repository, instances: readonly Instance[], { act: one, mode }: { act: Act; mode: CommitBackMode }): boolean {
  const { tip, proposal } = repository
  if (one.kind === 'look') release(instances[one.who % instances.length]!, repository, mode)
  else if (one.kind === 'code') {
    const { [one.name]: _, ...others } = tip.services
    repository.tip = { ...tip, id: tip.id + 1, services: one.port === null ? others : { ...others, [one.name]: one.port } }
  } else if (one.kind === 'merge') {
    if (proposal === null || proposal.commit.services !== tip.services) return false
    repository.tip = { ...tip, id: tip.id + 1, file: proposal.commit.file }
    repository.proposal = null
  } else {
    const line = `      THEIRS: ${one.value}\n`
    const place = new RegExp(`^ {2}${one.name}:\n(?: {4}.*\n)*?(?=^ {4}ports:)`, 'm')
    const text = tip.file?.replace(/^ {6}THEIRS: .*\n/gm, '')
    const found = text === undefined ? null : place.exec(text)
    if (found === null || text === undefined) return false
    const block = found[0].includes('    environment:\n')
      ? found[0].replace('    environment:\n', `    environment:\n${line}`)
      : `${found[0]}    environment:\n${line}`
    repository.tip = { ...tip, id: tip.id + 1, file: text.replace(found[0], () => block) }
  }
  return one.kind !== 'look'
}

const start = (): Repository => ({ tip: { id: 1, services: { api: 80 }, file: null }, proposal: null, written: 0 })

describe('kyozos of different versions on one repository', () => {
  it.each([1, 2, 3])('%i of them come to rest after every push, each with at most one commit of its own', (count) => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 15 }), (acts) => {
        const repository = start()
        const instances = versions.slice(0, count).map(newInstance)
        rest(instances, repository, 'direct')
        for (const one of acts) {
          perform(repository, instances, { act: one, mode: 'direct' })
          expect(rest(instances, repository, 'direct')).toBeLessThanOrEqual(count + 1)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('come to rest in whatever order they look, and by pull requests too', () => {
    fc.assert(
      fc.property(
        fc.array(act, { minLength: 1, maxLength: 20 }),
        fc.constantFrom('direct' as const, 'pull_request' as const),
        (acts, mode) => {
          const repository = start()
          const instances = versions.map(newInstance)
          let pushes = 1
          for (const one of acts) if (perform(repository, instances, { act: one, mode })) pushes++
          rest(instances, repository, mode)
          expect(repository.written).toBeLessThanOrEqual((instances.length + 1) * pushes)
        },
      ),
      { numRuns: 80 },
    )
  })

  it('keep what people wrote: a variable of theirs stays for as long as its service does', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 12 }), (acts) => {
        const repository = start()
        const instances = versions.slice(0, 2).map(newInstance)
        rest(instances, repository, 'direct')
        perform(repository, instances, { act: { kind: 'edit', name: 'api', value: 'kept' }, mode: 'direct' })
        for (const one of acts.filter((each) => each.kind === 'look' || (each.kind === 'code' && each.name !== 'api'))) {
          perform(repository, instances, { act: one, mode: 'direct' })
          rest(instances, repository, 'direct')
        }
        expect(parse(repository.tip.file ?? '').services.api.environment.THEIRS).toBe('kept')
      }),
      { numRuns: 50 },
    )
  })

  it('of one version write once: the second finds nothing to do', () => {
    const repository = start()
    const instances = [newInstance(versions[0]!), newInstance(versions[0]!)]
    expect(rest(instances, repository, 'direct')).toBe(1)
    repository.tip = { ...repository.tip, id: 2, services: { api: 80, web: 81 } }
    expect(rest(instances, repository, 'direct')).toBe(1)
    expect(instances.map(({ runs }) => runs)).toEqual([repository.tip.file, repository.tip.file])
  })

  it('run what the branch says: a service that one of them finds runs on all, and one that is gone on none', () => {
    const repository = start()
    const instances = versions.slice(0, 2).map(newInstance)
    rest(instances, repository, 'direct')
    repository.tip = { ...repository.tip, id: 2, services: { api: 80, web: 81 } }
    rest(instances, repository, 'direct')
    expect(Object.keys(parse(repository.tip.file ?? '').services)).toEqual(['api', 'web'])
    repository.tip = { ...repository.tip, id: 3, services: { api: 80 } }
    rest(instances, repository, 'direct')
    expect(Object.keys(parse(repository.tip.file ?? '').services)).toEqual(['api'])
  })
})
