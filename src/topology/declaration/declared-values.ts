// Values of a service as kyozo.yaml says them, in the words of a topology.
import type { HealthPace, HealthSpec, ProcessSpec } from '../topology.ts'
import type { DeclaredService } from './schema.ts'
import { durationMs, noneWord } from './values.ts'

/** What is said, without the word that takes a guess away. */
export function unlessNone<T>(value: T): Exclude<T, typeof noneWord> | undefined {
  return value === noneWord ? undefined : (value as Exclude<T, typeof noneWord>)
}

/** The process `web` is what starts a service whose start command is not said by itself. */
export function declaredStart(declared: DeclaredService | undefined): string | undefined {
  const { start, processes } = declared ?? {}
  if (start === undefined) return typeof processes === 'object' ? unlessNone(processes.web) : undefined
  if (typeof start === 'string') return unlessNone(start)
  return start.map((word) => (/^[\w@%+=:,./-]{1,2000}$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

export function declaredVersion(declared: DeclaredService | undefined): string | undefined {
  return declared?.version === undefined ? undefined : String(declared.version)
}

export function declaredHealth(health: DeclaredService['health']): HealthSpec | undefined {
  if (health === undefined) return undefined
  if (health === false || health === noneWord) return { kind: 'none' }
  if (health === 'docker') return { kind: 'docker' }
  if (typeof health === 'string') return { kind: 'http', path: health }
  const pace = paceOf(health)
  if ('tcp' in health) return { kind: 'tcp', port: health.tcp, ...pace }
  if ('grpc' in health)
    return { kind: 'grpc', port: health.grpc, ...(health.service === undefined ? {} : { service: health.service }), ...pace }
  if ('command' in health) return { kind: 'exec', command: health.command, ...pace }
  if ('docker' in health) return { kind: 'docker', ...pace }
  return { kind: 'http', path: health.path, ...(health.port === undefined ? {} : { port: health.port }), ...pace }
}

type DeclaredPace = Pick<Extract<DeclaredService['health'], { readonly path: string }>, 'interval' | 'timeout' | 'retries'>

function paceOf({ interval, timeout, retries }: DeclaredPace): HealthPace {
  return {
    ...(interval === undefined ? {} : { intervalMs: durationMs(interval) }),
    ...(timeout === undefined ? {} : { timeoutMs: durationMs(timeout) }),
    ...(retries === undefined ? {} : { retries }),
  }
}

/** The processes that are known, each as it is said, without those that are none. */
export function declaredProcesses(processes: DeclaredService['processes'], known: readonly ProcessSpec[]): readonly ProcessSpec[] {
  if (processes === undefined) return known
  if (processes === noneWord) return []
  const commands = new Map(known.map(({ name, command }) => [name, command]))
  for (const [name, command] of Object.entries(processes)) {
    if (command === noneWord) commands.delete(name)
    else commands.set(name, command)
  }
  return [...commands].map(([name, command]) => ({ name, command }))
}
