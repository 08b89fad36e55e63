// The connections to Git hosts that this kyozo has, and their clients.
import type { FetchTokenRequest, ForgeClient, ForgeConnection } from './forge.ts'
import { forges, isForgeName } from './index.ts'

export interface Connections {
  readonly all: readonly ForgeConnection[]
  find(forge: string, name: string | undefined): ForgeConnection | undefined
  client(name: string): ForgeClient | undefined
  gitCredentials(
    forge: string,
    name: string,
    request: FetchTokenRequest,
  ): Promise<{ readonly username: string; readonly password: string } | undefined>
}

export function createConnections(all: readonly ForgeConnection[], now: () => number): Connections {
  const clients = new Map(
    all.flatMap((connection) =>
      isForgeName(connection.forge) ? [[connection.name, forges[connection.forge].connect(connection, { now })] as const] : [],
    ),
  )
  return {
    all,
    find: (forge, name) => all.find((connection) => connection.forge === forge && (name === undefined || connection.name === name)),
    client: (name) => clients.get(name),
    async gitCredentials(_forge, name, request) {
      const token = await clients.get(name)?.fetchToken(request)
      // GitHub takes any token, of a person or of an app, as the password of this user.
      return token === undefined ? undefined : { username: 'x-access-token', password: token }
    },
  }
}
