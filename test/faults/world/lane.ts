// A world in which histories happen, one after the other: a kyozo of its own with its own engine, database, Git host and disk. Lanes share nothing but
// the machine.
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type GitHubDouble, startGitHub } from '../../support/github/github.ts'
import { adminToken, freePort } from '../../support/kyozo.ts'
import { type OwnEngine, startOwnEngine } from '../../support/own-engine.ts'
import { type Api, openApi } from './api.ts'
import { type Bystanders, placeBystanders } from './bystanders.ts'
import { type DataDisk, mountDataDisk } from './data-disk.ts'
import { type DeliveryGate, openDeliveryGate } from './delivery-gate.ts'
import { type EngineLog, followEngine } from './engine-log.ts'
import { type Exit, type KyozoProcess, startKyozoProcess } from './kyozo-process.ts'
import type { GivenUp } from './left-behind.ts'
import { type OrderBook, openOrderBook } from './orders.ts'
import { type OwnPostgres, startOwnPostgres } from './own-postgres.ts'
import { slowness } from './patience.ts'

export interface Lane {
  readonly number: number
  readonly folder: string
  /** kyozo's own. */
  readonly dataDir: string
  readonly engine: OwnEngine
  readonly engineLog: EngineLog
  readonly bystanders: Bystanders
  readonly postgres: OwnPostgres
  readonly disk: DataDisk
  readonly github: GitHubDouble
  readonly gate: DeliveryGate
  readonly orders: OrderBook
  readonly kyozo: KyozoProcess
  readonly api: Api
  /** Environments of histories that are over. */
  readonly givenUp: GivenUp[]
  readonly logFile: string
  /** Every end of a kyozo of the lane. */
  exits(): readonly Exit[]
  /** The most that any of them has held. */
  peakMemoryMiB(): number
  /** What must never be printed. */
  readonly secrets: readonly string[]
  /** A second kyozo on the same database and engine, which only works. */
  startSecond(): Promise<KyozoProcess>
  /** `keepsLog` leaves the folder with what kyozo said and which steps it reached. */
  remove(options: { readonly keepsLog?: true }): Promise<void>
}

export interface LaneOptions {
  readonly number: number
  /** The name of a bug to plant. Default is none. */
  readonly bug?: string
}

/** Long enough for a busy machine, short enough that a service which never answers does not hold a history up. */
const healthSeconds = () => String(Math.ceil(10 * slowness()))

export async function openLane({ number, bug }: LaneOptions): Promise<Lane> {
  const removals: (() => unknown)[] = []
  const remove = async () => {
    const errors: unknown[] = []
    // What cannot be removed must not keep the rest.
    for (const removal of removals.toReversed()) await (async () => removal())().catch((error: unknown) => errors.push(error))
    if (errors.length > 0) throw new Error('something of the lane could not be removed', { cause: errors.join('; ') })
  }
  try {
    return await assemble({ number, bug, remove, later: (removal) => void removals.push(removal) })
  } catch (error) {
    await remove()
    throw error
  }
}

interface Assembly {
  readonly number: number
  readonly bug: string | undefined
  readonly remove: () => Promise<void>
  readonly later: (removal: () => unknown) => void
}

async function assemble({ number, bug, remove, later }: Assembly): Promise<Lane> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kyozo-faults-'))
  const disk = await mountDataDisk(folder)
  later(() => disk.remove())
  const engine = await startOwnEngine()
  later(() => engine.remove())
  const engineLog = followEngine(engine.dockerHost)
  later(() => engineLog.close())
  const bystanders = await placeBystanders(engine)
  const postgres = await startOwnPostgres(folder)
  later(() => postgres.remove())
  // A history sends more statuses than a person would, and its own budget is kyozo's.
  const github = await startGitHub({ limits: { primaryPerHour: 1e6, contentPerMinute: 1e6, contentPerHour: 1e6 } })
  later(() => github.close())
  const port = await freePort()
  const gate = await openDeliveryGate(port)
  later(() => gate.close())
  const secretKey = randomBytes(32).toString('hex')
  const environment = (own: Readonly<Record<string, string>>) => ({
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: folder,
    FAULTS_FOLDER: folder,
    DATABASE_URL: postgres.url,
    ...engine.environment,
    KYOZO_ADMIN_TOKEN: adminToken,
    KYOZO_SECRET_KEY: secretKey,
    KYOZO_ALLOW_PRIVATE_FORGES: 'true',
    KYOZO_HEALTH_SECONDS: healthSeconds(),
    // Of the machine's own disk too, which may be fuller than a tidy one.
    KYOZO_DISK_SOFT: '512M',
    KYOZO_DISK_HARD: '256M',
    KYOZO_LOG_LEVEL: 'info',
    ...(bug === undefined ? {} : { FAULTS_PLANTED: bug }),
    ...own,
  })
  const logFile = path.join(folder, 'kyozo.log')
  const preloads = ['preload.ts', ...(bug === undefined ? [] : ['planted/plant.ts'])].map((file) =>
    path.join(import.meta.dirname, '..', file),
  )
  const started: KyozoProcess[] = []
  const start = (own: Readonly<Record<string, string>>) => {
    started.push(startKyozoProcess({ environment: environment(own), preloads, logFile }))
    return started.at(-1)!
  }
  const dataDir = path.join(disk.folder, 'data')
  const kyozo = start({ KYOZO_DATA_DIR: dataDir, KYOZO_PORT: String(port) })
  later(() => kyozo.end())
  await kyozo.serving()
  return {
    number, folder, dataDir, givenUp: [], engine, engineLog, bystanders, postgres, disk, github, gate, kyozo, logFile, remove: async ({ keepsLog }) => {
      await remove()
      const gone = keepsLog ? path.join(folder, 'postgres') : folder
      await rm(gone, { recursive: true, force: true, maxRetries: 5 })
    },
    orders: openOrderBook(folder),
    exits: () => started.flatMap((one) => one.exits),
    peakMemoryMiB: () => Math.max(...started.map((one) => one.peakMemoryMiB())),
    api: openApi(port, adminToken),
    secrets: [adminToken, secretKey, postgres.password],
    async startSecond() {
      const secondDir = path.join(folder, `second-${Date.now()}`)
      await mkdir(secondDir)
      return start({ KYOZO_ROLE: 'worker', KYOZO_DATA_DIR: secondDir, KYOZO_PORT: String(await freePort()), KYOZO_BASE_URL: `http://127.0.0.1:${port}` })
    },
  } // biome-ignore format: parts
}
