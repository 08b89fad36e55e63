// A user's compose file after reading: every spelling normalised, every variable filled in, every path inside the repository, and everything that
// the policy forbids listed. The stack is generated from this and from nothing else of the file.
import type { Place } from './located.ts'

/** Whose file it is: a branch of the team itself, a pull request from inside the repository, or one from a fork. */
export type Trust = 'trusted' | 'preview' | 'fork'

/** What a violation breaks; docs and commit statuses name it. */
export const composeRules = [
  'yaml', 'yaml_limits', 'yaml_tag', 'schema', 'quota', 'limit', 'undefined_variable', 'interpolation', 'include', 'extends', 'dependency',
  'privileged', 'cap_add', 'security_opt', 'device', 'namespace', 'network', 'runtime', 'sysctl', 'group_add', 'user',
  'bind', 'volume_syntax', 'volume_driver_opts', 'volume_driver', 'volume_name', 'volumes_from', 'config', 'secret', 'env_file', 'label',
  'links', 'extra_hosts', 'dns', 'ports', 'api_socket', 'provider', 'hook', 'models', 'credential_spec', 'placement', 'image',
  'build_context', 'build_option', 'interactive',
] as const // biome-ignore format: a list

export type ComposeRule = (typeof composeRules)[number]

/** The same for Dockerfiles. */
export const dockerfileRules = [
  'dockerfile', 'dockerfile_syntax', 'dockerfile_add', 'dockerfile_mount', 'dockerfile_security', 'dockerfile_network', 'dockerfile_image',
] as const // biome-ignore format: a list

export type DockerfileRule = (typeof dockerfileRules)[number]

/** Something in a user's file that stops its deployment (`error`) or that its author should know (`warning`). */
export interface Violation {
  readonly file: string
  /** A JSON pointer into `file`, such as `/services/web/privileged`; empty for the whole file. */
  readonly pointer: string
  /** Both count from 1. */
  readonly line: number
  readonly column: number
  readonly rule: ComposeRule | DockerfileRule
  /** What is wrong and what to do instead. Never holds a value of a variable. */
  readonly message: string
  readonly severity: 'error' | 'warning'
}

/** A difference between the user's own compose file and what runs, with its reason. `pointer` is a JSON pointer into the user's file. */
export interface Difference {
  readonly file: string
  readonly pointer: string
  readonly change: string
  readonly reason: string
}

export interface ComposeModel {
  readonly file: string
  /** The services that run, by name, in the order of the file. Services that only a profile starts are not in it. */
  readonly services: Readonly<Record<string, ComposeModelService>>
  /** The named volumes that a service mounts or the file declares. */
  readonly volumes: Readonly<Record<string, ComposeModelVolume>>
  /** The networks that a service joins or the file declares; `default` is one like any other. */
  readonly networks: Readonly<Record<string, ComposeModelNetwork>>
  /** The repository's files whose content is in this model: the file itself, what it includes and extends, env files, configs. Sorted. */
  readonly reads: readonly string[]
  /** Names of the variables that the file refers to, whether they have a value or not. Sorted. */
  readonly variables: readonly string[]
  /** Sorted by file, then position. */
  readonly violations: readonly Violation[]
  /** Sorted by file, then pointer. */
  readonly differences: readonly Difference[]
}

export interface ComposeModelVolume {
  readonly labels: Readonly<Record<string, string>>
}

export interface ComposeModelNetwork {
  /** Without a way out of the network. */
  readonly isInternal: boolean
  readonly labels: Readonly<Record<string, string>>
}

