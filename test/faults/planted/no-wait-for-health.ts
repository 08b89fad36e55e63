// What was started is taken for healthy.
import type { PlantedBug } from './planted-bug.ts'
import { everything, histories } from './targeted.ts'

export const noWaitForHealth: PlantedBug = {
  name: 'does not wait for health',
  caughtBy: ['I3 healthy'],
  rewrites: [{ file: 'pipeline/apply.ts', snippet: 'if (started.length > 0) await proveHealthy(work, spec, started)', replacement: '' }],
  histories: histories([everything, { kind: 'push', content: 'never healthy', services: ['web'], handing: 'sent', when: 'settled' }]),
}
