// The runtime overlay: what differs from release to release, kept apart so that the document does not.
import type { StackIdentity } from '../engine/engine.ts'
import { type ComposeMap, writeMap } from './compose-value.ts'
import type { ComposeDocument, StackService } from './stack.ts'

export interface OverlayInput {
  readonly services: readonly StackService[]
  readonly volumes: readonly string[]
  readonly identity: StackIdentity
  readonly release: string
  readonly revision: string
  readonly generation: number
}

export function runtimeOverlay(input: OverlayInput): ComposeDocument {
  const owner = ownerLabels(input.identity)
  const byName = [...input.services].sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    services: Object.fromEntries(byName.map((service) => [service.name, writeMap(overlayService(service, input))])),
    networks: { default: writeMap({ labels: owner }) },
    ...(input.volumes.length === 0
      ? {}
      : { volumes: Object.fromEntries(input.volumes.map((volume) => [volume, writeMap({ labels: owner })])) }),
  }
}

function overlayService(service: StackService, { identity, release, revision, generation }: OverlayInput): ComposeMap {
  return {
    ...(service.build === undefined ? {} : { image: service.image }),
    labels: {
      ...ownerLabels(identity),
      'kyozo.service': service.name,
      'kyozo.release': release,
      'kyozo.revision': revision,
      'kyozo.generation': String(generation),
      'kyozo.config-hash': service.configHash,
      ...(service.servedFrom === undefined ? {} : { 'kyozo.baseline': service.servedFrom.project }),
    },
  }
}

function ownerLabels({ instance, workspace, environment }: StackIdentity): Readonly<Record<string, string>> {
  return { 'kyozo.instance': instance, 'kyozo.workspace': workspace, 'kyozo.environment': environment }
}
