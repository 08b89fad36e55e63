// What every service gets, whatever the repository says: limits that keep one service from taking the machine, and as few rights as it can
// run with.
import type { ComposeMap } from './compose-value.ts'

export const defaultResources = { memory: '512Mi', cpu: '1' } as const
/** Enough for a server with a pool of workers; it stops a fork bomb. */
export const defaultPids = 256
/** Most frameworks are up in a few seconds; a JVM on a busy machine needs most of a minute. */
export const defaultHealthDeadlineMs = 60_000
const stopGrace = '10s'
/** Memory-backed folders of a read-only container, each. They count towards its memory. */
const temporaryFolderSize = '64m'

/**
 * What an image's entrypoint needs that starts as root, gives its folders to its user and becomes that user. A process that is not root
 * holds none of them, because no-new-privileges is set.
 */
export const entrypointCapabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'] as const

export interface Confinement {
  readonly capabilities: readonly string[]
  readonly isReadOnly?: boolean
  /** Folders that stay writable when it is read-only. */
  readonly writableFolders?: readonly string[]
}

/** The keys that confine a container. */
export function confine({ capabilities, isReadOnly = false, writableFolders = [] }: Confinement): ComposeMap {
  return {
    security_opt: ['no-new-privileges:true'],
    cap_drop: ['ALL'],
    ...(capabilities.length === 0 ? {} : { cap_add: [...capabilities].sort() }),
    ...(isReadOnly ? { read_only: true } : {}),
    ...(isReadOnly && writableFolders.length > 0
      ? { tmpfs: writableFolders.map((folder) => `${folder}:size=${temporaryFolderSize}`) }
      : {}),
  }
}

export interface Limits {
  readonly memory: string
  readonly cpus: string
  readonly pids?: number
  readonly replicas?: number
  readonly memoryReservation?: string
}

/** The keys that limit a container, in Compose's units. */
export function limit({ memory, cpus, pids = defaultPids, replicas = 1, memoryReservation }: Limits): ComposeMap {
  return {
    deploy: {
      ...(replicas === 1 ? {} : { replicas }),
      resources: {
        limits: { cpus, memory, pids },
        ...(memoryReservation === undefined ? {} : { reservations: { memory: memoryReservation } }),
      },
    },
  }
}

/** The keys that keep a container running and its log small. */
export function supervise(): ComposeMap {
  return {
    restart: 'unless-stopped',
    stop_grace_period: stopGrace,
    logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
  }
}

/** A check that Compose runs: often while the container starts, rarely afterwards. */
export function healthcheck(test: readonly string[]): ComposeMap {
  return { test, interval: '10s', timeout: '5s', retries: 3, start_period: `${defaultHealthDeadlineMs / 1000}s`, start_interval: '1s' }
}

/** Published on loopback at a port that the engine picks, so that an old and a new container run side by side. */
export function publish(port: number, protocol: 'tcp' | 'udp' = 'tcp'): string {
  return `127.0.0.1::${port}${protocol === 'udp' ? '/udp' : ''}`
}
