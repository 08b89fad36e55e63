import { expect, it } from 'vitest'
import { steps } from '../../src/steps.ts'
import { actWords, type History } from './acts.ts'
import { generate } from './generate.ts'
import { chanceOf } from './random.ts'

const many = Array.from({ length: 300 }, (_, number) => generate(7, number))
const faultsOf = ({ acts }: History) => acts.flatMap((act) => (act.kind === 'fault' ? [act.fault] : []))

it('draws the same history from the same seed and number, and another from another', () => {
  expect(generate(7, 12)).toEqual(generate(7, 12))
  expect(generate(7, 12).acts).not.toEqual(generate(8, 12).acts)
  expect(generate(7, 12).acts).not.toEqual(generate(7, 13).acts)
})

it('begins with services that run, and has between 5 and 15 acts', () => {
  for (const { acts } of many) {
    expect(acts[0]).toMatchObject({ kind: 'push', content: 'good', services: ['web', 'data', 'still'] })
    expect(acts.length).toBeGreaterThanOrEqual(5)
    expect(acts.length).toBeLessThanOrEqual(15)
  }
})

it('strikes at every step once before it strikes at one twice', () => {
  const struck = many.slice(0, steps.length).map((history) => faultsOf(history).map((fault) => ('step' in fault ? fault.step : undefined)))
  for (const [at, step] of steps.entries()) expect(struck[at]).toContain(step)
})

it('draws every kind of act, content and fault in a campaign', () => {
  const kinds = new Set(
    many.flatMap(({ acts }) => acts.map((act) => (act.kind === 'push' ? `push ${act.content} ${act.handing}` : act.kind))),
  )
  const names = new Set(many.flatMap((history) => faultsOf(history).map(({ name }) => name)))
  for (const content of ['good', 'docs', 'failing build', 'never healthy', 'crash looping', 'out of memory'])
    expect(kinds).toContain(`push ${content} sent`)
  for (const kind of [
    'push good dropped', 'push good held', 'force push', 'delete branch', 'recreate branch', 'hand over', 'redeliver', 'stop', 'start', 'restart',
    'scale', 'rollback', 'cancel', 'pause', 'resume', 'kill container', 'remove container', 'change limits', 'restore what differs',
  ]) expect(kinds).toContain(kind) // biome-ignore format: a list
  expect([...names].sort()).toEqual(
    [
      'clock jumps', 'database answer lost', 'database cut', 'database killed', 'database refused', 'database stalled', 'database stopped',
      'delay at a step', 'disk full', 'engine frozen', 'engine killed', 'engine restarted', 'engine stopped', 'forge fails', 'forge is silent',
      'forge limits', 'forge loses answers', 'forge overloads', 'freeze beyond the lease', 'freeze kyozo', 'git refuses', 'git stalls',
      'git truncates', 'kill at a step', 'kill kyozo', 'stop kyozo', 'throw at a step',
    ], // biome-ignore format: a list
  )
})

it('never leaves the branch deleted', () => {
  for (const { acts } of many) {
    const last = acts.findLast(({ kind }) => kind === 'delete branch' || kind === 'recreate branch')
    expect(last?.kind).not.toBe('delete branch')
  }
})

it('says an act in one line', () => {
  expect(actWords({ kind: 'scale', service: 'web', replicas: 2, when: 'settled' })).toBe('settled: scale service=web replicas=2')
  expect(actWords({ kind: 'fault', fault: { name: 'database killed' }, when: 'under way' })).toBe('under way: database killed')
})

it('draws by weight, and never what weighs nothing', () => {
  const chance = chanceOf(1, 1)
  const drawn = Array.from({ length: 1_000 }, () => chance.weighed([[3, 'often'], [1, 'seldom'], [0, 'never']])) // biome-ignore format: weights
  expect(new Set(drawn)).toEqual(new Set(['often', 'seldom']))
  expect(drawn.filter((one) => one === 'often').length).toBeGreaterThan(650)
})
