// From counters to rates: what each service used between two looks. Pure; the earlier look comes as an argument.
import type { ContainerUsage } from '../engine/engine.ts'

export interface Look {
  readonly atMs: number
  readonly containers: ReadonlyMap<string, ContainerUsage>
}

export interface ServiceUsage {
  readonly project: string
  readonly service: string
  /** Of one core; two busy cores are 200. Absent at the first look. */
  readonly cpuPercent?: number
  readonly memoryBytes: number
  readonly networkBytesPerSecond?: number
  readonly diskBytesPerSecond?: number
}

/** One entry a service, the sum of its copies. A container that was not there at the earlier look, or began anew, adds its memory only. */
export function usageRates(now: Look, before: Look | undefined): readonly ServiceUsage[] {
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1000
  const services = Map.groupBy(now.containers.values(), ({ project, service }) => `${project} ${service}`)
  return [...services.values()].map((copies) => {
    const pairs = copies.flatMap((copy) => {
      const earlier = before?.containers.get(copy.container)
      return earlier === undefined || earlier.cpuNanoseconds > copy.cpuNanoseconds ? [] : [{ copy, earlier }]
    })
    const rate = (counter: 'cpuNanoseconds' | 'networkBytes' | 'diskBytes') =>
      pairs.reduce((total, { copy, earlier }) => total + Math.max(0, copy[counter] - earlier[counter]), 0) / seconds
    return {
      project: copies[0]!.project,
      service: copies[0]!.service,
      memoryBytes: copies.reduce((total, { memoryBytes }) => total + memoryBytes, 0),
      ...(pairs.length === 0 || seconds <= 0
        ? {}
        : {
            cpuPercent: rate('cpuNanoseconds') / 10_000_000,
            networkBytesPerSecond: rate('networkBytes'),
            diskBytesPerSecond: rate('diskBytes'),
          }),
    }
  })
}
