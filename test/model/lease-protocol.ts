// The protocol of releases and leases on one environment, as a state machine small enough to visit every state: pushes, claims, renewals, expiry, rescue,
// supersede, cancel, giving back, the switch, repairs, and workers that crash or go on without knowing that they lost their lease. Which states of a release may follow
// which, and what a recovery does with containers, is decided by kyozo's own functions.
//
// What stands for what: a tick is ten seconds; a lease lasts three of them. An effect on the engine is two moves, the check of the lease and the effect
// itself, and up to one tick lies between: kyozo's calls of the engine end by then.

import type { ObservedContainer } from '../../src/reconcile/plan.ts'
import { type LiveServiceFacts, planRecovery } from '../../src/reconcile/recover.ts'
import { hasEnded, mayFollow, type ReleaseState } from '../../src/release/states.ts'
import type { Move, System } from './explore.ts'

/** Ways to build it wrong, each of which must be found. */
export type Planted =
  | 'no check of the lease before an effect'
  | 'a check that the lease holds now, and not for as long as the effect takes'
  | 'a rescue before the worker has stopped by itself'
  | 'a claim that looks and takes without a lock'
  | 'a commit without a check of the lease'
  | 'a rescue that goes back to an overtaken release'
  | 'a worker that gives an overtaken release back'
  | 'a worker that looks for a newer release some time before it gives its own back'
  | 'a release that is forgotten when its worker dies'
  | 'a repair that does not look for a release'

export interface Bounds {
  readonly workers: number
  /** What each pushed commit's service hashes to: the same twice is a commit that goes back. */
  readonly configs: readonly number[]
  readonly crashes: number
  readonly cancels: number
  readonly failures: number
  /** How often a worker stops, or its ending breaks off, before the commit point. */
  readonly givenBack: number
  readonly repairs: number
}

interface Release {
  readonly state: ReleaseState | 'not pushed'
  readonly attempt: number
  /** The generation that may act; 0 is nobody. */
  readonly token: number
  readonly lease: number
  readonly isCanceled: boolean
  readonly ends: number
}

interface Doing {
  readonly what: 'release' | 'repair'
  readonly release: number
  readonly generation: number
  readonly phase: 'claim' | 'recover' | 'create' | 'prove' | 'commit' | 'retire' | 'undo' | 'give back'
  /** Checked, and about to happen. */
  readonly isChecked: boolean
  readonly age: number
  readonly made: boolean
  readonly going: readonly number[]
}

interface Container {
  readonly generation: number
  readonly config: number
  readonly hasAlias: boolean
}

export interface State {
  readonly releases: readonly Release[]
  readonly generation: number
  readonly live: number
  readonly repair: { readonly token: number; readonly lease: number; readonly yields: boolean } | null
  readonly workers: readonly (Doing | null)[]
  readonly containers: readonly Container[]
  readonly left: {
    readonly crashes: number
    readonly cancels: number
    readonly failures: number
    readonly givenBack: number
    readonly repairs: number
  }
}

const leaseTicks = 3
const marginTicks = 1
const attemptLimit = 2

export function leaseProtocol(bounds: Bounds, planted?: Planted): System<State> {
  const { crashes, cancels, failures, givenBack, repairs, configs } = bounds
  const release: Release = { state: 'not pushed', attempt: 0, token: 0, lease: 0, isCanceled: false, ends: 0 }
  return {
    start: {
      releases: configs.map(() => release),
      generation: 0,
      live: -1,
      repair: null,
      workers: Array.from({ length: bounds.workers }, () => null),
      containers: [],
      left: { crashes, cancels, failures, givenBack, repairs },
    },
    moves: (state) => new Steps(state, bounds, planted).all(),
    isAtRest: (state) =>
      state.releases.every(({ state: one }) => one !== 'not pushed' && hasEnded(one)) &&
      state.workers.every((worker) => worker === null) &&
      state.repair === null,
    wrongAtRest: (state) => wrongAtRest(state, configs),
  }
}

