// Jobs in PostgreSQL. A job is a wake-up: it says which environment to look at, and the releases table says what there is to do. So a job that
// runs twice does nothing twice, and one that is lost is made again by the sweep.
import { fromKysely, PgBoss } from 'pg-boss'
import { KyozoError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Executor } from '../store/database.ts'

export interface Queue {
  /** Enqueues in the caller's transaction: the job exists exactly when the transaction commits. */
  enqueueDeploy(db: Executor, environmentId: string): Promise<void>
  /** Enqueues what somebody asked for, in the caller's transaction. */
  enqueueOperation(db: Executor, operationId: string): Promise<void>
  /** Starts taking deploys, `concurrency` at once. */
  work(handler: (environmentId: string) => Promise<void>, options: { readonly concurrency: number }): Promise<void>
  /** Starts taking operations, `concurrency` at once. */
  workOperations(handler: (operationId: string) => Promise<void>, options: { readonly concurrency: number }): Promise<void>
  /** Makes due what the clock of the database, put back since, would hold back for longer than kyozo ever means to. Returns how many jobs. */
  hasten(): Promise<number>
  /** Rejects with the reason when jobs can neither be made nor taken. */
  check(): Promise<void>
  /** Takes no more jobs; those under way go on, and others can still be made. */
  pause(): Promise<void>
  /** What is still under way is given back. */
  close(): Promise<void>
}

const schema = 'pgboss'
const deployQueue = 'deploy'
const operationQueue = 'operation'
/** A release renews its own lease; the job only must not be handed out again meanwhile. */
const jobExpirySeconds = 6 * 60 * 60
/** Much longer than a job that failed waits. */
const plausibleSeconds = 60
/** Whoever stops waits for the work itself; this is for the jobs' own end. */
const closeMs = 1_000

/** `connections` is how they are made; default is the library's own way. */
export async function openQueue(url: string, log: Log, connections: object = {}): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: url,
    schema,
    max: 4,
    useListenNotify: true,
    application_name: 'kyozo queue',
    ...connections,
  })
  // Its words only: an error of the library carries a whole connection to the database with it.
  boss.on('error', (error) => log.warn({ error: error.message }, 'the queue met an error and goes on'))
  await boss.start()
  const deploys = await openJobs({ boss, log }, deployQueue, 'environmentId')
  const operations = await openJobs({ boss, log }, operationQueue, 'operationId')
  return {
    enqueueDeploy: deploys.enqueue,
    work: deploys.work,
    enqueueOperation: operations.enqueue,
    workOperations: operations.work,
    hasten: () => hastenJobs(boss),
    async check() {
      if ((await boss.getQueue(deployQueue)) === null) throw new KyozoError('store_unavailable', 'the queue of deploys is not there')
    },
    async pause() {
      await Promise.all([deployQueue, operationQueue].map((name) => boss.offWork(name, { wait: false })))
    },
    close: () => boss.stop({ graceful: true, timeout: closeMs, close: true }),
  }
}

/** Jobs that only name what to look at, by `member`. `short`: of one thing one waiting job is enough, however often it is asked for. */
async function openJobs({ boss, log }: { readonly boss: PgBoss; readonly log: Log }, queue: string, member: string) {
  await boss.createQueue(queue, {
    policy: 'short',
    notify: true,
    retryLimit: 2,
    retryDelay: 1,
    retryBackoff: true,
    expireInSeconds: jobExpirySeconds,
  })
  return {
    async enqueue(db: Executor, id: string): Promise<void> {
      await boss.send(queue, { [member]: id }, { singletonKey: id, db: fromKysely(db.withoutPlugins()) })
    },
    async work(handler: (id: string) => Promise<void>, { concurrency }: { readonly concurrency: number }): Promise<void> {
      await boss.work<Readonly<Record<string, string>>>(
        queue,
        { batchSize: 1, localConcurrency: concurrency, pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 5 },
        async ([job]) => {
          const id = job?.data[member]
          if (id === undefined) return
          try {
            await handler(id)
          } catch (error) {
            // It fails alone: what it was to do is still in the tables, and whoever looks for what is due makes another job.
            log.warn({ error, queue, [member]: id }, 'a job failed, and what it was to do is taken up again')
            throw error
          }
        },
      )
    },
  }
}

/** A job that waits keeps out every other one for the same thing (`short`). pg-boss 12.35.0 has no call for that: it would be one beside `deleteQueuedJobs`. */
async function hastenJobs(boss: PgBoss): Promise<number> {
  const { rows } = await boss.getDb().executeSql(
    `update ${schema}.job set start_after = now() where name = any ($1) and state in ('created', 'retry')
      and start_after > now() + make_interval(secs => $2) returning id`,
    [[deployQueue, operationQueue], plausibleSeconds],
  )
  return rows.length
}
