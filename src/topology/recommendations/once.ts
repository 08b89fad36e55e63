// What a platform runs once before a release, or by the clock: kyozo runs neither, and says what would.
import type { OnceCommand } from '../declared/statement.ts'
import { statementsAbout } from '../declared/statements.ts'
import { readRelease } from '../procfile.ts'
import type { Repository } from '../repository.ts'
import type { Recommendation, ServiceSpec } from '../topology.ts'
import { type Rule, runsItself } from './rule.ts'

export const adviseOnce: Rule = ({ services, repository }) =>
  services
    .filter((service, at) => runsItself(service) && services.findIndex(({ path }) => path === service.path) === at)
    .flatMap((service) => commandsOf(service, repository).map((command) => adviceFor(service, command)))

/** Commands told of for one service. */
const commandsLimit = 10

/** A start command that has it runs it. */
function commandsOf({ path, start = '' }: ServiceSpec, repository: Repository): OnceCommand[] {
  const release = repository.folders.get(path) && readRelease(repository.folders.get(path)!, repository)
  const stated = statementsAbout(path, repository).flatMap(({ once = [] }) => once)
  const own: OnceCommand[] = release === undefined ? [] : [{ kind: 'release', name: 'release', ...release }]
  return [...own, ...stated].filter(({ command }) => !start.includes(command)).slice(0, commandsLimit)
}

function adviceFor(service: ServiceSpec, { kind, name, command, evidence }: OnceCommand): Recommendation {
  const shown = `\`${command.slice(0, 80)}\``
  const path = JSON.stringify(service.path)
  if (kind === 'release') {
    const start = `${command} && ${afterwards(service.start ?? '')}`
    return {
      code: 'release_not_run',
      message: `${shown}, which ${evidence.path} runs before each release of ${service.name}, is not run: kyozo has no step before a start.`,
      fix: `Run it when the service starts, with this in kyozo.yaml: \`services: {${service.name}: {path: ${path}, start: ${JSON.stringify(start)}}}\``,
      evidence: [evidence],
    }
  }
  const daily = JSON.stringify(`while sleep 86400; do ${command}; done`)
  const beside = name.startsWith(service.name) ? name : `${service.name}-${name}`
  return {
    code: 'schedule_not_run',
    message: `${shown}, which ${evidence.path} runs by the clock, is not run: kyozo has no clock.`,
    fix: `Let a scheduler call it, or run it once a day beside the service, with this in kyozo.yaml: \`services: {${service.name}: {path: ${path}}, ${beside}: {path: ${path}, start: ${daily}, port: none, health: false}}\``,
    evidence: [evidence],
  }
}

/** The shell gives way to a single command, which then gets the container's signals. */
function afterwards(start: string): string {
  return /^[A-Za-z_]\w{0,60}=|[&|;]/.test(start) ? start : `exec ${start}`
}