/** Whoever looks at an environment at rest brings it back to its live release; what is there after that must be right. */
function wrongAtRest(state: State, configs: readonly number[]): string | undefined {
  const { releases, live } = state
  const containers = recovered(state, configs)
  const never = releases.findIndex(({ ends }) => ends !== 1)
  if (never !== -1) return `release ${never} has ${releases[never]!.ends} ends`
  const lives = releases.filter(({ state }) => state === 'live').length
  if (lives !== (live === -1 ? 0 : 1)) return `${lives} releases say that they are live`
  const serving = containers.map(({ config, hasAlias }) => `${config}${hasAlias ? '' : ' without its name'}`)
  const wanted = live === -1 ? [] : [`${configs[live]}`]
  return JSON.stringify(serving) === JSON.stringify(wanted)
    ? undefined
    : `what runs is ${serving.join(', ') || 'nothing'}, and ${wanted.join('') || 'nothing'} is live`
}

function recoveryOf({ containers, live }: State, configs: readonly number[]) {
  const observed = containers.map(
    ({ generation, config, hasAlias }) =>
      ({ id: String(generation), service: 'app', state: 'running', configHash: String(config), generation, hasAlias }) as ObservedContainer,
  )
  const facts = new Map<string, LiveServiceFacts>()
  if (live !== -1) facts.set('app', { configHash: String(configs[live]), isOneShot: false, replicas: 1 })
  const { makeWay, remove, rename } = planRecovery({ containers: observed }, facts)
  return { gone: [...makeWay, ...remove].map(Number), named: rename.flatMap(({ containers: ids }) => ids).map(Number) }
}

function recovered(state: State, configs: readonly number[]): readonly Container[] {
  const { gone, named } = recoveryOf(state, configs)
  const kept = state.containers.filter(({ generation }) => !gone.includes(generation))
  return kept.map((known) => (named.includes(known.generation) ? { ...known, hasAlias: true } : known))
}

function needsRepair(state: State, configs: readonly number[]): boolean {
  const { gone, named } = recoveryOf(state, configs)
  return gone.length + named.length > 0
}

/** Every move from one state. */
class Steps {
  readonly #state: State
  readonly #bounds: Bounds
  readonly #planted: Planted | undefined
  readonly #moves: Move<State>[] = []

  constructor(state: State, bounds: Bounds, planted: Planted | undefined) {
    this.#state = state
    this.#bounds = bounds
    this.#planted = planted
  }

  all(): readonly Move<State>[] {
    const { releases, workers } = this.#state
    this.#push()
    this.#tick()
    this.#rescue()
    this.#repairExpires()
    for (const [at, release] of releases.entries()) this.#cancel(at, release)
    for (const [at, doing] of workers.entries()) {
      if (doing === null) {
        this.#claim(at)
        this.#claimRepair(at)
      } else {
        this.#work(at, doing)
        this.#renew(at, doing)
        this.#crash(at)
      }
    }
    return this.#moves
  }

