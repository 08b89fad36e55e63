// The services of a preview as they are to run: its own, relays for what the base environment serves, and nothing for what nobody in it needs.
import type { ComposeMap } from '../compose-value.ts'
import type { LinkedService } from '../link-services.ts'
import type { Sharing } from '../stack.ts'
import type { Baseline } from './baseline.ts'
import { decideShares } from './decide.ts'
import { shareableServices } from './facts.ts'
import { relayOf } from './relay.ts'

export interface SharedServices {
  readonly services: readonly LinkedService[]
  readonly sharing: Sharing
}

export function shareBaseline(services: readonly LinkedService[], baseline: Baseline): SharedServices {
  const { environment, project } = baseline
  const shares = decideShares(shareableServices(services, baseline), environment)
  const isShared = (name: string) => shares.get(name)?.kind === 'shared'
  return {
    services: services.flatMap((service): LinkedService[] => {
      const { kind, because } = shares.get(service.name)!
      if (kind === 'left_out') return []
      if (kind === 'run') return [waitingForRelays(service, isShared)]
      return [relayOf({ service, port: service.port!, because }, baseline)]
    }),
    sharing: {
      ...{ environment, project },
      services: services.map(({ name, folder }) => ({ name, ...(folder === undefined ? {} : { folder }), ...shares.get(name)! })),
    },
  }
}

/** Compose cannot wait for the health of a relay, which has no check of its own; kyozo asks through it in any case. */
function waitingForRelays(service: LinkedService, isShared: (name: string) => boolean): LinkedService {
  const waits = Object.entries((service.definition.depends_on ?? {}) as Readonly<Record<string, ComposeMap>>)
  if (!waits.some(([name]) => isShared(name))) return service
  const eased = waits.map(([name, wait]) => [name, isShared(name) ? { ...wait, condition: 'service_started' } : wait])
  return { ...service, definition: { ...service.definition, depends_on: Object.fromEntries(eased) } }
}
