// The labels that say what a thing on the engine is and whose. What does not carry this instance's label is not ours.
import { networkOf } from '../../environment-names.ts'
import type { StackIdentity } from '../engine.ts'

export const label = {
  instance: 'kyozo.instance',
  workspace: 'kyozo.workspace',
  environment: 'kyozo.environment',
  service: 'kyozo.service',
  release: 'kyozo.release',
  revision: 'kyozo.revision',
  generation: 'kyozo.generation',
  configHash: 'kyozo.config-hash',
  /** Of a relay: the compose project whose service it passes connections on to. */
  baseline: 'kyozo.baseline',
  /** Of a volume: it goes with its environment. */
  transient: 'kyozo.transient',
  /** Of a volume: tells it from another of its name. */
  mark: 'kyozo.volume',
  /** Of an image: the name that it was built for. */
  image: 'kyozo.image',
} as const

/** Compose's own labels: with them `docker compose ps` shows a stack to people, and Compose adopts what kyozo made. */
export const composeLabel = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  network: 'com.docker.compose.network',
  volume: 'com.docker.compose.volume',
  /** The folder Compose was run with. */
  directory: 'com.docker.compose.project.working_dir',
  oneOff: 'com.docker.compose.oneoff',
  number: 'com.docker.compose.container-number',
} as const

export type Labels = Readonly<Record<string, string>>

export function labelsOf(identity: StackIdentity): Labels {
  return {
    [label.instance]: identity.instance,
    [label.workspace]: identity.workspace,
    [label.environment]: identity.environment,
  }
}

export const networkName = networkOf

export function volumeName(project: string, volume: string): string {
  return `${project}_${volume}`
}
