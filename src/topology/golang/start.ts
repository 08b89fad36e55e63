// How a Go program starts: a plain binary says it by itself, one with commands needs the one that serves.
import { baseName } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { GoProgram } from './program.ts'

/** Commands that keep a program running, best first. */
const servingCommands = ['serve', 'server', 'start', 'run', 'web', 'api', 'http', 'daemon', 'worker']

/** `./binary serve` for a program whose commands are read, `./binary` for one that is run without arguments. */
export function findGoStart({ main, module, source, isServer, keepsRunning }: GoProgram, repository: Repository): string | undefined {
  const hasCommands = ['github.com/spf13/cobra', 'github.com/urfave/cli'].some((name) =>
    [...source.imports.keys()].some((imported) => imported === name || imported.startsWith(`${name}/`)),
  )
  const binary = `./${binaryOf({ main, module })}`
  if (!(isServer || keepsRunning)) return undefined
  if (!hasCommands) return binary
  const texts = source.files.map((path) => repository.read.text(path)?.slice(0, 65_536) ?? '')
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\b(?:Use|Name):\s{0,12}"([a-z]{2,12})\b[^"\n]{0,60}"/g)].slice(0, 50).map(([, name = '']) => name),
  )
  // What can be stopped by a command goes to the background when it is started; a container needs the one that stays.
  const isDaemon = names.includes('stop') && names.includes('run')
  const command = servingCommands.find((name) => names.includes(name) && !(name === 'start' && isDaemon))
  return command === undefined ? undefined : `${binary} ${command}`
}

/** What `go build` calls the program. */
export function binaryOf({ main, module }: Pick<GoProgram, 'main' | 'module'>): string {
  return baseName(main.path === '.' ? (module?.name.replace(/\/v\d{1,3}$/, '') ?? 'service') : main.path)
}