/** Strings are literal: variables are filled in and `$$` is `$`. Whoever writes them into a compose document escapes `$`. */
export interface ComposeModelService {
  readonly image?: string
  readonly build?: ComposeModelBuild
  /** Already split into words. An empty list clears what the image says. */
  readonly command?: readonly string[]
  readonly entrypoint?: readonly string[]
  /** `env_file` contents included; what the file says under `environment` wins. */
  readonly environment: Readonly<Record<string, string>>
  readonly ports: readonly ComposeModelPort[]
  readonly expose: readonly ComposeModelPort[]
  readonly mounts: readonly ComposeModelMount[]
  readonly dependsOn: Readonly<Record<string, ComposeModelDependency>>
  readonly healthcheck?: ComposeModelHealthcheck
  readonly resources: ComposeModelResources
  readonly restart?: RestartPolicy
  readonly user?: string
  readonly workingDir?: string
  readonly isReadOnly?: boolean
  /** Upper case, without `CAP_`, sorted. */
  readonly capAdd: readonly string[]
  readonly init?: boolean
  readonly stopSignal?: string
  readonly stopGraceMs?: number
  readonly hostname?: string
  /** What the file calls its container: a name that its siblings reach it by. */
  readonly containerName?: string
  readonly labels: Readonly<Record<string, string>>
  readonly profiles: readonly string[]
  readonly replicas: number
  readonly ulimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>
  readonly shmSizeBytes?: number
  readonly sysctls: Readonly<Record<string, string>>
  readonly groupAdd: readonly string[]
  readonly platform?: string
  /** The networks it joins, with the further names it answers to there. Empty when `networkMode` is set. */
  readonly networks: Readonly<Record<string, { readonly aliases: readonly string[] }>>
  readonly networkMode?: { readonly kind: 'none' } | { readonly kind: 'service'; readonly service: string }
  /** The service whose process or IPC namespace it shares. */
  readonly pidService?: string
  readonly ipcService?: string
  /** Other services of the file that it knows by another name. */
  readonly links: readonly { readonly service: string; readonly alias: string }[]
}

/** Paths are relative to the repository's root, `"."` for the root. Exactly one of `dockerfile` and `dockerfileInline` is there. */
export interface ComposeModelBuild {
  readonly context: string
  readonly dockerfile?: string
  readonly dockerfileInline?: string
  readonly target?: string
  readonly args: Readonly<Record<string, string>>
}

export interface ComposeModelPort {
  readonly target: number
  readonly protocol: 'tcp' | 'udp'
  /** The host port that the file asks for. What runs is published on a port that the engine picks; this is for people to read. */
  readonly published?: number
}

export type ComposeModelMount =
  /** `volume` is a key of the model's `volumes`. */
  | { readonly kind: 'volume'; readonly volume: string; readonly target: string; readonly isReadOnly: boolean; readonly subpath?: string }
  /** A volume without a name, which lives as long as its container. */
  | { readonly kind: 'anonymous'; readonly target: string; readonly isReadOnly: boolean }
  | ComposeModelTmpfs
  | ComposeModelFile
  | ComposeModelFolder

export interface ComposeModelTmpfs {
  readonly kind: 'tmpfs'
  readonly target: string
  readonly sizeBytes?: number
  /** Octal digits, such as `1777`. */
  readonly mode?: string
  readonly uid?: number
  readonly gid?: number
  /** Whether programs may be run from it. */
  readonly isExecutable: boolean
}

/** One read-only file: a bind of a repository's file, a config or a secret, which become one thing here. */
export interface ComposeModelFile {
  readonly kind: 'file'
  /** The repository's file it comes from; absent when the compose file states the content. */
  readonly source?: string
  readonly target: string
  /** Absent for what is too large to be read or no text: only who has the repository's files can copy it. */
  readonly content?: string
  /** Octal digits, such as `0444`. */
  readonly mode?: string
  readonly uid?: string
  readonly gid?: string
  /** Where a bind is asked for. */
  readonly place?: Place
}

/** A bind of a folder of the repository, whose files nobody reads here. */
export interface ComposeModelFolder {
  readonly kind: 'folder'
  readonly source: string
  readonly target: string
  /** Otherwise the service expects to write there. */
  readonly isReadOnly: boolean
  readonly place: Place
}

export interface ComposeModelDependency {
  readonly condition: 'started' | 'healthy' | 'completed'
  /** When false, the service starts without it too. */
  readonly required: boolean
}

/** `test` is `['CMD', …]` or `['CMD-SHELL', line]`; absent when the image's own check is kept and only its times change. */
export interface ComposeModelHealthcheck {
  readonly isDisabled: boolean
  readonly test?: readonly string[]
  readonly intervalMs?: number
  readonly timeoutMs?: number
  readonly retries?: number
  readonly startPeriodMs?: number
  readonly startIntervalMs?: number
}

/** What the file asks for; absent where kyozo's default applies. */
export interface ComposeModelResources {
  readonly memoryBytes?: number
  readonly memoryReservationBytes?: number
  readonly cpus?: number
  readonly pids?: number
}

export type RestartPolicy = 'no' | 'always' | 'unless-stopped' | 'on-failure' | `on-failure:${number}`
