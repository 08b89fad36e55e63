// Draws a history from a seed. Pure: the same seed and number always give the same acts.
import { type Step, steps } from '../../src/steps.ts'
import type { Act, Content, Doing, Fault, History, Moment, ServiceName } from './acts.ts'
import { type Chance, chanceOf } from './random.ts'

/** Each history has a step of its own at which kyozo is killed, so that a campaign strikes at all of them; the rest is drawn. */
export function generate(seed: number, number: number): History {
  const chance = chanceOf(seed, number)
  const step = steps[number % steps.length]!
  const before: Act[] = [first(chance)]
  const middle = Array.from({ length: chance.whole(3, 7) }, () => draw(chance))
  const strike = fault('settled', { name: 'kill at a step', step, nth: chance.weighed([[4, 1], [1, 2]]) }) // biome-ignore format: weights
  const struck = [strike, ...waysTo(step, chance)]
  const at = chance.whole(0, middle.length)
  const acts = [...before, ...middle.slice(0, at), ...struck, ...middle.slice(at)]
  return { seed, number, acts: [...acts, ...tidyEnd(acts, chance)] }
}

/** Something must run before it can be broken. */
function first(chance: Chance): Act {
  return { ...push('good', ['web', 'data', 'still']), when: 'at once', handing: chance.weighed([[9, 'sent'], [1, 'dropped']]) } // biome-ignore format: weights
}

function push(content: Content, services: readonly ServiceName[]): Doing & { readonly kind: 'push' } {
  return { kind: 'push', content, services, handing: 'sent' }
}

function fault(when: Moment, what: Fault): Act {
  return { kind: 'fault', fault: what, when }
}

/** What brings kyozo to a step for certain. */
function waysTo(step: Step, chance: Chance): readonly Act[] {
  const good = push('good', chance.pick([['web'], ['web', 'data']]))
  const begun = { when: 'at once' } as const
  switch (step) {
    case 'release.failing':
    case 'release.ended':
      return [{ ...push(chance.pick(badContents), ['web']), ...begun }]
    case 'engine.stop':
      return [{ ...push('good', ['data']), ...begun }]
    case 'engine.remove':
      return [{ ...push('never healthy', ['web']), ...begun }]
    case 'engine.takeAlias':
      return [{ ...push('never healthy', ['web', 'data']), ...begun }]
    case 'repair.begun':
    case 'repair.acted':
      // A person may have stopped one of them, and what is stopped is not brought back.
      return [
        { kind: 'remove container', service: 'web', ...begun },
        { kind: 'remove container', service: 'data', when: 'settled' },
      ]
    case 'engine.change':
      return [
        { ...push('good', ['web']), ...begun },
        { kind: 'change limits', service: 'web', when: 'settled' },
        { kind: 'restore what differs', ...begun },
      ]
    case 'collect.removing':
      // The image of what never went live is nobody's, and goes at once when a disk is nearly full, once a minute and process.
      return [
        { ...push('never healthy', ['web']), ...begun },
        fault('settled', { name: 'kill kyozo' }),
        fault('settled', { name: 'disk full', acts: 1 }),
        { ...push('docs', []), ...begun },
      ]
    default:
      return [{ ...good, ...begun }]
  }
}

const badContents: readonly Content[] = ['failing build', 'never healthy', 'crash looping', 'out of memory']

