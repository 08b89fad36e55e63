// How many copies of a service run.
import type { Problem } from '../../errors.ts'
import { inside, isObject, type Place, problem, unknownKeys } from './problem.ts'

export const mostReplicas = 100

/** `single` says why there can be only one copy, such as a volume; undefined when there can be many. */
export function checkReplicas(value: unknown, place: Place, single: string | undefined): Problem[] {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > mostReplicas)
    return [problem(place, value, `must be a whole number from 0 to ${mostReplicas}`)]
  if (value > 1 && single !== undefined) return [problem(place, value, `must be 0 or 1: ${single}, which two copies cannot share`)]
  return []
}

export function checkScaling(value: unknown, place: Place, single: string | undefined): Problem[] {
  if (!isObject(value)) return [problem(place, value, 'must be {"replicas": 2}')]
  return [...unknownKeys(value, place, ['replicas']), ...checkReplicas(value.replicas, inside(place, 'replicas'), single)]
}
