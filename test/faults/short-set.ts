// A few histories for every run of the tests: each strikes at several places that a change is likely to break.
import type { Step } from '../../src/steps.ts'
import type { Act, History } from './acts.ts'
import { everything, fault, good, histories } from './planted/targeted.ts'

const killedAt = (step: Step, nth = 1): readonly Act[] => [
  fault('settled', { name: 'kill at a step', step, nth }),
  good('at once', ['web']),
]

export const shortSet: readonly History[] = histories(
  [everything, ...killedAt('delivery.storing'), ...killedAt('engine.create')],
  [everything, ...killedAt('switch.storing'), ...killedAt('switch.stored')],
  [everything, ...killedAt('stage.build'), ...killedAt('status.sent')],
  [everything, good('settled', ['web', 'data']), fault('under way', { name: 'engine killed' }), good('at once', ['web'])],
  [
    everything,
    good('settled', ['web']),
    fault('under way', { name: 'database cut' }),
    fault('settled', { name: 'database answer lost' }),
    good('at once', ['data']),
  ],
  [
    everything,
    fault('settled', { name: 'forge loses answers', acts: 2 }),
    { kind: 'push', content: 'crash looping', services: ['web'], handing: 'sent', when: 'at once' },
    { kind: 'redeliver', when: 'under way' },
    { kind: 'stop', service: 'data', when: 'settled' },
  ],
)
