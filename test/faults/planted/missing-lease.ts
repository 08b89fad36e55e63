// Whoever began a release goes on with it, without asking whether it is still theirs.
import type { PlantedBug } from './planted-bug.ts'
import { everything, fault, histories } from './targeted.ts'

const frozenAt = (step: 'engine.create' | 'engine.start') => [everything, fault('settled', { name: 'freeze beyond the lease', step })]

export const missingLease: PlantedBug = {
  name: 'missing lease',
  caughtBy: ['I4 generation', 'I5 containers'],
  rewrites: [{ file: 'pipeline/fenced-engine.ts', snippet: 'await assertHeld()', replacement: '' }],
  histories: histories(frozenAt('engine.create'), frozenAt('engine.create')),
}
