// Looking at the engine from outside.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ContainerSeen } from '../facts.ts'
import type { Lane } from './lane.ts'
import type { Subject } from './subject.ts'

const run = promisify(execFile)

/** A frozen engine never answers. */
const deadlineMs = 15_000

export async function docker(lane: Lane, ...args: readonly string[]): Promise<string | undefined> {
  return run('docker', ['--host', lane.engine.dockerHost, ...args], { timeout: deadlineMs, killSignal: 'SIGKILL', maxBuffer: 16e6 }).then(
    ({ stdout }) => stdout,
    () => undefined,
  )
}

/** All containers of the history's project, whoever's; undefined when the engine does not answer. */
export async function containersOf(lane: Lane, { project }: Subject): Promise<readonly ContainerSeen[] | undefined> {
  const ids = await docker(
    lane,
    'container',
    'ls',
    '--all',
    '--quiet',
    '--no-trunc',
    '--filter',
    `label=com.docker.compose.project=${project}`,
  )
  if (ids === undefined) return undefined
  const listed = ids.split('\n').filter(Boolean)
  if (listed.length === 0) return []
  const format =
    '{{.Id}}|{{index .Config.Labels "kyozo.service"}}|{{.State.Status}}|{{.State.StartedAt}}|{{index .Config.Labels "kyozo.generation"}}'
  const lines = await docker(lane, 'container', 'inspect', '--format', format, ...listed)
  return lines
    ?.split('\n')
    .filter(Boolean)
    .map((line) => {
      const [id = '', service = '', state = '', startedAt = '', generation = ''] = line.split('|')
      return { id, service, state, startedAt, generation: Number(generation) }
    })
}

/** Names of what carries the project's label. */
export async function namesOf(lane: Lane, kind: 'network' | 'volume', { project }: Subject): Promise<readonly string[] | undefined> {
  const names = await docker(lane, kind, 'ls', '--format', '{{.Name}}', '--filter', `label=com.docker.compose.project=${project}`)
  return names?.split('\n').filter(Boolean).sort()
}
