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
  /** The container whose namespace it joins when it starts. Default is none. */
  readonly livesIn?: string
  readonly configHash: string
  readonly release: string
  readonly revision: string
  readonly generation: number
  /** What tells a container that kyozo made from one that somebody changed or put in its place. Default is not looked at. */
  readonly made?: ContainerMake
}

export interface ContainerMake {
  /** kyozo's own. */
  readonly labels: Readonly<Record<string, string>>
  /** What Compose counts it as. */
  readonly number: number | null
  /** Of its environment, values included: never stored or shown. */
  readonly environment: Readonly<Record<string, string>>
  /** 0 is no limit. */
  readonly memoryBytes: number
  readonly nanoCpus: number
  readonly restartPolicy: string
  /** Names of those that it is connected to. */
  readonly networks: readonly string[]
  /** Ports inside that are to be published on the machine. */
  readonly boundPorts: readonly number[]
  /** ISO 8601. */
  readonly createdAt: string
  /** When it ended last; null when it never did. */
  readonly finishedAt: string | null
  /** How long it may take to end when it is told to. */
  readonly stopGraceMs: number
}

export interface ObservedStack {
  readonly project: string
  readonly containers: readonly ObservedContainer[]
  readonly hasNetwork: boolean
  readonly volumes: readonly string[]
  /** Those whose name another volume has, which is not this kyozo's. Default is none. */
  readonly takenVolumes?: readonly string[]
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

/** Why services and volumes are as they are, by name; see explainChanges. What is not named gets a cause from the observation itself. */
export interface PlanContext {
  readonly services: ReadonlyMap<string, Cause>
  readonly volumes: ReadonlyMap<string, Cause>
  readonly wishes?: Wishes
}

/** What people want of single services, each with who and why as a cause. Default is nothing. */
export interface Wishes {
  /** They rest: nothing is built or started for them. */
  readonly stopped?: ReadonlyMap<string, Cause>
  /** No container of them is left; their volumes are. */
  readonly destroyed?: ReadonlyMap<string, Cause>
  /** New containers although nothing changed. */
  readonly redeploy?: ReadonlyMap<string, Cause>
  /** The same, one container after the other. */
  readonly restart?: ReadonlyMap<string, Cause>
}
