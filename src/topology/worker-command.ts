// Commands of programs that take work from a queue or keep time, and listen on nothing: what their folder's web server listens on is not theirs.
import { portInCommand } from './procfile.ts'

/** One line per family of programs. */
const workers: readonly RegExp[] = [
  /\bcelery\b(?=[^|;&]{0,300}\s(?:worker|beat)\b)/,
  /\b(?:rq|arq|taskiq|procrastinate|saq|dagster-daemon)\s(?=[^|;&]{0,200}\b(?:workers?|scheduler|run|WorkerSettings)\b)/,
  /\b(?:rqworker|rqscheduler|huey_consumer(?:\.py)?|run_huey|qcluster|db_worker|rundramatiq|process_tasks|dramatiq)\b/,
  /\bairflow\s(?:celery\s)?(?:worker|scheduler|triggerer)\b/,
  /(?:^|[\s/"'])(?:sidekiq|sidekiqswarm|shoryuken|sneakers|que|delayed_job|clockwork|karafka|racecar|hutch)(?=\s|$|["'])/,
  /\b(?:resque:(?:work|workers|scheduler)|jobs:work|solid_queue:start|sneakers:run|good_job\sstart)\b|(?:^|[\s/"'])bin\/jobs(?=\s|$|["'])/,
  /\bartisan\s(?:queue:(?:work|listen)|horizon(?=\s|$|["'])|schedule:work|pulse:work)/,
  /\bconsole\s(?:messenger:consume|rabbitmq:(?:consumer|multiple-consumer)|enqueue:consume)\b/,
  /\b(?:node|bun|deno|tsx|ts-node|python3?|ruby|php|pm2-runtime)\s(?:run\s)?(?:-{1,2}[\w=.-]{1,60}\s){0,6}["']?(?:[\w@-]{0,80}[/.]){0,10}(?:[\w-]{1,60}[-_])?(?:workers?|consumer|scheduler|cron|beat)(?:\/(?:index|main))?(?:\.(?:[mc]?[jt]s|py|rb|php))?(?=\s|$|["'])/,
  /\b(?:npm|pnpm|yarn|bun)\s(?:run\s)?(?:start[:-])?(?:workers?|queue|scheduler|cron|consumer)(?:[:-](?:prod|production|start))?(?=\s|$|["'])/,
  /(?:^|[\s/"'])(?:supercronic|crond|ofelia)(?=\s|$|["'])/,
] // biome-ignore format: a list

/** Whether a command only works. One that names a port is asked at it. */
export function isWorkerCommand(command: string | undefined): boolean {
  const text = (command ?? '').slice(0, 1000).replaceAll(/\s{1,20}/g, ' ')
  return portInCommand(text) === undefined && !servers.test(text) && workers.some((worker) => worker.test(text))
}

/** A server in the same line answers. */
const servers = /\b(?:gunicorn|uvicorn|hypercorn|daphne|puma|unicorn|flask\srun|runserver|rails\s(?:s|server)|artisan\s(?:serve|octane)|celery\b[^|;&]{0,300}\sflower)\b/ // biome-ignore format: a pattern
