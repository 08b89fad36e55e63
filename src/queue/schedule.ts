// Everything that happens by the clock, in one list.
import cron from 'node-cron'
import type { Log } from '../log.ts'

export interface ScheduledWork {
  readonly name: string
  /** Seconds, minutes, hours, day of month, month, day of week. */
  readonly expression: string
  readonly run: () => Promise<void>
}

export interface Schedule {
  stop(): Promise<void>
}

/** A run that takes longer than its interval is not started twice; one that fails is logged and tried at its next time. */
export function startSchedule(works: readonly ScheduledWork[], log: Log): Schedule {
  const tasks = works.map((work) =>
    cron.schedule(
      work.expression,
      async () => {
        try {
          await work.run()
        } catch (error) {
          log.warn({ error, work: work.name }, 'scheduled work failed and is tried again at its next time')
        }
      },
      { name: work.name, noOverlap: true },
    ),
  )
  return {
    async stop() {
      await Promise.all(tasks.map((task) => task.destroy()))
    },
  }
}
