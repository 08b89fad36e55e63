// What every running container of this instance uses now. The engine's one-shot figures are counters since the container's start; rates are made
// from two of them by whoever keeps the earlier one.
import type Docker from 'dockerode'
import type { ContainerUsage } from '../engine.ts'
import { ask, type DockerContext } from './context.ts'
import { composeLabel, label } from './labels.ts'
import { ignoreMissing, listContainers } from './observe.ts'

/** The engine reads a container's figures from the kernel, one request each; more at once only wait for each other. */
const askedAtOnce = 8

export async function usageOfContainers(context: DockerContext): Promise<readonly ContainerUsage[]> {
  const listed = (await listContainers(context, [`${label.instance}=${context.instance}`])).filter(({ State }) => State === 'running')
  const found: ContainerUsage[] = []
  const waiting = [...listed]
  const worker = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const usage = await usageOf(context, next)
      if (usage !== undefined) found.push(usage)
    }
  }
  await Promise.all(Array.from({ length: Math.min(askedAtOnce, listed.length) }, worker))
  return found
}

async function usageOf(context: DockerContext, container: Docker.ContainerInfo): Promise<ContainerUsage | undefined> {
  const stats = await ask({ tried: `read what container ${container.Id.slice(0, 12)} uses` }, () =>
    context.docker.getContainer(container.Id).stats({ stream: false, 'one-shot': true }).catch(ignoreMissing),
  )
  // A container that ended in between answers without figures.
  if (stats === undefined || !stats.cpu_stats?.cpu_usage || !stats.memory_stats?.usage) return undefined
  return {
    container: container.Id,
    project: container.Labels[composeLabel.project] ?? '',
    service: container.Labels[composeLabel.service] ?? '',
    cpuNanoseconds: stats.cpu_stats.cpu_usage.total_usage,
    memoryBytes: withoutFileCache(stats.memory_stats),
    networkBytes: sum(Object.values(stats.networks ?? {}).flatMap(({ rx_bytes, tx_bytes }) => [rx_bytes, tx_bytes])),
    diskBytes: sum(
      (stats.blkio_stats?.io_service_bytes_recursive ?? []).flatMap(({ op, value }) => (/^(read|write)$/i.test(op) ? [value] : [])),
    ),
  }
}

/** As `docker stats` shows it: pages of files that the kernel can drop at once are not counted (`inactive_file`; cgroup v1 says `total_…`). */
function withoutFileCache({ usage, stats }: Docker.MemoryStats): number {
  const figures = stats as unknown as Readonly<Record<string, number | undefined>> | undefined
  const cache = figures?.total_inactive_file ?? figures?.inactive_file ?? 0
  return cache < usage ? usage - cache : usage
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0)
}
