// What stands in a preview for a service that another environment serves: a container under the same name, with the same port, that passes each connection
// on. It asks for the other's address anew each time, so a release there, with its new containers, needs nothing of the preview.
import { networkOf } from '../../environment-names.ts'
import type { HealthSpec } from '../../topology/topology.ts'
import type { ComposeMap } from '../compose-value.ts'
import { confine, limit, publish, supervise } from '../defaults.ts'
import { paceOf } from '../health-pace.ts'
import type { LinkedService } from '../link-services.ts'
import type { Baseline } from './baseline.ts'

export const relayImage = 'busybox:1.37'

/** Each is a process of a tenth of a megabyte; further ones wait until one ends. */
const connectionsAtOnce = 100

/**
 * What `sh -c` runs, with the target and the port. BusyBox as its makers configure it has `tcpsvd`; distributions build it without, and with an `nc` that
 * serves many. A process with the id 1 obeys no signal that it does not expect, so the shell stays and ends when it is told to.
 */
const script = [
  "trap 'exit 0' TERM",
  `if command -v tcpsvd > /dev/null; then tcpsvd -E -c ${connectionsAtOnce} 0.0.0.0 "$2" nc "$1" "$2" & else nc -ll -p "$2" -e nc "$1" "$2" & fi`,
  'wait $!',
  'exit 1',
].join('\n')
const limits = { memory: '32m', cpus: '0.5', pids: 128 } as const
/** nobody */
const user = '65534:65534'

export interface Relayed {
  readonly service: LinkedService
  readonly port: number
  readonly because: string
}

export function relayOf({ service, port, because }: Relayed, { environment, project }: Baseline): LinkedService {
  const { name, definition, health } = service
  const isPublished = definition.ports !== undefined
  // Docker knows the names of a network also with the network's own behind them: the bare one is the relay itself.
  const target = `${name}.${networkOf(project)}`
  const { folder, type, evidence, endpoint, declared } = service
  return {
    ...{ name, type, evidence, endpoint, declared, image: relayImage, port, replicas: 1, isOneShot: false, hasHealthcheck: false },
    ...(folder === undefined ? {} : { folder }),
    servedFrom: { environment, project },
    definition: {
      image: relayImage,
      command: ['sh', '-c', script, 'relay', target, String(port)],
      user,
      ...(isPublished ? { ports: [publish(port)] } : {}),
      ...(definition.networks === undefined ? {} : { networks: definition.networks }),
      ...supervise(),
      restart: 'on-failure:5',
      stop_grace_period: '2s',
      ...confine({ capabilities: [], isReadOnly: true }),
      // It stands in two networks, and lets nothing through but what it passes on itself.
      sysctls: { 'net.ipv4.ip_forward': '0' },
      ...limit(limits),
    } satisfies ComposeMap,
    environment: {},
    reasons: [
      `${name}: served from ${environment}, because ${because}.`,
      `A relay passes what comes to port ${port} on to ${target}; it has no way to anything else there.`,
    ],
    health: isPublished ? askedThrough(health) : { kind: 'none' },
    volumes: [],
    needs: [],
    dependsOn: [],
  }
}

/** A question by the network goes through to the service itself; what only its own container could answer becomes one. */
function askedThrough(health: HealthSpec): HealthSpec {
  switch (health.kind) {
    case 'http':
    case 'tcp':
    case 'grpc':
      return health
    case 'exec':
    case 'docker':
    case 'none':
      return { ...paceOf(health), kind: 'tcp' }
  }
}
