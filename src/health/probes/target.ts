// Where a container is asked.
import type { ObservedContainer } from '../../reconcile/plan.ts'
import type { Probe } from './index.ts'
import type { ProbeTarget } from './probe.ts'

export type Reachable = Pick<ObservedContainer, 'id' | 'publishedPorts' | 'addressOnNetwork'>

/** Through the port that the engine published on loopback; where none is, at the container's own address, which the machine itself reaches. */
export function targetOf(observed: Reachable, { port }: Pick<Probe, 'port'>): ProbeTarget | undefined {
  if (port === undefined) return { container: observed.id, host: '', port: 0 }
  const published = observed.publishedPorts[port]
  if (published !== undefined) return { container: observed.id, host: '127.0.0.1', port: published }
  return observed.addressOnNetwork === null ? undefined : { container: observed.id, host: observed.addressOnNetwork, port }
}
