// The connections to Git hosts that this kyozo has, and their clients.
import { KyozoError } from '../errors.ts'
import { createGates, type Gate, type GateOptions, type Gates } from '../gate.ts'
import type { FetchTokenRequest, ForgeClient } from './client.ts'
import { credentialFingerprint } from './fingerprint.ts'
import type { ForgeConnection } from './forge.ts'
import { gatedClient } from './gated-client.ts'
import { forges, isForgeName } from './index.ts'

export interface Connections {
  readonly all: readonly ForgeConnection[]
  find(forge: string, name: string | undefined): ForgeConnection | undefined
  client(name: string): ForgeClient | undefined
  /** Whose limits at the host a connection uses up: those of its credential, with every other connection that has the same. */
  account(name: string): { readonly key: string; readonly connections: readonly string[] }
  /** Every connection to the host that this one leads to, itself included. */
  atHostOf(name: string): readonly string[]
  gitCredentials(
    forge: string,
    name: string,
    request: FetchTokenRequest,
  ): Promise<{ readonly username: string; readonly password: string } | undefined>
}

export function createConnections(all: readonly ForgeConnection[], now: () => number, gates: Gates = createGates()): Connections {
  const clients = new Map(
    all.flatMap((connection) =>
      isForgeName(connection.forge)
        ? [[connection.name, gatedClient(forges[connection.forge].connect(connection, { now }), gateOf(gates, connection.name))] as const]
        : [],
    ),
  )
  return {
    all,
    find: (forge, name) => all.find((connection) => connection.forge === forge && (name === undefined || connection.name === name)),
    client: (name) => clients.get(name),
    account: (name) => accountOf(all, name),
    atHostOf: (name) => {
      const own = all.find((connection) => connection.name === name)
      return own === undefined ? [name] : namesOf(all.filter(({ apiUrl }) => apiUrl.toLowerCase() === own.apiUrl.toLowerCase()))
    },
    async gitCredentials(forge, name, request) {
      const client = clients.get(name)
      if (client === undefined || !isForgeName(forge)) return undefined
      const token = await client.fetchToken(request)
      return token === undefined ? undefined : { username: forges[forge].gitUser, password: token }
    },
  }
}

function accountOf(all: readonly ForgeConnection[], name: string): { readonly key: string; readonly connections: readonly string[] } {
  const own = all.find((connection) => connection.name === name)
  if (own === undefined || own.credential.kind === 'none') return { key: name, connections: [name] }
  const key = credentialFingerprint(own)
  const sharing = all.filter((connection) => connection.credential.kind !== 'none' && credentialFingerprint(connection) === key)
  return { key, connections: namesOf(sharing) }
}

function namesOf(connections: readonly ForgeConnection[]): readonly string[] {
  return connections.map(({ name }) => name)
}

function gateOf(gates: Gates, name: string): Gate {
  return gates.to(`forge ${name}`, () => gateTo(name))
}

/** For what a release or a check of the ledger waits for: statuses have the outbox, which knows a host's limits. */
function gateTo(connection: string): GateOptions {
  return {
    name: `the Git host of the connection ${connection}`,
    atOnce: 8,
    waiting: 200,
    share: { atOnce: 2, withinMs: 15_000 },
    failures: 5,
    pauseMs: [5_000, 60_000],
    isAway: (error) => error instanceof KyozoError && error.code === 'forge_unavailable',
    refused: (words, details) => new KyozoError('forge_unavailable', words, { ...details, hint: 'kyozo tries again by itself' }),
  }
}
