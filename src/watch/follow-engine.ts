// Follows the engine: a container that was started again has other loopback ports, and one that died serves nobody. The routes are made from what
// runs, for the environment it happened in.
import type { Engine } from '../engine/engine.ts'
import { identityOf } from '../pipeline/attempt.ts'
import type { Kyozo } from '../pipeline/kyozo.ts'
import { recoverEnvironment } from '../pipeline/recover-environment.ts'
import { environmentNames } from '../store/environments.ts'

/** Several events of one container come together. */
const settleMs = 150

export function followEngine(kyozo: Kyozo & { readonly engine: Engine }): { stop(): Promise<void> } {
  const stop = new AbortController()
  const waiting = new Map<string, NodeJS.Timeout>()
  const refreshSoon = (project: string) => {
    if (waiting.has(project)) return
    waiting.set(
      project,
      setTimeout(() => {
        waiting.delete(project)
        refreshProject(kyozo, project).catch((error: unknown) => kyozo.log.warn({ error, project }, 'routes could not be refreshed'))
      }, settleMs),
    )
  }
  const watching = kyozo.engine.watch({
    signal: stop.signal,
    onEvent: (event) => {
      if (event.action === 'start' || event.action === 'die' || event.action === 'health') refreshSoon(event.project)
    },
    onGap: () => {
      refreshAll(kyozo, refreshSoon).catch((error: unknown) => kyozo.log.warn({ error }, 'environments could not be listed'))
    },
  })
  return {
    async stop() {
      stop.abort()
      for (const timer of waiting.values()) clearTimeout(timer)
      await watching
    },
  }
}

async function refreshAll(kyozo: Kyozo, refresh: (project: string) => void): Promise<void> {
  for (const { identity } of await allEnvironments(kyozo)) refresh(identity.project)
}

async function refreshProject(kyozo: Kyozo, project: string): Promise<void> {
  const found = (await allEnvironments(kyozo)).find(({ identity }) => identity.project === project)
  if (found !== undefined) await recoverEnvironment(kyozo, found.id, { repair: false })
}

/** Every environment, with what its containers are labelled. One that never went live may hold what a killed release left. */
export async function allEnvironments(kyozo: Kyozo) {
  const found = await environmentNames(kyozo.db)
  return found.map(({ id, name, workspace }) => ({ id, identity: identityOf(kyozo.instance, { name: workspace }, { name }) }))
}
