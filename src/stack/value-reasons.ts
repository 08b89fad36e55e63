// Where the values of a service come from, as ends of sentences for the document's comments: the file and what it says, or the rule by which kyozo
// decided. Code is not quoted: it changes more often than what runs, and the document must not.
import { manifestNames } from '../topology/folder-names.ts'
import { baseName } from '../topology/paths.ts'
import { guessBinding } from '../topology/precedence.ts'
import type { Because, Evidence, ReasonedValue, ServiceSpec } from '../topology/topology.ts'

/** Files that say what a service is. What is read from code is left out: it comes and goes with the code. */
const declaration = /^(Dockerfile|Containerfile|\.env\.|\.[a-z]+-version$|Procfile|kyozo\.ya?ml$|index\.html$|[^/]*\.(toml|mod)$)/

export function isStated({ path }: Evidence): boolean {
  return declaration.test(baseName(path)) || manifestNames.includes(baseName(path)) || path.startsWith('settings of ')
}

/** ` (start script: node server.js, api/package.json)`, ` (its code says so)`, or what is usual; nothing where nobody knows. */
export function sayPlace(because: Because, value: ReasonedValue): string {
  const evidence = because[value]
  if (evidence === undefined) return ''
  const { path, fact, weight } = evidence
  if (weight !== undefined && weight <= guessBinding.usual) return ` (${fact.startsWith('usual for') ? fact : 'as is usual'})`
  return isStated(evidence) ? ` (${fact === path ? path : `${fact}, ${path}`})` : ' (its code says so)'
}

export function sayStart({ start, build, because, declared }: ServiceSpec): string[] {
  const isKyozos = build.kind === 'template' || declared?.says.start !== undefined
  return start === undefined || !isKyozos ? [] : [`Starts ${start}${sayPlace(because, 'start')}.`]
}

export function sayLimits({ resources: { memory, cpu }, because }: ServiceSpec): string[] {
  const [ofMemory, ofCpu] = [sayPlace(because, 'memory'), sayPlace(because, 'cpu')]
  const limits =
    ofMemory === ofCpu ? `${memory} of memory and ${cpu} CPU${ofMemory}` : `${memory} of memory${ofMemory} and ${cpu} CPU${ofCpu}`
  return [`May use ${limits}.`]
}

export interface VariableOrigins {
  /** Every variable that it is started with. */
  readonly names: readonly string[]
  /** Those that lead to another service, by its name. */
  readonly connected: ReadonlyMap<string, string>
  /** Those that kyozo.yaml gives a value. */
  readonly declared: ReadonlySet<string>
  /** Who states the others: `its code and settings files`. Default is nobody who could be named. */
  readonly statedBy?: string | undefined
}

/** Which variable comes from where, in the order in which one is believed. */
export function sayVariables({ names, connected, declared, statedBy }: VariableOrigins): string[] {
  const others = names.filter((name) => name !== 'PORT' && !connected.has(name) && !declared.has(name))
  const leading = [...connected].map(([name, service]) => `${name} leads to ${service}`)
  const parts = [
    ...(declared.size === 0 ? [] : [`${[...declared].sort().join(', ')} from kyozo.yaml`]),
    ...leading,
    ...(others.length === 0 || statedBy === undefined ? [] : [`${others.sort().join(', ')} from ${statedBy}`]),
    ...(names.includes('PORT') && !declared.has('PORT') ? ['PORT is the port that it answers on'] : []),
  ]
  return parts.length === 0 ? [] : [`Variables: ${parts.join('; ')}.`]
}
