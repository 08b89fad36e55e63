// The engine as the rest of kyozo sees it. engine/docker/ is the one implementation; every method throws KyozoError only.
import type { Readable } from 'node:stream'
import type { ObservedContainer, ObservedStack } from '../reconcile/plan.ts'

/** What the labels on everything that kyozo makes say. */
export interface StackIdentity {
  readonly instance: string
  readonly workspace: string
  readonly environment: string
  /** Compose project: `kyozo-<workspace>-<environment>`. */
  readonly project: string
  /** Whether it goes away again with all its data, as a preview does; its volumes say so. Default is no. */
  readonly isTransient?: true
  /** Whether nothing of it may reach further than its own network. Default is no. */
  readonly isConfined?: true
}

export interface BuildRequest {
  readonly identity: StackIdentity
  readonly service: string
  /** The tag that the image gets: `kyozo/<workspace>/<service>:<key>`. */
  readonly image: string
  readonly target?: string
  readonly args: Readonly<Record<string, string>>
  /** The context as a tar stream; it contains the Dockerfile as `Dockerfile.kyozo`. */
  readonly context: Readable
  readonly deadlineMs: number
  readonly memoryLimitBytes: number
  /** Its steps reach no network. Default is that they do. */
  readonly isOffline?: boolean
  readonly signal?: AbortSignal
  /** Called with each line of the build's output, without ANSI sequences. */
  readonly onLine: (line: string) => void
}

export interface PullRequest {
  readonly team?: string
  readonly signal?: AbortSignal
}

/**
 * The two compose files as text, the values their variables take, and what services are started with beyond them. They are parsed by kyozo
 * already; this is its own output. The values are secrets: they reach Compose on its standard input, never on a disk or in a process's environment.
 */
export interface ComposeFiles {
  readonly identity: StackIdentity
  readonly document: string
  readonly overlay: string
  readonly variables: Readonly<Record<string, string>>
  /** Service → variable → value. Default is none. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface CreateRequest {
  readonly files: ComposeFiles
  readonly service: string
  /** New containers of the service to create beside those that exist. */
  readonly count: number
  /** False hides the new containers from the service's name until `giveAlias`. */
  readonly withAlias: boolean
}

/** Of a container, or of a network or volume: then `container` and `service` are empty, and their project may be another kyozo's: they carry no label. */
export interface EngineEvent {
  readonly container: string
  readonly project: string
  readonly service: string
  readonly action:
    | 'create'
    | 'start'
    | 'die'
    | 'oom'
    | 'stop'
    | 'destroy'
    | 'pause'
    | 'unpause'
    | 'rename'
    | 'update'
    | 'health'
    | 'network'
    | 'volume'
}

/** What may be changed of a container without making it anew; what is absent stays. */
export interface ContainerChange {
  readonly memoryBytes?: number
  readonly nanoCpus?: number
  readonly restartPolicy?: string
  /** Names of networks that it leaves. */
  readonly leave?: readonly string[]
}

export interface ExecResult {
  readonly exitCode: number
  /** The end of its output, standard output and error together. */
  readonly output: string
}

export interface StreamedCommand {
  readonly command: readonly string[]
  /** Variables beyond the container's own. Values may be secrets: no argument is. Default is none. */
  readonly environment?: Readonly<Record<string, string>>
  /** Its standard input; fails with KyozoErrors only. Default is an empty one. */
  readonly input?: AsyncIterable<Buffer>
  /** Takes its standard output piece by piece; what it throws ends the command's connection. Default is that both outputs are kept. */
  readonly take?: (bytes: Buffer) => Promise<void>
  /** The engine ends no command: what still runs in the container then loses its input and its output. */
  readonly signal: AbortSignal
}

export interface StreamedResult extends ExecResult {
  /** Whether the whole input was on its way before the command ended. */
  readonly hasReadAll: boolean
}

/** Counters grow from the container's start; `memoryBytes` is what it holds now. */
export interface ContainerUsage {
  readonly container: string
  readonly project: string
  readonly service: string
  readonly cpuNanoseconds: number
  readonly memoryBytes: number
  readonly networkBytes: number
  readonly diskBytes: number
}

/** As a listing tells it, without a question for each. */
export interface RunningContainer {
  readonly id: string
  readonly project: string
  readonly service: string
  readonly configHash: string
  readonly health: ObservedContainer['health']
  readonly addressOnNetwork: string | null
  /** Port inside the container → loopback port that the engine picked. */
  readonly publishedPorts: Readonly<Record<number, number>>
}

/** Whose output is read: all containers of a service. */
export interface OutputSource {
  readonly identity: StackIdentity
  readonly service: string
}

export interface OutputLine {
  readonly container: string
  /** When the engine took it, in ISO 8601 with nine digits behind the point: such times can be compared as text. */
  readonly at: string
  /** Counts the lines of a container that have the same time. */
  readonly nth: number
  readonly stream: 'stdout' | 'stderr'
  /** Not redacted. Holds no control characters but tabulators and no escape sequences but colours; may be longer than what should be shown. */
  readonly text: string
}

/** The first twelve characters of a container's id → its last line that was taken. */
export type OutputPosition = ReadonlyMap<string, { readonly at: string; readonly nth: number }>

