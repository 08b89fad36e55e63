// Everything that happens by the clock, in one list. The library knows what an expression means; when to wake is measured by the monotonic clock, since
// the library's own timers stand still until a clock that was put back has caught up, and make up for every second that one put forward has left out.
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
  const tasks = works.map((work) => startTask(work, log))
  return {
    async stop() {
      for (const task of tasks) task.stop()
    },
  }
}

function startTask(work: ScheduledWork, log: Log): { stop(): void } {
  const expression = cron.createTask(work.expression, () => undefined, { name: work.name })
  let timer: NodeJS.Timeout | undefined
  let isRunning = false
  const run = async () => {
    if (isRunning) return
    isRunning = true
    try {
      await work.run()
    } catch (error) {
      log.warn({ error, work: work.name }, 'scheduled work failed and is tried again at its next time')
    } finally {
      isRunning = false
    }
  }
  const arm = () => {
    const [next] = expression.getNextRuns(1)
    timer = setTimeout(
      () => {
        arm()
        void run()
      },
      Math.max(0, Number(next) - Date.now()) + lateMs,
    )
  }
  arm()
  return {
    stop() {
      clearTimeout(timer)
      void expression.destroy()
    },
  }
}

/** A timer may fire a moment early, and its time would then be found again. */
const lateMs = 5
