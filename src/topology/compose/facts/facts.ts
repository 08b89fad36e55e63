// What detection knows of a user's compose file. Types only.
import type { Evidence } from '../../topology.ts'

export interface ComposeFacts {
  readonly file: string
  readonly services: readonly ComposeServiceFacts[]
  /** Every file that belongs to it by `include`, `extends` and override, itself first. */
  readonly files: readonly string[]
  /** Those that `include` names: their services are its own. */
  readonly included: readonly string[]
  /** The file that Compose lays over it on a developer's machine. It is not deployed: it only tells of ports and neighbours. */
  readonly override?: string
}

export interface ComposeServiceFacts {
  readonly name: string
  readonly evidence: Evidence
  readonly image: string | undefined
  readonly imageEvidence: Evidence | undefined
  readonly build: ComposeBuild | undefined
  readonly command: string | undefined
  readonly entrypoint: string | undefined
  readonly containerName: string | undefined
  /** Further names that it answers to: its host name and its aliases on networks. */
  readonly aliases: readonly string[]
  readonly workingDir: string | undefined
  /** What it mounts of the repository; volumes and the machine's own folders are not among them. */
  readonly mounts: readonly { readonly path: string; readonly target: string; readonly evidence: Evidence }[]
  readonly profiles: readonly string[]
  /** Whether it starts only when somebody asks for its profile. */
  readonly isProfiled: boolean
  /** Where it listens inside its container, the likeliest first. */
  readonly ports: readonly { readonly port: number; readonly evidence: Evidence }[]
  /** Ports of the machine that it takes for itself. */
  readonly published: readonly PublishedPort[]
  readonly dependsOn: readonly ComposeDependency[]
  readonly links: readonly { readonly service: string; readonly evidence: Evidence }[]
  readonly networks: readonly string[]
  readonly labels: readonly { readonly name: string; readonly value: string }[]
  /** `environment`, then what only its env files say. */
  readonly environment: readonly ComposeVariable[]
  readonly healthTest: string | undefined
  readonly restart?: RestartFacts
  /** Set where it keeps both its input and a terminal open, for somebody who attaches. */
  readonly isInteractive?: true
  /** Set where it does one thing and ends: it is a step of starting the stack, not a service. */
  readonly runsOnce?: RunsOnce
}

export interface RestartFacts {
  /** The file itself says so; it is also what Compose does when nobody says anything. */
  readonly isNever: boolean
  readonly isAlways: boolean
  readonly evidence: Evidence
}

export interface RunsOnce {
  readonly isCertain: boolean
  readonly evidence: Evidence
}

export interface ComposeVariable {
  readonly name: string
  readonly value: string
  /** Set where the deployed value is not known: it needs a variable that nothing gives one, or only the override states it. */
  readonly isOpen?: true
  readonly evidence: Evidence
}

export interface ComposeDependency {
  readonly service: string
  /** Set where the file says `required: false`: the service starts without it too. */
  readonly isOptional?: true
  /** Set where the file waits until it has ended well. */
  readonly isCompletion?: true
  readonly evidence: Evidence
}

export interface PublishedPort {
  /** The first and the last of a range; of one port both are it. */
  readonly first: number
  readonly last: number
  /** The machine's address; none is all of them. */
  readonly address: string | undefined
  readonly protocol: 'tcp' | 'udp'
  readonly evidence: Evidence
}

export interface ComposeBuild {
  readonly context: string
  readonly dockerfile: string | undefined
  /** Whether the compose file holds the Dockerfile itself. */
  readonly isInline: boolean
  readonly target: string | undefined
  readonly args: Readonly<Record<string, string>>
  readonly evidence: Evidence
}
