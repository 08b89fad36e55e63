// A Procfile says in one line how a process starts; it outweighs every guess (precedence.ts).
import type { Claim } from './claim.ts'
import { joinPath } from './paths.ts'
import type { Folder, Repository } from './repository.ts'
import type { Evidence } from './topology.ts'

export interface Process {
  readonly name: string
  readonly command: string
  readonly evidence: Evidence
  /** Whether only Heroku's own image has the program: nobody else can run it. */
  readonly isOfHost?: true
}

/** The process that stands for the folder: `web`, else the first that does more than work beside one, else the first. */
export function findProcess(folder: Folder, repository: Repository): Process | undefined {
  return mainProcess(readProcesses(folder, repository))
}

export function mainProcess(processes: readonly Process[]): Process | undefined {
  return processes.find(({ name }) => name === 'web') ?? processes.find((process) => !worksBeside(process)) ?? processes[0]
}

/** The process that stands for what was claimed. One of workers alone leaves out the program that answers, whose start is known without it. */
export function processFor({ signs, spec }: Pick<Claim, 'signs' | 'spec'>, processes: readonly Process[]): Process | undefined {
  const main = mainProcess(processes)
  const answers = spec.start !== undefined && signs.some(({ fact }) => fact.startsWith('listens: '))
  return main !== undefined && answers && worksBeside(main) ? undefined : main
}

/** Whether its name says that it works, keeps time or builds pages for a program that answers elsewhere. */
export function worksBeside({ name }: Pick<Process, 'name'>): boolean {
  return besideNames.test(name)
}

const besideNames =
  /(?:^|[-_.])(?:clock|cron|scheduler|beat|workers?|jobs?|sidekiq|resque|delayed_job|good_job|solid_queue|queues?|celery|css|js|assets|tailwind|webpack|vite|guard|watch|logs?|tail)(?:[-_.]?\d{1,2})?$/i

/** Processes of one folder that are listed; more are nobody's. */
const processesLimit = 50

/** Every process that keeps running; `release` runs once before them. */
export function readProcesses(folder: Folder, repository: Repository): Process[] {
  if (!folder.files.has('Procfile')) return []
  const path = joinPath(folder.path, 'Procfile')
  const lines = (repository.read.text(path) ?? '').split('\n')
  return lines
    .flatMap((line, index): Process[] => {
      const [, name, command] = /^([A-Za-z0-9_-]{1,60}):\s{0,20}(\S.{0,500})$/.exec(line.trimEnd()) ?? []
      if (name === undefined || command === undefined || name === 'release') return []
      const evidence = { path, line: index + 1, fact: `Procfile: ${name}` }
      return [{ name, command, evidence, ...(hostCommand.test(command) ? { isOfHost: true as const } : {}) }]
    })
    .slice(0, processesLimit)
}

/** What Heroku runs once before each release. */
export function readRelease(folder: Folder, repository: Repository): Pick<Process, 'command' | 'evidence'> | undefined {
  if (!folder.files.has('Procfile')) return undefined
  const path = joinPath(folder.path, 'Procfile')
  const lines = (repository.read.text(path) ?? '').split('\n')
  const at = lines.findIndex((line) => /^release:\s{0,20}\S/.test(line))
  const command = lines[at]
    ?.replace(/^release:\s{0,20}/, '')
    .slice(0, 500)
    .trim()
  return command === undefined ? undefined : { command, evidence: { path, line: at + 1, fact: 'Procfile: release' } }
}

/** Scripts around a web server and PHP that come with Heroku's image. */
const hostCommand = /^(?:\.?\/?vendor\/bin\/)?heroku-(?:php|hhvm)-\w{1,20}(?:\s|$)/

/** The port that a command line names: `--port 8000`, `-p 3000`, `--bind 0.0.0.0:8000`, `PORT=3000 node …`. */
export function portInCommand(command: string | undefined): number | undefined {
  for (const pattern of portPatterns) {
    const port = Number(pattern.exec((command ?? '').slice(0, 2000))?.[1] ?? 0)
    if (port > 0 && port <= 65_535) return port
  }
  return undefined
}

/** A fallback such as `${PORT:-8000}` counts as the port itself. */
const portPatterns: readonly RegExp[] = [
  /(?:--(?:server[.-]|http[.-]|web[.-])?port[=\s]|\s-p[=\s]?|-Dserver\.port=|-Dquarkus\.http\.port=|\bPORT=|\bSERVER_PORT=)["']?(?:\$\{PORT:-)?(\d{2,5})\b/,
  /(?:--(?:bind|address|addr|listen|host|urls|http-address|listen-address)|-(?:b|l|S|addr|listen|bind|http|t))[=\s]["']?(?:[a-z]{2,5}:\/\/)?[^\s:"']{0,60}:(?:\$\{PORT:-)?(\d{2,5})\b/,
  /\s(?:-l|--listen)[=\s](\d{2,5})\b/,
  /\b(?:runserver|http\.server)\s(?:[\d.]{7,15}:|\[::\]:)?(\d{2,5})\b/,
  /\$\{PORT:-(\d{2,5})\}/,
] // biome-ignore format: a list
