// Limits of a service, and what a team's services may ask for together. Amounts are Kubernetes quantities.
import type { Problem } from '../../errors.ts'
import { inside, isObject, type Place, problem, unknownKeys } from './problem.ts'

export interface ResourceLimits {
  readonly memory?: string
  readonly cpu?: string
}

const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 }
/** The engine runs nothing with less. */
const leastBytes = 6 * 1024 ** 2
const mostBytes = 1024 ** 4
const leastCores = 0.01
const mostCores = 512

/** Bytes of `512Mi`; undefined for what is no amount of memory. */
export function bytesOf(quantity: unknown): number | undefined {
  const [, amount, unit = ''] = (typeof quantity === 'string' && /^(\d{1,15}(?:\.\d{1,3})?)([A-Za-z]{0,2})$/.exec(quantity)) || []
  const factor = units[unit]
  return amount === undefined || factor === undefined ? undefined : Math.round(Number(amount) * factor)
}

/** Cores of `0.5`, `500m` or 0.5; undefined for what is neither. */
export function coresOf(quantity: unknown): number | undefined {
  if (typeof quantity === 'number') return Number.isFinite(quantity) ? quantity : undefined
  const [, amount, milli] = (typeof quantity === 'string' && /^(\d{1,6}(?:\.\d{1,3})?)(m?)$/.exec(quantity)) || []
  if (amount === undefined) return undefined
  return milli === 'm' ? Number(amount) / 1000 : Number(amount)
}

export function checkResources(value: unknown, place: Place): Problem[] {
  if (!isObject(value)) return [problem(place, value, 'must be limits such as {"memory": "512Mi", "cpu": "0.5"}')]
  return [
    ...unknownKeys(value, place, ['memory', 'cpu']),
    ...(value.memory === undefined ? [] : checkMemory(value.memory, inside(place, 'memory'))),
    ...(value.cpu === undefined ? [] : checkCpu(value.cpu, inside(place, 'cpu'))),
  ]
}

function checkMemory(value: unknown, place: Place): Problem[] {
  const bytes = bytesOf(value)
  if (bytes === undefined) return [problem(place, value, 'must be an amount with a unit (Ki, Mi, Gi, k, M, G), such as "512Mi"')]
  if (bytes < leastBytes) return [problem(place, value, 'must be at least 6Mi')]
  return bytes > mostBytes ? [problem(place, value, 'must be at most 1024Gi')] : []
}

function checkCpu(value: unknown, place: Place): Problem[] {
  const cores = coresOf(value)
  if (cores === undefined) return [problem(place, value, 'must be cores such as "0.5", or thousandths of one such as "500m"')]
  if (cores < leastCores) return [problem(place, value, `must be at least ${leastCores}`)]
  return cores > mostCores ? [problem(place, value, `must be at most ${mostCores} cores`)] : []
}
