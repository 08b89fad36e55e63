import { answerBeforeStore } from './answer-before-store.ts'
import { missingLease } from './missing-lease.ts'
import { noWaitForHealth } from './no-wait-for-health.ts'
import type { PlantedBug } from './planted-bug.ts'
import { pruneWithoutLabel } from './prune-without-label.ts'
import { statusBeforeHealth } from './status-before-health.ts'

export const plantedBugs: readonly PlantedBug[] = [answerBeforeStore, missingLease, statusBeforeHealth, pruneWithoutLabel, noWaitForHealth]
