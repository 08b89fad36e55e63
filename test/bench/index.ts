// The list of benchmarks, in the order in which they run.
import type { Benchmark } from './benchmark.ts'
import { oneOfFifty } from './one-of-fifty.ts'
import { pushToVerdict } from './push-to-verdict.ts'

export const benchmarks: readonly Benchmark[] = [pushToVerdict, oneOfFifty]
