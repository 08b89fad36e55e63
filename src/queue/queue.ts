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
  /** Rejects with the reason when jobs can neither be made nor taken. */
  check(): Promise<void>
  /** Stops taking jobs and waits for those under way. */
  close(): Promise<void>
}

const deployQueue = 'deploy'
const operationQueue = 'operation'
/** A release renews its own lease; the job only must not be handed out again meanwhile. */
const jobExpirySeconds = 6 * 60 * 60
const closeMs = 20_000

export async function openQueue(url: string, log: Log): Promise<Queue> {
  const boss = new PgBoss({ connectionString: url, schema: 'pgboss', max: 4, useListenNotify: true, application_name: 'kyozo queue' })
  boss.on('error', (error) => log.warn({ error }, 'the queue met an error and goes on'))
  await boss.start()
  const deploys = await openJobs(boss, deployQueue, 'environmentId')
  const operations = await openJobs(boss, operationQueue, 'operationId')
  return {
    enqueueDeploy: deploys.enqueue,
    work: deploys.work,
    enqueueOperation: operations.enqueue,
    workOperations: operations.work,
    async check() {
      if ((await boss.getQueue(deployQueue)) === null) throw new KyozoError('store_unavailable', 'the queue of deploys is not there')
    },
    close: () => boss.stop({ graceful: true, timeout: closeMs, close: true }),
  }
}

/** Jobs that only name what to look at, by `member`. `short`: of one thing one waiting job is enough, however often it is asked for. */
async function openJobs(boss: PgBoss, queue: string, member: string) {
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
          if (id !== undefined) await handler(id)
        },
      )
    },
  }
}
