// A commit is told to be good as soon as its release begins.
import type { PlantedBug } from './planted-bug.ts'
import { everything, good, histories } from './targeted.ts'

export const statusBeforeHealth: PlantedBug = {
  name: 'status before health',
  caughtBy: ['I2 live first'],
  rewrites: [{ file: 'pipeline/release-status.ts', snippet: "return 'pending'", replacement: "return 'success'" }],
  histories: histories([everything, good('settled', ['web'])]),
}