  #add(name: string, to: Partial<State>, broken?: string) {
    this.#moves.push({ name, to: { ...this.#state, ...to }, broken })
  }

  #has(planted: Planted): boolean {
    return this.#planted === planted
  }

  #worker(at: number, doing: Doing | null): readonly (Doing | null)[] {
    const workers = this.#state.workers.map((known, index) => (index === at ? doing : known))
    // They are alike: who does what makes no difference, and half of the states.
    return workers.sort((a, b) => (a?.generation ?? -1) - (b?.generation ?? -1))
  }

  /** A change of a release that its table of states must allow. */
  #change(
    at: number,
    change: Partial<Release>,
    releases = this.#state.releases,
  ): { readonly releases: readonly Release[]; readonly broken?: string } {
    const before = releases[at]!
    const after = { ...before, ...change }
    const isEnd = after.state !== 'not pushed' && hasEnded(after.state) && before.state !== 'live'
    const isAllowed =
      before.state === after.state ||
      (before.state !== 'not pushed' && after.state !== 'not pushed' && mayFollow(before.state, after.state))
    const next = releases.map((known, index) => (index === at ? { ...after, ends: before.ends + (isEnd ? 1 : 0) } : known))
    return { releases: next, ...(isAllowed ? {} : { broken: `release ${at} goes from ${before.state} to ${after.state}` }) }
  }

  #push() {
    const at = this.#state.releases.findIndex(({ state }) => state === 'not pushed')
    if (at === -1) return
    let { releases } = this.#state
    for (const [older, { state }] of releases.entries())
      if (state === 'queued') releases = this.#change(older, { state: 'superseded' }, releases).releases
    this.#add(`commit ${at} is pushed`, {
      releases: releases.map((known, index) => (index === at ? { ...known, state: 'queued' } : known)),
    })
  }

  #tick() {
    const { releases, workers, repair } = this.#state
    // What was checked has happened by then, or its worker is gone.
    if (workers.some((doing) => doing?.isChecked && doing.age >= marginTicks)) return
    const less = (lease: number) => Math.max(0, lease - 1)
    this.#add('ten seconds pass', {
      releases: releases.map((release) => (release.state === 'running' ? { ...release, lease: less(release.lease) } : release)),
      repair: repair === null ? null : { ...repair, lease: less(repair.lease) },
      workers: workers.map((doing) => (doing?.isChecked ? { ...doing, age: doing.age + 1 } : doing)),
    })
  }

  #rescue() {
    if (this.#has('a release that is forgotten when its worker dies')) return
    const { releases } = this.#state
    const least = this.#has('a rescue before the worker has stopped by itself') ? marginTicks : 0
    for (const [at, { state, lease, attempt, isCanceled }] of releases.entries()) {
      if (state !== 'running' || lease > least) continue
      const isOvertaken = this.#isOvertaken(at) && !this.#has('a rescue that goes back to an overtaken release')
      const fate = isCanceled ? 'failed' : isOvertaken ? 'superseded' : attempt >= attemptLimit ? 'failed' : 'queued'
      const { releases: next, broken } = this.#change(at, { state: fate, token: 0, lease: 0 })
      this.#add(`release ${at} is rescued: ${fate}`, { releases: next }, broken)
    }
  }

  #repairExpires() {
    if (this.#state.repair?.lease === 0) this.#add('the repair of a dead worker is ended', { repair: null })
  }

  #cancel(at: number, { state, isCanceled }: Release) {
    const { left } = this.#state
    if (left.cancels === 0 || isCanceled || (state !== 'queued' && state !== 'running')) return
    const { releases } = this.#change(at, state === 'queued' ? { state: 'failed', isCanceled: true } : { isCanceled: true })
    this.#add(`release ${at} is cancelled`, { releases, left: { ...left, cancels: left.cancels - 1 } })
  }

  #claim(at: number) {
    const next = this.#nextQueued()
    if (next === -1 || this.#isBusy()) return
    const base: Doing = { what: 'release', release: next, generation: 0, phase: 'claim', isChecked: false, age: 0, made: false, going: [] }
    if (this.#has('a claim that looks and takes without a lock'))
      this.#add(`worker ${at} sees that release ${next} waits`, { workers: this.#worker(at, base) })
    else if (this.#state.repair !== null) this.#askToYield()
    else this.#take(at, base)
  }

  #take(at: number, doing: Doing) {
    const { generation, releases } = this.#state
    const mine = generation + 1
    const { attempt } = releases[doing.release]!
    const { releases: next, broken } = this.#change(doing.release, {
      state: 'running',
      token: mine,
      lease: leaseTicks,
      attempt: attempt + 1,
    })
    const workers = this.#worker(at, { ...doing, generation: mine, phase: 'recover' })
    const overtaken = doing.release < this.#state.live ? `commit ${doing.release} is released after commit ${this.#state.live}` : undefined
    this.#add(`worker ${at} claims release ${doing.release}`, { generation: mine, releases: next, workers }, broken ?? overtaken)
  }

  #nextQueued(): number {
    return this.#state.releases.findLastIndex(({ state }) => state === 'queued')
  }

  #isBusy(): boolean {
    return this.#state.releases.some(({ state }) => state === 'running')
  }

  #askToYield() {
    const { repair } = this.#state
    if (repair !== null && !repair.yields) this.#add('the repair is asked to give way', { repair: { ...repair, yields: true } })
  }

  #claimRepair(at: number) {
    const { left, repair, generation } = this.#state
    if (left.repairs === 0) return
    if (repair !== null || !needsRepair(this.#state, this.#bounds.configs)) return
    if (this.#isBusy() && !this.#has('a repair that does not look for a release')) return
    const mine = generation + 1
    const doing: Doing = {
      what: 'repair',
      release: -1,
      generation: mine,
      phase: 'recover',
      isChecked: false,
      age: 0,
      made: false,
      going: [],
    }
    this.#add(`worker ${at} begins a repair`, {
      generation: mine,
      repair: { token: mine, lease: leaseTicks, yields: false },
      workers: this.#worker(at, doing),
      left: { ...left, repairs: left.repairs - 1 },
    })
  }

  #renew(at: number, doing: Doing) {
    if (!this.#isHolder(doing) || doing.phase === 'retire') return
    const { releases, repair } = this.#state
    if (doing.what === 'repair') this.#add(`worker ${at} renews its repair`, { repair: { ...repair!, lease: leaseTicks } })
    else
      this.#add(`worker ${at} renews release ${doing.release}`, {
        releases: releases.map((one, index) => (index === doing.release ? { ...one, lease: leaseTicks } : one)),
      })
  }

  #crash(at: number) {
    const { left } = this.#state
    if (left.crashes > 0) this.#add(`worker ${at} dies`, { workers: this.#worker(at, null), left: { ...left, crashes: left.crashes - 1 } })
  }

  #isHolder({ what, release, generation }: Doing): boolean {
    const { releases, repair } = this.#state
    if (what === 'repair') return repair?.token === generation
    const { state, token } = releases[release] ?? {}
    return state === 'running' && token === generation
  }

  /** What the database answers to the question that stands before each effect. */
  #mayAct(doing: Doing): boolean {
    if (this.#has('no check of the lease before an effect')) return true
    if (!this.#isHolder(doing) || (doing.what === 'repair' && this.#state.repair!.yields)) return false
    const lease = doing.what === 'repair' ? this.#state.repair!.lease : this.#state.releases[doing.release]!.lease
    return lease > (this.#has('a check that the lease holds now, and not for as long as the effect takes') ? 0 : marginTicks)
  }

  #work(at: number, doing: Doing) {
    if (doing.phase === 'claim') return this.#take(at, doing)
    if (doing.phase === 'commit') return this.#commit(at, doing)
    if (doing.phase === 'retire') return this.#retire(at, doing)
    if (doing.phase === 'give back') return this.#giveBack(at, doing)
    if (doing.isChecked) return this.#act(at, doing)
    if (doing.what === 'release' && this.#isHolder(doing) && this.#state.left.givenBack > 0) this.#isToldToStop(at, doing)
    if (doing.what === 'release' && doing.phase === 'recover' && this.#isHolder(doing) && this.#nextQueued() > doing.release)
      this.#end(at, doing, 'superseded')
    if (doing.phase === 'prove' && this.#state.left.failures > 0) this.#fails(at, doing)
    if (this.#mayAct(doing))
      this.#add(`worker ${at} may act for generation ${doing.generation}`, {
        workers: this.#worker(at, { ...doing, isChecked: true, age: 0 }),
      })
    else this.#add(`worker ${at} lost generation ${doing.generation}`, this.#gaveUp(at, doing))
  }

  /** A repair that gives way ends in its row; whoever lost a lease changes nothing more. */
  #gaveUp(at: number, doing: Doing): Partial<State> {
    const isMine = doing.what === 'repair' && this.#isHolder(doing)
    return { workers: this.#worker(at, null), ...(isMine ? { repair: null } : {}) }
  }

  #fails(at: number, doing: Doing) {
    const { left } = this.#state
    this.#add(`release ${doing.release} does not become healthy`, {
      workers: this.#worker(at, { ...doing, phase: 'undo' }),
      left: { ...left, failures: left.failures - 1 },
    })
  }

  #isToldToStop(at: number, doing: Doing) {
    const left = { ...this.#state.left, givenBack: this.#state.left.givenBack - 1 }
    const looksFirst = this.#has('a worker that looks for a newer release some time before it gives its own back')
    if (looksFirst && this.#isOvertaken(doing.release)) return
    this.#add(`worker ${at} is to give release ${doing.release} back`, {
      left,
      workers: this.#worker(at, { ...doing, phase: 'give back' }),
    })
  }

  /** One transaction, in which nobody queues a newer one. What it leaves on the engine is for whoever comes next. */
  #giveBack(at: number, doing: Doing) {
    if (!this.#isHolder(doing)) return this.#add(`worker ${at} lost generation ${doing.generation}`, this.#gaveUp(at, doing))
    const looks =
      !this.#has('a worker that gives an overtaken release back') &&
      !this.#has('a worker that looks for a newer release some time before it gives its own back')
    this.#end(at, doing, looks && this.#isOvertaken(doing.release) ? 'superseded' : 'queued')
  }

  #isOvertaken(release: number): boolean {
    return this.#state.releases.some(({ state }, index) => index > release && state === 'queued')
  }

  #act(at: number, doing: Doing) {
    const broken =
      doing.generation === this.#state.generation
        ? undefined
        : `generation ${doing.generation} acts after generation ${this.#state.generation} began`
    const done = (phase: Doing['phase'], change: Partial<State> = {}, made = doing.made) =>
      this.#add(
        `worker ${at}: ${doing.phase}`,
        { ...change, workers: this.#worker(at, { ...doing, phase, isChecked: false, age: 0, made }) },
        broken,
      )
    if (doing.phase === 'recover' && doing.what === 'repair')
      return this.#add(`worker ${at} repairs`, { ...this.#recovered(), repair: null, workers: this.#worker(at, null) }, broken)
    if (doing.phase === 'recover') return done('create', this.#recovered())
    if (doing.phase === 'create') {
      const config = this.#bounds.configs[doing.release]!
      const { containers } = this.#state
      if (containers.some((known) => known.config === config && known.hasAlias)) return done('commit')
      return done('prove', { containers: [...containers, { generation: doing.generation, config, hasAlias: false }] }, true)
    }
    if (doing.phase === 'prove')
      return done('commit', {
        containers: this.#state.containers.map((known) => (known.generation === doing.generation ? { ...known, hasAlias: true } : known)),
      })
    this.#undo(at, doing, broken)
  }

  #recovered(): Pick<State, 'containers'> {
    return { containers: recovered(this.#state, this.#bounds.configs) }
  }

  #undo(at: number, doing: Doing, broken: string | undefined) {
    const recovered = this.#recovered()
    if (!this.#isHolder(doing))
      return this.#add(`worker ${at} lost generation ${doing.generation}`, { ...recovered, workers: this.#worker(at, null) }, broken)
    const { releases } = this.#change(doing.release, { state: 'failed', token: 0, lease: 0 })
    this.#add(`release ${doing.release} fails`, { ...recovered, releases, workers: this.#worker(at, null) }, broken)
  }

  #end(at: number, doing: Doing, state: ReleaseState) {
    const { releases, broken } = this.#change(doing.release, { state, token: 0, lease: 0 })
    this.#add(`release ${doing.release} ends: ${state}`, { releases, workers: this.#worker(at, null) }, broken)
  }

  /** The transaction that makes it live: fenced by the lease's token. */
  #commit(at: number, doing: Doing) {
    const { releases, live, containers } = this.#state
    const own = releases[doing.release]!
    if (own.isCanceled && this.#isHolder(doing))
      return this.#add(`worker ${at} hears of the cancel`, { workers: this.#worker(at, { ...doing, phase: 'undo' }) })
    if (!this.#isHolder(doing) && !this.#has('a commit without a check of the lease'))
      return this.#add(`worker ${at} lost generation ${doing.generation}`, { workers: this.#worker(at, null) })
    const isLive = doing.made || live === -1
    const ended = this.#change(doing.release, { state: isLive ? 'live' : 'unchanged', token: 0, lease: 0 })
    const retired = isLive && live !== -1 ? this.#change(live, { state: 'replaced' }, ended.releases) : ended
    const going = containers
      .filter(({ generation, hasAlias }) => doing.made && hasAlias && generation !== doing.generation)
      .map(({ generation }) => generation)
    const backwards = doing.release < live ? `the environment goes back from commit ${live} to ${doing.release}` : undefined
    this.#add(
      `release ${doing.release} goes live`,
      {
        releases: retired.releases,
        live: isLive ? doing.release : live,
        workers: this.#worker(at, going.length === 0 ? null : { ...doing, phase: 'retire', going }),
      },
      ended.broken ?? retired.broken ?? backwards,
    )
  }

  /** Old containers drain and go, without a lease: they are named, and belong to nobody any more. */
  #retire(at: number, { going }: Doing) {
    const { containers, live } = this.#state
    const wanted = this.#bounds.configs[live]
    const served = containers.filter(({ config, hasAlias }) => config === wanted && hasAlias)
    const after = containers.filter(({ generation }) => !going.includes(generation))
    const takesLive = served.length > 0 && served.every(({ generation }) => going.includes(generation))
    this.#add(
      `worker ${at} takes the replaced containers away`,
      { containers: after, workers: this.#worker(at, null) },
      takesLive ? 'what is live is taken away' : undefined,
    )
  }
}
