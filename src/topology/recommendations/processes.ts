// Processes of a folder that nobody runs: kyozo starts one for each service, the one that serves.
import { joinPath } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { ProcessSpec, Recommendation, ServiceSpec } from '../topology.ts'
import { type Rule, runsItself } from './rule.ts'

export const adviseProcesses: Rule = ({ services, repository }) =>
  services.flatMap((service): Recommendation[] => {
    const idle = idleProcesses(service, { services, repository })
    if (idle.length === 0) return []
    const names = idle.map(({ name }) => name)
    return [
      {
        code: 'process_not_run',
        message: `${service.name} starts \`${(service.start ?? '').slice(0, 80)}\` alone; ${names.join(', ')} of ${place(service)} ${names.length === 1 ? 'is' : 'are'} not run.`,
        fix: `Run ${names.length === 1 ? 'it as a service of its own' : 'them as services of their own'}, from the same folder, with this in kyozo.yaml: ${linesFor(service, { idle, services })}`,
        evidence: service.because.processes === undefined ? service.evidence.slice(0, 1) : [service.because.processes],
      },
    ]
  })

/** Processes told of in one recommendation. */
const processesLimit = 10

/** Those that are neither the folder's own start command nor that of another service of it. A compose file says itself what runs. */
function idleProcesses(service: ServiceSpec, { services, repository }: { services: readonly ServiceSpec[]; repository: Repository }) {
  if (!runsItself(service)) return []
  const { path, processes = [], environment, start } = service
  const running = new Set(
    services.filter((other) => other.path === path).flatMap((other) => (other.start === undefined ? [] : [other.start])),
  )
  return processes
    .filter(
      ({ name, command }) =>
        name !== 'web' && command !== start && !running.has(command) && isWanted(command, { path, environment, repository }),
    )
    .slice(0, processesLimit)
}

interface Place {
  readonly path: string
  readonly environment: ServiceSpec['environment']
  readonly repository: Repository
}

/** Laravel comes with a queue and a clock that an application may not use: one that works at once, with nothing planned, needs nobody beside it. */
function isWanted(command: string, { path, environment, repository }: Place): boolean {
  if (command === 'php artisan schedule:work') {
    const plans = ['routes/console.php', 'app/Console/Kernel.php'].map((name) => joinPath(path, name))
    return plans.some((file) => repository.tree.entries.has(file) && /Schedule::|\$schedule->/.test(repository.read.text(file) ?? ''))
  }
  if (command !== 'php artisan queue:work') return true
  const queue = environment.find(({ name }) => name === 'QUEUE_CONNECTION')
  return queue?.value !== undefined && queue.value !== 'sync'
}

interface Running {
  readonly idle: readonly ProcessSpec[]
  readonly services: readonly ServiceSpec[]
}

/** One line of YAML that can be copied. The service itself is named too: a folder that is named once has that one service. */
function linesFor(service: ServiceSpec, { idle, services }: Running): string {
  const taken = new Set(services.map(({ name }) => name))
  const path = JSON.stringify(service.path)
  const beside = idle.map(({ name, command }) => {
    const label = labelOf(name.startsWith(service.name) ? name : `${service.name}-${name}`)
    const free = taken.has(label) ? `${label}-process` : label
    return `${free}: {path: ${path}, start: ${JSON.stringify(command)}, port: none, health: false}`
  })
  return `\`services: {${[`${service.name}: {path: ${path}}`, ...beside].join(', ')}}\``
}

function labelOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-|-$/g, '')
}

function place({ because, path }: ServiceSpec): string {
  return because.processes?.path ?? path
}
