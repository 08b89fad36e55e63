// The connections to Git hosts: the operator's own, from the environment, and those that teams made, from the database. A change reaches every
// process at once.

import { KyozoError } from '../errors.ts'
import { type Connections, createConnections } from '../forge/connections.ts'
import { credentialFingerprint } from '../forge/fingerprint.ts'
import type { ForgeConnection } from '../forge/forge.ts'
import { forges, isForgeName } from '../forge/index.ts'
import type { Gates } from '../gate.ts'
import type { Log } from '../log.ts'
import type { Vault } from '../secrets/vault.ts'
import type { Database } from '../store/database.ts'
import { connectionPlaces, listConnections, type StoredConnection } from '../store/forge-connections.ts'
import type { Notifications } from '../store/notify.ts'
import { noteCredential } from '../store/untold.ts'

/** What is sealed as a connection's credentials. */
export type StoredCredential = { readonly kind: 'token'; readonly token: string } | { readonly kind: 'app'; readonly privateKey: string }

interface Parts {
  readonly own: readonly ForgeConnection[]
  readonly db: Database
  readonly vault: Vault
  readonly notifications: Notifications
  readonly log: Log
  readonly gates: Gates
}

/** In case a notification was missed. */
const lookMs = 30_000

export async function storedConnections(parts: Parts): Promise<Connections & { close(): Promise<void> }> {
  const { own, db, notifications, log } = parts
  let known: string | undefined
  let current = createConnections(own, Date.now, parts.gates)
  const load = async () => {
    const rows = await listConnections(db)
    // What is sealed never looks the same twice, so it tells every change.
    const state = rows
      .map(({ id, webhookSecret, credentials, ...row }) => [id, row.apiUrl, webhookSecret.toString('hex'), credentials?.toString('hex')])
      .join()
    // The clients keep tokens of apps: they stay as long as nothing changed.
    if (state === known) return
    current = createConnections([...own, ...rows.flatMap((row) => openConnection(parts, row) ?? [])], Date.now, parts.gates)
    // What was refused before is sent again with another credential.
    for (const connection of current.all) await noteCredential(db, connection.name, credentialFingerprint(connection))
    known = state
  }
  await load()
  // One after the other, so that an older answer never replaces a newer one.
  let loading: Promise<void> = Promise.resolve()
  const reload = () => {
    loading = loading
      .then(load)
      .catch((error: unknown) => log.warn({ error }, 'the connections to Git hosts could not be read and are read again soon'))
  }
  const off = notifications.on('connections', reload)
  const timer = setInterval(reload, lookMs)
  return {
    get all() {
      return current.all
    },
    // An address without a name is the operator's own connection, and never becomes a team's.
    find: (forge, name) => current.find(forge, name ?? own.find((connection) => connection.forge === forge)?.name ?? ''),
    client: (name) => current.client(name),
    account: (name) => current.account(name),
    atHostOf: (name) => current.atHostOf(name),
    gitCredentials: (forge, name, request) => current.gitCredentials(forge, name, request),
    async close() {
      off()
      clearInterval(timer)
      await loading
    },
  }
}

/** One that cannot be used leaves the others as they are. */
function openConnection({ vault, log }: Parts, row: StoredConnection): ForgeConnection | undefined {
  const places = connectionPlaces(row.id)
  try {
    const credential =
      row.credentials === null ? undefined : (JSON.parse(vault.open(places.credentials, row.credentials)) as StoredCredential)
    if (!isForgeName(row.forge)) throw new KyozoError('config_invalid', `this kyozo knows no Git host ${row.forge}`)
    return forges[row.forge].connection({
      name: row.name,
      apiUrl: row.apiUrl,
      webhookSecret: vault.open(places.webhookSecret, row.webhookSecret),
      ...(credential?.kind === 'token' ? { token: credential.token } : {}),
      ...(credential?.kind === 'app' ? { app: { id: row.appId ?? '', privateKey: credential.privateKey } } : {}),
    })
  } catch (error) {
    log.error({ error, connection: row.name }, 'a connection to a Git host cannot be used')
    return undefined
  }
}
