// A Procfile says in one line how a process starts; it outweighs every guess (precedence.ts).
import { joinPath } from './paths.ts'
import type { Folder, Repository } from './repository.ts'
import type { Evidence } from './topology.ts'

export interface Process {
  readonly name: string
  readonly command: string
  readonly evidence: Evidence
}

/** The process that stands for the folder: `web`, else the only long-running one. */
export function findProcess(folder: Folder, repository: Repository): Process | undefined {
  if (!folder.files.has('Procfile')) return undefined
  const path = joinPath(folder.path, 'Procfile')
  const processes = (repository.read.text(path) ?? '').split('\n').flatMap((line, index): Process[] => {
    const [, name, command] = /^([A-Za-z0-9_-]{1,60}):\s{0,20}(\S.{0,500})$/.exec(line.trimEnd()) ?? []
    if (name === undefined || command === undefined || name === 'release') return []
    return [{ name, command, evidence: { path, line: index + 1, fact: `Procfile: ${name}` } }]
  })
  return processes.find(({ name }) => name === 'web') ?? processes[0]
}

/** The port that a command line names: `--port 8000`, `-p 3000`, `--bind 0.0.0.0:8000`, `PORT=3000 node …`. */
export function portInCommand(command: string | undefined): number | undefined {
  const found =
    /(?:--port[=\s]|-p[=\s]|\bPORT=|(?:--bind|--address|--listen|-b|-l)[=\s][^\s:]{0,60}:|http\.server\s|:\$\{PORT:-|\$\{PORT:-)(\d{2,5})\b/.exec(
      command ?? '',
    )?.[1]
  const port = Number(found)
  return found !== undefined && port <= 65_535 ? port : undefined
}
