// Ports of the machine that a person gave a service, beside the one that the engine picks for kyozo's own edge. Two containers cannot hold one.
import { KyozoError } from '../errors.ts'
import type { ServiceDraft } from './service-draft.ts'
import type { StackSpec } from './stack.ts'

export interface FixedPort {
  readonly container: number
  readonly host: number
  readonly protocol: 'tcp' | 'udp'
  /** The address of the machine that it is published on. */
  readonly address: string
}

/** By the name of the service. */
export type FixedPorts = Readonly<Record<string, readonly FixedPort[]>>

/** Throws `declaration_invalid` for a service that has no network of its own to publish from. */
export function withFixedPorts<D extends ServiceDraft>(drafts: readonly D[], fixed: FixedPorts): readonly D[] {
  return drafts.map((draft) => {
    const ports = fixed[draft.name] ?? []
    if (ports.length === 0) return draft
    if (draft.livesIn !== undefined || draft.definition.network_mode !== undefined)
      throw new KyozoError('declaration_invalid', `settings of ${draft.name}: ports: it has no network of its own to publish ports from`, {
        service: draft.name,
        hint: `take the ports away from the settings of ${draft.name}`,
      })
    const own = Array.isArray(draft.definition.ports) ? draft.definition.ports : []
    return { ...draft, definition: { ...draft.definition, ports: [...own, ...ports.map(publishAt)] } }
  })
}

/** Why a container with these ports cannot stand beside another one; undefined when it has none. */
export function heldPorts(ports: readonly FixedPort[] | undefined): string | undefined {
  if (ports === undefined || ports.length === 0) return undefined
  const names = ports.map(({ host, protocol }) => `${host}/${protocol}`).join(', ')
  return `it holds the port ${names} of the machine`
}

/** The ports of the machine that a stack holds. What the engine picks is none of them. */
export function portsOfStack({
  document,
  services,
}: Pick<StackSpec, 'document' | 'services'>): readonly (FixedPort & { readonly service: string })[] {
  return services.flatMap(({ name }) => {
    const { ports } = document.services[name] ?? {}
    return Array.isArray(ports) ? ports.flatMap((port: unknown) => readPort(name, String(port))) : []
  })
}

function readPort(service: string, text: string): readonly (FixedPort & { readonly service: string })[] {
  const found = /^(?<address>.+):(?<host>\d+):(?<container>\d+)(?<udp>\/udp)?$/.exec(text)?.groups
  if (found === undefined) return []
  const { address, host, container, udp } = found as Record<'address' | 'host' | 'container', string> & { udp?: string }
  return [
    {
      ...{ service, container: Number(container), host: Number(host), protocol: udp === undefined ? 'tcp' : 'udp' },
      address: address.replace(/^\[|\]$/g, ''),
    },
  ]
}

function publishAt({ container, host, protocol, address }: FixedPort): string {
  const at = address.includes(':') ? `[${address}]` : address
  return `${at}:${host}:${container}${protocol === 'udp' ? '/udp' : ''}`
}
