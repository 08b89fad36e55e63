// Opens what every process has: the data directory, keys, store, queue, engine, mirrors and connections.
import { hostname } from 'node:os'
import path from 'node:path'
import type { Access, Credentials } from '../access/access.ts'
import { createAccess } from '../access/better-auth.ts'
import { assertRestored } from '../backup/restore-mark.ts'
import type { Config } from '../config.ts'
import { type DataDir, lockDataDir } from '../data-dir.ts'
import { createEdge, type Edge } from '../edge/edge.ts'
import type { Connections } from '../forge/connections.ts'
import { ownConnections } from '../forge/own-connections.ts'
import { createGates, type Gates } from '../gate.ts'
import { createMirrors } from '../git/mirror.ts'
import type { Log } from '../log.ts'
import { openDisk, openEngine } from '../open-engine.ts'
import type { Kyozo } from '../pipeline/kyozo.ts'
import { openQueue } from '../queue/queue.ts'
import { secretKeys } from '../secrets/keys.ts'
import { createVault } from '../secrets/vault.ts'
import { edgeControl } from '../serving/edge-control.ts'
import { type StopControl, stopControl } from '../serving/stopping.ts'
import { storedConnections } from '../serving/stored-connections.ts'
import { lasting } from '../store/connection.ts'
import { migrate, type OpenDatabase, openDatabase } from '../store/database.ts'
import { startEmbeddedPostgres } from '../store/embedded.ts'
import { defaultTeam, instanceId } from '../store/instance.ts'
import { listen } from '../store/notify.ts'
import { checkKeys } from '../store/sealing-keys.ts'
import { createToken, hasToken } from '../store/tokens.ts'
import { loadTemplates } from '../templates.ts'
import type { Stop } from './stops.ts'

export interface Parts {
  readonly kyozo: Kyozo & { readonly stopping: StopControl }
  /** The ways to what is outside. */
  readonly gates: Gates
  readonly access: Access
  readonly edge: Edge
  readonly connections: Connections
  readonly teamId: string
  readonly firstToken: string | undefined
  readonly firstPerson: Credentials | undefined
}

export async function openParts(config: Config, log: Log, stops: Stop[]): Promise<Parts> {
  const dataDir = await lockDataDir(config.dataDir)
  stops.push(() => dataDir.unlock())
  await assertRestored(dataDir.path)
  const keys = await secretKeys(dataDir.path, { active: config.secretKey, older: config.oldSecretKeys })
  const vault = createVault(keys.active, keys.older)
  const { db, url } = await openStore(config, dataDir, stops)
  await checkKeys(db, vault)
  const teamId = await defaultTeam(db)
  const firstToken = await prepareTokens(db, teamId, config.adminToken)
  const access = createAccess({ db, key: keys.active, baseUrl: config.baseUrl, githubSignIn: config.githubSignIn, log })
  const firstPerson = await access.makeFirstPerson(teamId)
  const notifications = await listen(url)
  stops.push(() => notifications.close())
  const queue = await openQueue(url, log, lasting)
  stops.push(() => queue.close())
  const edge = createEdge({ log, baseDomain: config.baseDomain })
  const control = await edgeControl({ db, edge, notifications, config, log })
  stops.push(() => control.close())
  const instance = await instanceId(db)
  const gates = createGates()
  const own = ownConnections(config.forges)
  const connections = await storedConnections({ own, db, vault, notifications, log, gates })
  stops.push(() => connections.close())
  const stopping = stopControl(config.stopMs)
  const kyozo: Parts['kyozo'] = {
    config,
    instance,
    owner: `${hostname()} ${dataDir.id}`,
    processId: dataDir.id,
    db,
    queue,
    notifications,
    engine: openEngine(config, { instance, dataDir, log, gates, halt: stopping.halt }),
    ...openDisk(config, { instance, dataDir, log }),
    mirrors: createMirrors(path.join(dataDir.path, 'mirrors'), gates),
    vault,
    templates: await loadTemplates(),
    log,
    edge: config.role === 'worker' ? undefined : control,
    connections,
    stopping,
  }
  return { kyozo, gates, access, edge, connections, teamId, firstToken, firstPerson }
}

async function openStore(config: Config, dataDir: DataDir, stops: Stop[]): Promise<OpenDatabase> {
  const embedded = config.databaseUrl === undefined ? await startEmbeddedPostgres(path.join(dataDir.path, 'postgres')) : undefined
  if (embedded) stops.push(() => embedded.close())
  const database = await openDatabase(config.databaseUrl ?? embedded!.url, 'kyozo')
  stops.push(() => database.close())
  await migrate(database.db)
  return database
}

const firstTokenName = 'first run'

/** The operator's token replaces what it was before; without one, the first run makes a token and shows it once. */
async function prepareTokens(db: OpenDatabase['db'], teamId: string, adminToken: string | undefined): Promise<string | undefined> {
  if (adminToken !== undefined) {
    await createToken(db, { teamId, name: 'admin', value: adminToken })
    return undefined
  }
  if (await hasToken(db, { teamId, name: firstTokenName })) return undefined
  return createToken(db, { teamId, name: firstTokenName })
}
