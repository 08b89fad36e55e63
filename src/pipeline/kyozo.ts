// What the pipeline works with: the parts that main.ts wires, as the pipeline needs them.
import type { Config } from '../config.ts'
import type { Disk } from '../disk.ts'
import type { Engine } from '../engine/engine.ts'
import type { EngineStorage } from '../engine/storage.ts'
import type { FetchTokenRequest, ForgeClient } from '../forge/client.ts'
import type { ForgeConnection } from '../forge/forge.ts'
import type { Mirrors } from '../git/mirror.ts'
import type { Log } from '../log.ts'
import type { Queue } from '../queue/queue.ts'
import type { Vault } from '../secrets/vault.ts'
import type { Template } from '../stack/template.ts'
import type { Database, Executor } from '../store/database.ts'
import type { Notifications } from '../store/notify.ts'
import type { Stopping } from './hand-over.ts'

export interface Kyozo {
  readonly config: Config
  readonly instance: string
  /** Names this process in leases. */
  readonly owner: string
  /** Of this process's data directory, whatever the machine is called. */
  readonly processId: string
  readonly db: Database
  readonly queue: Queue
  readonly notifications: Notifications
  readonly engine: Engine
  readonly mirrors: Mirrors
  /** What the engine keeps on its disk. */
  readonly storage: EngineStorage
  readonly disk: Disk
  readonly vault: Vault
  readonly templates: readonly Template[]
  readonly log: Log
  /** The edge of this process, when it has one. */
  readonly edge: EdgeControl | undefined
  readonly connections: ConnectionCredentials
  readonly stopping: Stopping
}

export interface EdgeControl {
  /** Takes over the routes that the database holds now. */
  refresh(): Promise<void>
  /** Takes over the routes that a transaction is about to commit for an environment; they stand until that is settled, whatever else is read meanwhile. */
  goAhead(transaction: Executor, environmentId: string): Promise<void>
  /** The transaction has ended, in either way. */
  settled(environmentId: string): Promise<void>
  /** Resolves when no request is under way to the containers, or at the deadline. */
  drain(containers: readonly string[], deadlineMs: number): Promise<void>
}

export interface ConnectionCredentials {
  readonly all: readonly ForgeConnection[]
  find(forge: string, name: string): ForgeConnection | undefined
  /** What git sends to read a repository, or undefined for a public one without a token. */
  gitCredentials(forge: string, name: string, request: GitCredentialRequest): Promise<GitCredentials | undefined>
  client(name: string): ForgeClient | undefined
}

export type GitCredentialRequest = FetchTokenRequest

export interface GitCredentials {
  readonly username: string
  readonly password: string
}
