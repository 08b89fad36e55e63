// A stack that ran before, to run again: the same services, images and settings under the labels of a new release.
import type { StackIdentity } from '../engine/engine.ts'
import { configHash } from './config-hash.ts'
import { overlayText } from './document.ts'
import { type AvailableSecret, strongestOf, versionsOf } from './given-secrets.ts'
import { hostOf } from './lives-in.ts'
import { runtimeOverlay } from './overlay.ts'
import type { StackService, StackSpec } from './stack.ts'

export interface RunAgain {
  readonly identity: StackIdentity
  readonly release: string
  readonly revision: string
  readonly generation: number
  /** The secrets that it runs with instead of those of then. Default is those of then. */
  readonly secrets?: readonly AvailableSecret[]
}

export function stackOfRelease(kept: StackSpec, again: RunAgain): StackSpec {
  const services = again.secrets === undefined ? kept.services : withSecrets(kept, again.secrets)
  const overlay = runtimeOverlay({ ...again, services, volumes: kept.volumes })
  return { ...kept, services, overlay, overlayText: overlayText(overlay) }
}

/** A container with other values is another container: its hash says so, as it would had its commit been analyzed now. */
function withSecrets({ document, services }: StackSpec, available: readonly AvailableSecret[]): readonly StackService[] {
  const hashes = new Map<string, string>()
  return services.map((service) => {
    const { name, image, secrets = [] } = service
    const definition = document.services[name] ?? {}
    const host = hostOf(definition)
    const hasOtherHost = host !== undefined && hashes.get(host) !== services.find((other) => other.name === host)?.configHash
    if (secrets.length === 0 && !hasOtherHost) {
      hashes.set(name, service.configHash)
      return service
    }
    const given = strongestOf(available.filter((one) => secrets.includes(one.name) && (one.service === null || one.service === name)))
    const hash = configHash({
      definition: host === undefined ? definition : { ...definition, 'x-lives-in': hashes.get(host) },
      image,
      secretVersions: versionsOf(given),
    })
    hashes.set(name, hash)
    return { ...service, configHash: hash }
  })
}
