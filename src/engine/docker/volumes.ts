// Single volumes of a stack: which one it is, and the end of one that nobody may use. No volume goes but what says on itself that it may.
import type Docker from 'dockerode'
import { KyozoError } from '../../errors.ts'
import type { StackIdentity } from '../engine.ts'
import { removeContainers } from './containers.ts'
import { ask, type DockerContext } from './context.ts'
import { label, volumeName } from './labels.ts'
import { ignoreMissing } from './observe.ts'

/** Undefined when it is not there; empty for one that was made without a mark. */
export async function volumeMark(context: DockerContext, { project }: StackIdentity, volume: string): Promise<string | undefined> {
  const found = await inspectVolume(context, volumeName(project, volume))
  return found === undefined ? undefined : (found.Labels?.[label.mark] ?? '')
}

export async function discardVolume(context: DockerContext, { project }: StackIdentity, volume: string): Promise<void> {
  const name = volumeName(project, volume)
  const found = await inspectVolume(context, name)
  if (found === undefined) return
  if (found.Labels?.[label.instance] !== context.instance || found.Labels[label.transient] !== 'true')
    throw new KyozoError('engine_refused', `volume ${name} is not one that may be made anew, so it is left alone`, {
      hint: `it does not carry the labels ${label.instance}=${context.instance} and ${label.transient}=true`,
    })
  const holders = await ask({ tried: `look who mounts volume ${name}` }, (abortSignal) =>
    context.docker.listContainers({ all: true, filters: { volume: [name] }, abortSignal }),
  )
  await removeContainers(
    context,
    holders.map(({ Id }) => Id),
  )
  await ask({ tried: `remove volume ${name}` }, () => context.docker.getVolume(name).remove().catch(ignoreMissing))
}

function inspectVolume(context: DockerContext, name: string): Promise<Docker.VolumeInspectInfo | undefined> {
  return ask({ tried: `inspect volume ${name}` }, () => context.docker.getVolume(name).inspect().catch(ignoreMissing))
}
