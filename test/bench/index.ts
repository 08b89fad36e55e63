// The list of benchmarks, in the order in which they run.
import { analysis } from './analysis.ts'
import { api } from './api.ts'
import type { Benchmark } from './benchmark.ts'
import { burst } from './burst.ts'
import { detection } from './detection.ts'
import { detectionSpeed } from './detection-speed.ts'
import { health } from './health.ts'
import { live } from './live.ts'
import { memory } from './memory.ts'
import { oneOfFifty } from './one-of-fifty.ts'
import { previews } from './previews.ts'
import { pushToVerdict } from './push-to-verdict.ts'
import { reconcile } from './reconcile.ts'
import { rollback } from './rollback.ts'
import { slowForge } from './slow-forge.ts'
import { webhooks } from './webhooks.ts'

export const benchmarks: readonly Benchmark[] = [
  pushToVerdict,
  previews,
  rollback,
  oneOfFifty,
  detection,
  detectionSpeed,
  analysis,
  slowForge,
  webhooks,
  burst,
  health,
  live,
  memory,
  reconcile,
  api,
]
