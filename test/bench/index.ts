// The list of benchmarks, in the order in which they run.
import { analysis } from './analysis.ts'
import { api } from './api.ts'
import type { Benchmark } from './benchmark.ts'
import { detection } from './detection.ts'
import { detectionSpeed } from './detection-speed.ts'
import { live } from './live.ts'
import { memory } from './memory.ts'
import { oneOfFifty } from './one-of-fifty.ts'
import { pushToVerdict } from './push-to-verdict.ts'
import { webhooks } from './webhooks.ts'

export const benchmarks: readonly Benchmark[] = [
  pushToVerdict,
  oneOfFifty,
  detection,
  detectionSpeed,
  analysis,
  webhooks,
  live,
  memory,
  api,
]
