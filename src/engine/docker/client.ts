// The `docker` program, for what the engine's API does not do: Compose and Buildx. It gets a configuration folder of its own that is empty
// and goes away again (Buildx leaves a file there for every build), and nothing of kyozo's environment.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChildResult, type ChildSpec, runChild } from '../../child.ts'
import type { DockerContext } from './context.ts'

export type DockerCall = Omit<ChildSpec, 'program' | 'cwd'>

/**
 * Runs `docker` with the arguments. The engine's address and the configuration folder are arguments too, not variables: what is in the
 * environment can be read by a compose document.
 */
export async function runDocker(context: DockerContext, call: DockerCall): Promise<ChildResult> {
  const config = await mkdtemp(join(tmpdir(), callFolder(context.instance)))
  try {
    return await runChild({ ...call, program: 'docker', args: ['--config', config, '--host', context.dockerHost, ...call.args] })
  } finally {
    await rm(config, { recursive: true, force: true })
  }
}

/** Says whose call it is for, so that what a killed process left can be told from what is in use. */
function callFolder(instance: string): string {
  return `kyozo-docker-${instance}-${process.pid}-`
}

/** The process that made the folder, when it is one of this instance. */
export function ownerOfCallFolder(name: string, instance: string): number | undefined {
  const prefix = `kyozo-docker-${instance}-`
  const pid = name.startsWith(prefix) ? /^(\d+)-[A-Za-z0-9]{6}$/.exec(name.slice(prefix.length))?.[1] : undefined
  return pid === undefined ? undefined : Number(pid)
}
