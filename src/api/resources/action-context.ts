// What creating, changing and acting may use: the database, the queue, the vault and the access library. Never the engine, never Git.
import type { Access } from '../../access/access.ts'
import type { Queue } from '../../queue/queue.ts'
import type { Vault } from '../../secrets/vault.ts'
import type { PortRules } from '../../stack/settings/ports.ts'
import type { Database } from '../../store/database.ts'

export interface ActionContext {
  readonly db: Database
  readonly queue: Pick<Queue, 'enqueueDeploy' | 'enqueueOperation'>
  readonly vault: Vault
  readonly access: Access
  readonly baseUrl: string
  /** Which ports of the machine may be given away. Default is the usual range. */
  readonly portRules?: PortRules
  /** Whether a team may connect a Git host on this machine's own networks. Default is false. */
  readonly allowsPrivateForges?: boolean
  /** Of the request, for the audit trail. */
  readonly ipAddress: string | undefined
}
