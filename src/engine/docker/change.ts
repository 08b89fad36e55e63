// What is changed of a container where it is, so that it goes on running.

import type { ContainerChange } from '../engine.ts'
import { allEnded } from './all-ended.ts'
import { ask, type DockerContext } from './context.ts'
import { statusOf } from './errors.ts'
import { ignoreMissing, inspectOwned, nameOf } from './observe.ts'

export async function unpauseContainers(context: DockerContext, ids: readonly string[]): Promise<void> {
  await allEnded(
    ids.map(async (id) => {
      const info = await inspectOwned(context, id)
      if (!info?.State.Paused) return
      await ask({ tried: `unpause container ${nameOf(info)}` }, (abortSignal) =>
        context.docker.getContainer(info.Id).unpause({ abortSignal }).catch(ignoreMissing),
      )
    }),
  )
}

export async function renameContainer(context: DockerContext, id: string, name: string): Promise<void> {
  const info = await inspectOwned(context, id)
  if (!info || nameOf(info) === name) return
  await ask({ tried: `rename container ${nameOf(info)} to ${name}` }, (abortSignal) =>
    context.docker.getContainer(info.Id).rename({ name, abortSignal }).catch(ignoreMissing),
  )
}

export async function changeContainer(context: DockerContext, id: string, change: ContainerChange): Promise<void> {
  const info = await inspectOwned(context, id)
  if (!info) return
  const { memoryBytes, nanoCpus, restartPolicy } = change
  const update = {
    // Swap is limited with it: the engine refuses a limit of memory above that of both together.
    ...(memoryBytes === undefined ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes === 0 ? -1 : memoryBytes * 2 }),
    ...(nanoCpus === undefined ? {} : { NanoCpus: nanoCpus }),
    ...(restartPolicy === undefined ? {} : { RestartPolicy: { Name: restartPolicy, MaximumRetryCount: 0 } }),
  }
  if (Object.keys(update).length > 0)
    await ask({ tried: `change the limits of container ${nameOf(info)}` }, (abortSignal) =>
      context.docker.getContainer(info.Id).update({ ...update, abortSignal }),
    )
  for (const network of change.leave ?? [])
    await ask({ tried: `disconnect container ${nameOf(info)} from network ${network}` }, () =>
      context.docker.getNetwork(network).disconnect({ Container: info.Id }).catch(ignoreLeft),
    )
}

function ignoreLeft(error: unknown): void {
  if (statusOf(error) !== 404 && !/is not connected/.test(String(error))) throw error
}
