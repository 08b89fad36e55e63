// What a commit holds: services, how they depend on one another, and why we think so. Types only; docs/contract.md has the same as JSON.

import type { DeclaredService } from './declaration/schema.ts'

export const serviceTypes = [
  'nodejs', 'bun', 'deno', 'python', 'golang', 'rust', 'ruby', 'java', 'php', 'dotnet', 'elixir', 'gleam', 'haskell', 'swift', 'zig', 'dart',
  'crystal', 'cpp', 'static_site', 'containerized', 'compose_stack', 'proxy', 'database', 'kubernetes',
] as const // biome-ignore format: a list

export type ServiceType = (typeof serviceTypes)[number]

/** A fact with the place it was read. `line` counts from 1. `weight` is how much it added to the confidence of the claim it supports. */
export interface Evidence {
  readonly path: string
  readonly line?: number
  readonly fact: string
  readonly weight?: number
}

/** How the image of a service comes to be. Paths are relative to the repository's root, `"."` for the root. */
export type BuildSpec =
  | {
      readonly kind: 'dockerfile'
      readonly dockerfile: string
      readonly context: string
      readonly target?: string
      readonly args?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'template'; readonly template: string; readonly context: string }
  | { readonly kind: 'image'; readonly image: string }
  /** A compose stack: the services it builds are services of their own, its other images are pulled. */
  | { readonly kind: 'compose'; readonly file: string }
  /** A Kubernetes stack, by its first manifest: kyozo tells of it and runs the services that it is made of, never the manifests. */
  | { readonly kind: 'manifests'; readonly file: string }

/** `none` is asked nothing, at no pace. */
export type HealthSpec = (HealthQuestion & HealthPace) | { readonly kind: 'none' }

type HealthQuestion =
  | { readonly kind: 'http'; readonly path: string; readonly port?: number }
  | { readonly kind: 'tcp'; readonly port?: number }
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  /** `grpc.health.v1.Health/Check`; `service` is the name that is asked about, the server as a whole by default. */
  | { readonly kind: 'grpc'; readonly port?: number; readonly service?: string }
  /** What the engine says by the HEALTHCHECK of the image or of the document. */
  | { readonly kind: 'docker' }

/** How often a running service is asked, and how patiently. No part of what its container is: a change of it recreates nothing. */
export interface HealthPace {
  readonly intervalMs?: number
  readonly timeoutMs?: number
  /** So many failures in a row are a sick service. */
  readonly retries?: number
}

export interface EnvironmentVariable {
  readonly name: string
  readonly required: boolean
  /** A default that the repository itself states. */
  readonly value?: string
  /**
   * Set for a secret that means nothing beyond this environment, such as the key that a framework signs with: kyozo makes one for each environment,
   * as 64 hexadecimal digits or as 32 bytes after `base64:`.
   */
  readonly made?: 'text' | 'base64'
}

/** How a dependency's address reaches the service: the variable it reads and a template such as `postgres://{user}:{password}@{host}:{port}/{database}`. */
export interface Connection {
  readonly variable: string
  readonly template: string
}

export interface Dependency {
  /** The name of a sibling service or of a backing service in this topology. */
  readonly service: string
  /** What the backing service is, since a compose file may call its PostgreSQL `db`. Default is none: a sibling. */
  readonly backing?: BackingKind
  readonly kind: 'requires' | 'optional' | 'conflicts'
  /** The main variable; for parts such as PGHOST, PGUSER and PGPASSWORD the one that carries the host. */
  readonly connection?: Connection
  /** Every variable when the code reads the address in parts; the first is `connection`. Default is none. */
  readonly connections?: readonly Connection[]
  readonly evidence: readonly Evidence[]
}

/** A background process, or one of several that a folder runs. */
export interface ProcessSpec {
  readonly name: string
  readonly command: string
}

/** Values of a service of which the topology says where they come from. */
export const reasonedValues = [
  'framework', 'frameworkVersion', 'version', 'packageManager', 'start', 'installCommand', 'buildCommand', 'processes', 'port', 'health', 'memory', 'cpu', 'replicas',
] as const // biome-ignore format: a list

export type ReasonedValue = (typeof reasonedValues)[number]

/** The place of each value, in words. `weight` is how binding it is: 1 for kyozo.yaml, 0.3 for what is only usual. */
export type Because = Readonly<Partial<Record<ReasonedValue, Evidence>>>

