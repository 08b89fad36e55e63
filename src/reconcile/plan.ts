// What runs now, and the ordered steps that make it what should run. Types only: planStack in plan-stack.ts decides, engine/ acts.

export interface ObservedContainer {
  readonly id: string
  readonly name: string
  readonly service: string
  readonly image: string
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead'
  /** The image's or the compose file's own health check, where there is one. */
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy'
  /** What that check printed last, its first line, when it fails. */
  readonly healthOutput?: string
  readonly exitCode: number
  readonly wasOutOfMemory: boolean
  readonly restartCount: number
  /** ISO 8601, or null when it never ran. */
  readonly startedAt: string | null
  /** Whether it carries the service's name on the environment's network, so that siblings reach it by that name. */
  readonly hasAlias: boolean
  readonly addressOnNetwork: string | null
  /** Port inside the container → loopback port that the engine picked. */
  readonly publishedPorts: Readonly<Record<number, number>>
  readonly configHash: string
  readonly release: string
  readonly revision: string
  readonly generation: number
}

export interface ObservedStack {
  readonly project: string
  readonly containers: readonly ObservedContainer[]
  readonly hasNetwork: boolean
  readonly volumes: readonly string[]
  /** Image references of the asked ones that exist on the engine. */
  readonly images: ReadonlySet<string>
}

/** Why an operation is in the plan, as the end of a sentence: it names a path or a hash. */
export type Cause = string

export type Operation =
  | { readonly kind: 'build'; readonly service: string; readonly image: string; readonly cause: Cause }
  | { readonly kind: 'pull'; readonly service: string; readonly image: string; readonly cause: Cause }
  | { readonly kind: 'create_network'; readonly network: string; readonly cause: Cause }
  | { readonly kind: 'create_volume'; readonly volume: string; readonly cause: Cause }
  /** Nothing serves under this name yet: create and start. */
  | { readonly kind: 'start'; readonly service: string; readonly replicas: number; readonly cause: Cause }
  /** Create next to the old ones; they go only after the switch. */
  | {
      readonly kind: 'replace_beside'
      readonly service: string
      readonly replicas: number
      readonly retire: readonly string[]
      /** `one_by_one`: the next copy is made when the one before is healthy. Default is all together. */
      readonly pace?: 'one_by_one'
      readonly cause: Cause
    }
  /** Stop the old one, keep it until the new one is healthy, start it again when the new one is not. */
  | {
      readonly kind: 'replace_stop_first'
      readonly service: string
      readonly replicas: number
      readonly retire: readonly string[]
      readonly reason: string
      readonly cause: Cause
    }
  /** The right container exists but does not run. */
  | { readonly kind: 'restart'; readonly service: string; readonly containers: readonly string[]; readonly cause: Cause }
  /** Each container is stopped, started again and proved healthy before the next: two of them cannot run side by side. */
  | {
      readonly kind: 'restart_in_place'
      readonly service: string
      readonly containers: readonly string[]
      readonly reason: string
      readonly cause: Cause
    }
  /** A person wants it to rest: its containers stop once nothing is routed to them any more, and stay. */
  | { readonly kind: 'stop'; readonly service: string; readonly containers: readonly string[]; readonly cause: Cause }
  /** Fewer or more copies of an otherwise unchanged service. */
  | {
      readonly kind: 'scale'
      readonly service: string
      readonly replicas: number
      readonly retire: readonly string[]
      readonly cause: Cause
    }
  | { readonly kind: 'remove'; readonly service: string; readonly containers: readonly string[]; readonly cause: Cause }
  | { readonly kind: 'keep'; readonly service: string; readonly containers: readonly string[]; readonly cause: Cause }
  | { readonly kind: 'keep_volume'; readonly volume: string; readonly cause: Cause }

/** In the order it is applied. */
export interface StackPlan {
  readonly operations: readonly Operation[]
}
