import { expect, it } from 'vitest'
import { neededVolumes } from '../../src/reconcile/plan-ground.ts'
import { planStack } from '../../src/reconcile/plan-stack.ts'
import { specifyStack } from '../../src/stack/specify.ts'
import type { StackService } from '../../src/stack/stack.ts'
import { shopInput } from '../stack/shop.ts'
import { nothing } from './simulated-engine.ts'

const service = (name: string, volumes: readonly string[]) => ({ name, volumes }) as StackService
const stack = { services: [service('db', ['data', 'shared']), service('backup', ['shared'])], volumes: ['data', 'shared'] }

it('a volume that only a destroyed service mounts is needed no more, and one that another mounts too is', () => {
  expect(neededVolumes(stack, () => false)).toEqual(['data', 'shared'])
  expect(neededVolumes(stack, (name) => name === 'db')).toEqual(['shared'])
  expect(neededVolumes(stack, () => true)).toEqual([])
})

it('a release makes no volume for a service that a person destroyed', () => {
  const spec = specifyStack(shopInput())
  const made = (destroyed: ReadonlyMap<string, string>) =>
    planStack(spec, nothing, { services: new Map(), volumes: new Map(), wishes: { destroyed } }).operations.flatMap((operation) =>
      operation.kind === 'create_volume' ? [operation.volume] : [],
    )
  expect(made(new Map())).toEqual(['postgres-data'])
  expect(made(new Map([['postgres', 'ada destroyed it']]))).toEqual([])
})