export interface ServiceSpec {
  /** Unique in the topology, a DNS label: `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`. */
  readonly name: string
  readonly path: string
  readonly type: ServiceType
  readonly framework?: string
  /** The framework's version as its manifest or lockfile writes it, such as `"15.1.2"` or `"3.0"`; absent where only a bound is written. */
  readonly frameworkVersion?: string
  /** The language runtime's version as a template uses it, such as `"24"` or `"3.12"`. */
  readonly version?: string
  readonly packageManager?: string
  readonly confidence: number
  readonly build: BuildSpec
  /** The start command as production runs it. */
  readonly start?: string
  /** The command that installs what its manifest lists, as its lockfile wants it; absent where nothing is installed. */
  readonly installCommand?: string
  /** The command that prepares it (compile, bundle), when there is one. */
  readonly buildCommand?: string
  /** Every process of the folder, when there are several; `start` is the main one. Default is none. */
  readonly processes?: readonly ProcessSpec[]
  /** The port it listens on inside its container; absent for a worker. */
  readonly port?: number
  readonly health?: HealthSpec
  readonly environment: readonly EnvironmentVariable[]
  /** `memory` in Kubernetes units (`512Mi`), `cpu` in cores. */
  readonly resources: { readonly memory: string; readonly cpu: string }
  readonly replicas?: number
  readonly dependsOn: readonly Dependency[]
  readonly alternatives: readonly { readonly type: ServiceType; readonly confidence: number }[]
  readonly evidence: readonly Evidence[]
  /** Why its values are what they are; every value that it has is in it. */
  readonly because: Because
  /** Paths outside its own folder that its build reads: shared packages, root manifests and lockfiles, Dockerfile COPY sources. */
  readonly reads: readonly string[]
  /** Facts a template needs beyond the ones above, such as the output folder of a static build. Values are plain data. */
  readonly facts: Readonly<Record<string, string | number | boolean | readonly string[]>>
  /** The compose file that declares it and its name there, when a user's compose file does. */
  readonly compose?: { readonly file: string; readonly service: string }
  /** What kyozo.yaml says of it, and by which key; a stack obeys it where a compose file says otherwise. Not in the document for programs. */
  readonly declared?: { readonly key: string; readonly says: DeclaredService }
  /** Host names that kyozo.yaml gives it. Default is none. */
  readonly domains?: readonly string[]
  /** Globs below its folder that never enter its build and never count as a change. Default is none. */
  readonly ignore?: readonly string[]
}

/** What a service may need beside itself, spelt as people name the product. `s3` is any store that speaks its protocol. */
export const backingKinds = [
  'postgres', 'cockroachdb', 'mysql', 'mariadb', 'sqlserver', 'oracle', 'mongodb', 'documentdb', 'redis', 'valkey', 'memcached', 'rabbitmq',
  'activemq', 'kafka', 'nats', 'elasticsearch', 'opensearch', 'meilisearch', 'typesense', 'dynamodb', 'firestore', 'cassandra', 'clickhouse',
  'neo4j', 'influxdb', 's3', 'azurite', 'consul', 'zookeeper', 'etcd', 'vault', 'keycloak', 'zipkin', 'jaeger', 'opentelemetry-collector',
  'prometheus', 'grafana', 'mailpit', 'maildev', 'smtp', 'flagd', 'envoy', 'temporal', 'qdrant', 'couchdb',
] as const // biome-ignore format: a list

export type BackingKind = (typeof backingKinds)[number]

/** A service nobody's folder holds, but somebody's code evidently needs. */
export interface BackingService {
  readonly name: string
  readonly kind: BackingKind
  readonly evidence: readonly Evidence[]
  /** Whether kyozo does not add it, because it cannot or only a variable's name speaks for it: somebody runs it and says where. Default is false. */
  readonly isExternal?: true
  /** The compose file that declares it and its name there, when a user's compose file does. */
  readonly compose?: { readonly file: string; readonly service: string }
}

/** A folder that is not a service, and why not. */
export interface FolderRole {
  readonly path: string
  readonly role:
    | 'library'
    | 'workspace_root'
    | 'docs'
    | 'tests'
    | 'example'
    | 'fixture'
    | 'generated'
    | 'vendored'
    | 'tooling'
    | 'asset'
    | 'unknown'
  readonly evidence: readonly Evidence[]
}

export interface Recommendation {
  readonly code: string
  readonly message: string
  readonly fix: string
  readonly evidence: readonly Evidence[]
}

/** Said only when no folder is a service. */
export interface NothingFound {
  /** How many folders were looked at. */
  readonly folders: number
  /** Claims that did not convince, the surest first, each with what spoke most against it. */
  readonly closest: readonly {
    readonly path: string
    readonly type: ServiceType
    readonly confidence: number
    readonly evidence?: Evidence
  }[]
  /** What would have helped. Sentences. */
  readonly hints: readonly string[]
  readonly lookedFor: readonly { readonly title: string; readonly marks: readonly string[] }[]
}

/** The shape of what the services are together, or the part that one of them plays in it. */
export interface Pattern {
  readonly name: 'monolith' | 'microservices' | 'gateway' | 'worker'
  /** The services that the evidence is about. */
  readonly services: readonly string[]
  readonly evidence: readonly Evidence[]
}

export type Strategy = 'single_service' | 'compose_stack' | 'kubernetes' | 'custom'

export interface Topology {
  readonly strategy: Strategy
  /** Sorted by path; at one path a stack that runs other folders too first, then by name, a stack that runs only this folder last. */
  readonly services: readonly ServiceSpec[]
  readonly backing: readonly BackingService[]
  readonly folders: readonly FolderRole[]
  readonly recommendations: readonly Recommendation[]
  readonly patterns: readonly Pattern[]
  /** Names of services in the order they start: dependencies first. */
  readonly startOrder: readonly string[]
  /** Sentences about what was passed over and why (limits, unreadable names). */
  readonly warnings: readonly string[]
  /** Present only when there is no service. */
  readonly nothing?: NothingFound
}