export interface Engine {
  /** Throws `engine_unavailable` with words for a person when it does not answer. */
  check(): Promise<{ readonly version: string; readonly composeVersion: string; readonly buildxVersion: string }>
  /** Reads what runs of one stack, and which of `images` exist. Only containers with this instance's labels are seen. */
  observe(identity: StackIdentity, images: readonly string[]): Promise<ObservedStack>
  /** Throws `build_failed` with the failing step and its last lines, `build_timed_out`, `disk_full` or `superseded`. */
  build(request: BuildRequest): Promise<void>
  /** Throws `pull_failed`, which says with `retryAfterSeconds` when it was refused before it was tried. `team` is for whom: each has its share. */
  pull(image: string, request?: PullRequest): Promise<void>
  /**
   * Makes the stack's network and the named volumes that are missing, labelled, and returns the volumes that it made; does nothing to those that exist.
   * `making` hears of each volume before it is made, and by throwing keeps it from being made. Default is that nobody hears.
   */
  prepare(files: ComposeFiles, volumes: readonly string[], making?: (volume: string) => Promise<void>): Promise<readonly string[]>
  /** Creates containers without starting them, and returns them. Old ones are not touched. */
  create(request: CreateRequest): Promise<readonly ObservedContainer[]>
  start(containers: readonly string[]): Promise<void>
  /** Stops with SIGTERM, the container's own grace period, then SIGKILL. */
  stop(containers: readonly string[]): Promise<void>
  /**
   * Stops if needed and removes containers of this instance; never a volume. Removing what is gone already is no error. `graceSeconds` shortens the
   * container's own grace period; default is that it has all of it.
   */
  remove(containers: readonly string[], options?: { readonly graceSeconds?: number }): Promise<void>
  /**
   * Makes the containers answer to the service's name on the stack's network; does nothing to those that do already. Connections from
   * inside the network survive. The published ports change and connections through them break: give the name before traffic is routed
   * to the container, and inspect it again afterwards.
   */
  giveAlias(identity: StackIdentity, service: string, containers: readonly string[]): Promise<void>
  /** Takes the service's name from the containers, as `giveAlias` gives it: drain what comes through the published ports first. */
  takeAlias(identity: StackIdentity, service: string, containers: readonly string[]): Promise<void>
  unpause(containers: readonly string[]): Promise<void>
  /** Throws `engine_refused` when another container has the name. */
  rename(container: string, name: string): Promise<void>
  /** Changes a container of this instance where it is; it goes on running. */
  change(container: string, change: ContainerChange): Promise<void>
  /**
   * Project → what its containers, network and volumes look like from afar, for every project of this instance: when the text is the same as before,
   * nothing began, ended or went that a closer look would have to find. Costs three calls however many containers there are.
   */
  glance(): Promise<ReadonlyMap<string, string>>
  /** In the order asked; those that are gone are left out. */
  inspect(containers: readonly string[]): Promise<readonly ObservedContainer[]>
  /** Resolves with the exit code when the container ends, at once when it does not run; a restart policy does not hide the exit. */
  waitForExit(container: string, signal: AbortSignal): Promise<number>
  /** Runs a command inside a running container. At the deadline it is no longer waited for, which throws `child_timed_out`; while it
   * still runs, the same command is not begun a second time in that container, which throws the same. */
  exec(container: string, command: readonly string[], deadlineMs: number): Promise<ExecResult>
  /** Runs a command inside a running container with streams at both ends, as long as it takes. Throws the signal's reason, and what its streams throw. */
  stream(container: string, request: StreamedCommand): Promise<StreamedResult>
  /** What tells a stack's volume from another of its name: made with it, empty for one that somebody else made. Undefined when it is not there. */
  volumeMark(identity: StackIdentity, volume: string): Promise<string | undefined>
  /** Removes a volume of a transient stack, with the containers that mount it. Throws `engine_refused` for one that is meant to stay. */
  discardVolume(identity: StackIdentity, volume: string): Promise<void>
  /** The last lines of a container's output, oldest first; standard output and error together, in the order in which the engine read them. */
  logTail(container: string, lines: number): Promise<readonly string[]>
  /** The newest lines of a service, oldest first, at most 1,000; `since` is a time in ISO 8601. */
  readOutput(source: OutputSource, options: { readonly tail: number; readonly since?: string }): Promise<readonly OutputLine[]>
  /** Lines of a service as they come, endless; begins behind `after`, or with the last `tail` lines, none older than `since`. Takes no more from the engine than is asked for. */
  followOutput(
    source: OutputSource,
    options: { readonly tail: number; readonly since?: string; readonly after?: OutputPosition; readonly signal: AbortSignal },
  ): AsyncIterable<readonly OutputLine[]>
  /**
   * Follows events of this instance's containers, and of the networks and volumes of stacks, until the signal aborts; reconnects by itself. `onGap` is called whenever it starts to
   * follow, the first time included: what happened before was not seen.
   */
  watch(options: {
    readonly signal: AbortSignal
    readonly onEvent: (event: EngineEvent) => void
    readonly onGap: () => void
  }): Promise<void>
  /** What every running container of this instance uses now, in no order. */
  usage(): Promise<readonly ContainerUsage[]>
  /** Every container of this instance that runs and is not paused; one question, however many there are. */
  running(): Promise<readonly RunningContainer[]>
  /** Every project of this instance that has containers or a network on the engine; volumes alone do not count, they stay for ever. */
  listProjects(): Promise<readonly string[]>
  /** Removes containers and the network of a whole stack; volumes stay, but for those of a transient one that say on them that they may go. Returns these. */
  removeStack(identity: StackIdentity): Promise<readonly string[]>
}