function draw(chance: Chance): Act {
  const when: Moment = chance.weighed([[3, 'at once'], [3, 'under way'], [4, 'settled']]) // biome-ignore format: weights
  return { ...chance.weighed<() => Doing>([
    [22, () => drawPush(chance)],
    [3, () => ({ kind: 'force push', services: ['web'] })],
    [1, () => ({ kind: 'delete branch' })],
    [2, () => ({ kind: 'recreate branch' })],
    [3, () => ({ kind: 'hand over' })],
    [4, () => ({ kind: 'redeliver' })],
    [3, () => ({ kind: 'stop', service: chance.pick(['web', 'data']) })],
    [3, () => ({ kind: 'start', service: chance.pick(['web', 'data']) })],
    [2, () => ({ kind: 'restart', service: chance.pick(['web', 'data']) })],
    [2, () => ({ kind: 'scale', service: 'web', replicas: chance.whole(1, 3) })],
    [3, () => ({ kind: 'rollback' })],
    [3, () => ({ kind: 'cancel' })],
    [2, () => ({ kind: 'pause' })],
    [3, () => ({ kind: 'resume' })],
    [3, () => ({ kind: 'kill container', service: chance.pick(['web', 'data', 'still']) })],
    [2, () => ({ kind: 'remove container', service: chance.pick(['web', 'data']) })],
    [1, () => ({ kind: 'change limits', service: 'web' })],
    [1, () => ({ kind: 'restore what differs' })],
    [34, () => ({ kind: 'fault', fault: drawFault(chance) })],
  ])(), when } // biome-ignore format: weights
}

function drawPush(chance: Chance): Doing {
  const content = chance.weighed<Content>([
    [10, 'good'], [2, 'docs'], [1, 'failing build'], [1, 'never healthy'], [1, 'crash looping'], [1, 'out of memory'],
  ]) // biome-ignore format: weights
  const services = content === 'good' ? chance.pick<ServiceName[]>([['web'], ['web'], ['data'], ['web', 'data']]) : (['web'] as const)
  return { ...push(content, services), handing: chance.weighed([[8, 'sent'], [1, 'dropped'], [1, 'held']]) } // biome-ignore format: weights
}

function drawFault(chance: Chance): Fault {
  const acts = chance.whole(1, 2)
  const step = chance.pick(steps)
  return chance.weighed<Fault>([
    [5, { name: 'kill at a step', step, nth: chance.whole(1, 2) }],
    [2, { name: 'throw at a step', step, nth: 1 }],
    [2, { name: 'delay at a step', step, nth: 1, ms: chance.whole(200, 2_000) }],
    [0.3, { name: 'freeze beyond the lease', step: chance.pick(['engine.create', 'engine.start', 'switch.storing', 'release.claimed']) }],
    [3, { name: 'kill kyozo' }],
    [1, { name: 'stop kyozo' }],
    [1, { name: 'freeze kyozo', ms: chance.whole(500, 4_000) }],
    [2, { name: 'engine stopped', acts }], [2, { name: 'engine killed' }], [1, { name: 'engine restarted' }], [1, { name: 'engine frozen', acts }],
    [2, { name: 'database stopped', acts }], [2, { name: 'database killed' }], [2, { name: 'database refused', acts }],
    [2, { name: 'database stalled', acts }], [3, { name: 'database cut' }], [1, { name: 'database answer lost' }],
    [2, { name: 'git refuses', acts }], [1, { name: 'git stalls', acts }], [1, { name: 'git truncates', acts }],
    [2, { name: 'forge limits', acts }], [1, { name: 'forge overloads', acts }], [2, { name: 'forge fails', acts }],
    [1, { name: 'forge is silent', acts }], [2, { name: 'forge loses answers', acts }],
    [1.5, { name: 'disk full', acts }],
    [2, { name: 'clock jumps', hours: chance.pick([-1, 1]), acts }],
  ]) // biome-ignore format: weights
}

/** Half of all histories end with a commit that should run; a branch that was deleted comes back, and no pause stays. */
function tidyEnd(acts: readonly Act[], chance: Chance): readonly Act[] {
  const ends: Act[] = []
  const last = acts.findLast(({ kind }) => kind === 'delete branch' || kind === 'recreate branch')
  if (last?.kind === 'delete branch') ends.push({ kind: 'recreate branch', when: 'at once' })
  if (acts.findLast(({ kind }) => kind === 'pause' || kind === 'resume')?.kind === 'pause' && chance.next() < 0.7)
    ends.push({ kind: 'resume', when: 'at once' })
  if (chance.next() < 0.5) ends.push({ ...push('good', ['web']), when: chance.pick(['at once', 'settled']) })
  return ends
}
