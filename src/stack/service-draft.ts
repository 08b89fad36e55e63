// A service on its way into the stack: what is known of it before it is linked to its siblings, ordered and written down.
import type { Evidence, HealthSpec } from '../topology/topology.ts'
import type { ComposeMap, ComposeValue, Variable } from './compose-value.ts'
import type { BuildInput, ServedFrom, StackService } from './stack.ts'

/** How a sibling reaches it. */
export interface Endpoint {
  readonly host: string
  readonly port?: number
  readonly user?: string
  readonly password?: string | Variable
  readonly database?: string
}

export type Condition = StackService['dependsOn'][number]['condition']

/** Another service that it needs or can use. */
export interface Need {
  readonly service: string
  /** When it may start. Default is `healthy` when the other has a health check, `completed` when it is one-shot, `started` otherwise. */
  readonly condition?: Condition
  /** Whether it starts only after the other. */
  readonly kind: 'ordered' | 'ordered_if_present' | 'reached_only'
  /** Variables that carry the other's address. */
  readonly connections: readonly { readonly variable: string; readonly template: string }[]
  readonly evidence: readonly Evidence[]
}

export interface ServiceDraft {
  readonly name: string
  readonly folder?: string
  readonly type: StackService['type']
  /** As the document has it, without `environment`, `depends_on` and kyozo's labels. */
  readonly definition: ComposeMap
  readonly environment: Readonly<Record<string, ComposeValue>>
  /** Variables of `environment` that kyozo.yaml sets, which nothing outweighs. */
  readonly declared: ReadonlySet<string>
  /** Who states its other variables: `its code and settings files`. Default is nobody who could be named. */
  readonly statedBy?: string
  /** Lines that say where its main values come from. */
  readonly reasons: readonly string[]
  readonly build?: BuildInput
  /** The reference that is pulled when it is not built. */
  readonly image?: string
  readonly port?: number
  readonly health: HealthSpec
  /** Whether the document gives Compose a check of its own, so that `depends_on` may wait for it. */
  readonly hasHealthcheck: boolean
  readonly isOneShot: boolean
  readonly replicas: number
  /** Names of the stack's volumes that it mounts. */
  readonly volumes: readonly string[]
  /** The service in whose network, process or IPC namespace it lives. */
  readonly livesIn?: string
  readonly endpoint: Endpoint
  /** Set where kyozo made the login, so that what anybody wrote before is another one's. */
  readonly hasMadeLogin?: true
  readonly needs: readonly Need[]
  /** Set for a relay. */
  readonly servedFrom?: ServedFrom
  readonly evidence: readonly Evidence[]
}
