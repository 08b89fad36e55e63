// What the services of a team ask for together, against what the team may have.
import { bytesOf, coresOf } from './resources.ts'

export interface Quota {
  readonly memory?: string
  readonly cpu?: string
  readonly services?: number
}

export interface Wanted {
  readonly memory?: string | undefined
  readonly cpu?: string | number | undefined
  readonly replicas: number
}

/** Sentences, one for each part of the quota that is exceeded; none when it fits. `wanted` is every service of the team, the asked one included. */
export function overQuota(quota: Quota, wanted: readonly Wanted[]): string[] {
  const memory = wanted.reduce((sum, one) => sum + (bytesOf(one.memory) ?? 0) * one.replicas, 0)
  const cores = wanted.reduce((sum, one) => sum + (coresOf(one.cpu) ?? 0) * one.replicas, 0)
  const [mostMemory, mostCores] = [bytesOf(quota.memory), coresOf(quota.cpu)]
  return [
    ...(mostMemory !== undefined && memory > mostMemory
      ? [`the team's services would ask for ${sayBytes(memory)} of memory together, and its quota is ${quota.memory}`]
      : []),
    ...(mostCores !== undefined && cores > mostCores + 1e-9
      ? [`the team's services would ask for ${round(cores)} cores together, and its quota is ${quota.cpu}`]
      : []),
    ...(quota.services !== undefined && wanted.length > quota.services
      ? [`the team would have ${wanted.length} services, and its quota is ${quota.services}`]
      : []),
  ]
}

function sayBytes(bytes: number): string {
  const [unit, size] = bytes >= 1024 ** 3 ? ['Gi', 1024 ** 3] : ['Mi', 1024 ** 2]
  return `${round(bytes / size)}${unit}`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
