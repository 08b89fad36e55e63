// What one service of a compose file says, as detection needs it: every fact with the line it stands on.

import { resolvePath } from '../../paths.ts'
import type { Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import { isRemote } from '../files.ts'
import type { Located, LocatedMap } from '../located.ts'
import type { ComposeServiceFacts, ComposeVariable } from './facts.ts'
import { portsOf } from './ports.ts'
import type { ProjectService } from './project.ts'
import { publishedPorts } from './published-ports.ts'
import { readEnvEntries, type Variables } from './variables.ts'

/** A service being read. */
export interface FactSource extends ProjectService {
  readonly repository: Repository
}

export function readServiceFacts(source: FactSource): ComposeServiceFacts {
  const { name, node } = source
  const environment = environmentOf(source)
  const labels = pairsOf(source, 'labels').map(({ name: label, value }) => ({ name: label, value }))
  const profiles = texts(source, node.entries.get('profiles'))
  return {
    name,
    evidence: { path: node.place.file, line: node.place.line, fact: `service ${name}` },
    image: text(source, 'image'),
    imageEvidence: imageEvidenceOf(source),
    build: buildOf(source),
    command: commandOf(source, 'command'),
    entrypoint: commandOf(source, 'entrypoint'),
    containerName: text(source, 'container_name'),
    aliases: aliasesOf(source),
    workingDir: text(source, 'working_dir'),
    mounts: mountsOf(source),
    profiles,
    isProfiled: profiles.length > 0,
    ports: portsOf(source, { environment, labels }),
    published: publishedPorts(source),
    dependsOn: dependenciesOf(source, 'depends_on'),
    links: dependenciesOf(source, 'links'),
    networks: keysOf(source, node.entries.get('networks')).map(({ key }) => key),
    labels,
    environment,
    healthTest: commandOf({ ...source, node: mapAt(node, 'healthcheck') ?? empty(node) }, 'test'),
    ...restartOf(source),
    ...(['stdin_open', 'tty'].every((key) => text(source, key) === 'true') ? { isInteractive: true as const } : {}),
  }
}

/** What is said for a cluster counts before what is said for one machine. */
function restartOf(source: FactSource): Pick<ComposeServiceFacts, 'restart'> {
  const deploy = mapAt(source.node, 'deploy')
  const policy = deploy && mapAt(deploy, 'restart_policy')?.entries.get('condition')
  const node = policy ?? source.node.entries.get('restart')
  const word = filled(source.variables, node)?.toLowerCase()
  if (node === undefined || word === undefined || word === '') return {}
  const isNever = word === 'no' || word === 'false' || word === 'none'
  const isAlways = word === 'always' || word === 'unless-stopped' || word === 'any'
  return { restart: { isNever, isAlways, evidence: at(node, `restart: ${word}`) } }
}

function imageEvidenceOf(source: FactSource): Evidence | undefined {
  const node = source.node.entries.get('image')
  return node && at(node, `image ${text(source, 'image') ?? ''}`)
}

function aliasesOf(source: FactSource): string[] {
  const networks = source.node.entries.get('networks')
  const onNetworks = networks?.kind === 'map' ? [...networks.entries.values()] : []
  const aliases = onNetworks.flatMap((network) => (network.kind === 'map' ? texts(source, network.entries.get('aliases')) : []))
  return [...texts(source, source.node.entries.get('hostname')), ...aliases]
}

function mapAt(node: LocatedMap, key: string): LocatedMap | undefined {
  const value = node.entries.get(key)
  return value?.kind === 'map' ? value : undefined
}

function empty(node: LocatedMap): LocatedMap {
  return { kind: 'map', entries: new Map(), place: node.place }
}

/** A scalar with its variables filled in. */
export function filled(variables: Variables, node: Located | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? variables.fill(String(node.value)) : undefined
}

function text({ node, variables }: FactSource, key: string): string | undefined {
  const value = filled(variables, node.entries.get(key))
  return value === '' ? undefined : value
}

function texts({ variables }: FactSource, node: Located | undefined): string[] {
  if (node?.kind === 'list') return node.items.slice(0, itemsLimit).flatMap((item) => filled(variables, item) ?? [])
  const one = filled(variables, node)
  return one === undefined ? [] : [one]
}

/** Items of one list that are looked at. */
const itemsLimit = 200

function at({ place }: Located, fact: string): Evidence {
  return { path: place.file, line: place.line, fact }
}

function buildOf(source: FactSource): ComposeServiceFacts['build'] {
  const { node, folderOf, variables } = source
  const build = node.entries.get('build')
  if (build === undefined || build.kind === 'list') return undefined
  const entries = build.kind === 'map' ? build.entries : new Map<string, Located>([['context', build]])
  const contextNode = entries.get('context')
  const written = filled(variables, contextNode) ?? (build.kind === 'map' ? '.' : undefined)
  if (written === undefined || isRemote(written) || /^[/~\\]/.test(written)) return undefined
  const context = resolvePath(folderOf((contextNode ?? build).place.file), written === '' ? '.' : written)
  if (context === undefined) return undefined
  const inner: FactSource = { ...source, node: { kind: 'map', entries, place: build.place } }
  return {
    context,
    dockerfile: text(inner, 'dockerfile'),
    isInline: entries.has('dockerfile_inline'),
    target: text(inner, 'target'),
    args: Object.fromEntries(pairsOf(inner, 'args').map(({ name, value }) => [name, value])),
    evidence: at(build, `builds ${context}`),
  }
}

function commandOf({ node, variables }: FactSource, key: string): string | undefined {
  const value = node.entries.get(key)
  if (value?.kind === 'list') {
    const words = value.items.flatMap((item) => filled(variables, item) ?? [])
    return words.length === 0 ? undefined : words.join(' ')
  }
  const line = filled(variables, value)?.trim()
  return line === undefined || line === '' ? undefined : line.replaceAll(/\s{1,200}/g, ' ')
}

/** A map, or a list of `NAME=value`; a name without a value takes it from the project's variables. */
function pairsOf(source: FactSource, key: string): ComposeVariable[] {
  const { node, variables, name: service } = source
  const value = node.entries.get(key)
  if (value?.kind === 'map') {
    return [...value.entries].slice(0, itemsLimit).map(([name, item]) => ({
      name,
      value: filled(variables, item) ?? (isNull(item) ? (variables.valueOf(name) ?? '') : ''),
      ...openness(source, item),
      evidence: at(item, `${name} of ${service}`),
    }))
  }
  if (value?.kind !== 'list') return []
  return value.items.slice(0, itemsLimit).flatMap((item): ComposeVariable[] => {
    const line = filled(variables, item)
    if (line === undefined) return []
    const equals = line.indexOf('=')
    const name = equals < 0 ? line : line.slice(0, equals)
    const held = equals < 0 ? (variables.valueOf(name) ?? '') : line.slice(equals + 1)
    return [{ name, value: held, ...openness(source, item), evidence: at(item, `${name} of ${service}`) }]
  })
}

function openness({ variables, override }: FactSource, node: Located): { readonly isOpen?: true } {
  const isOpen = node.place.file === override || (node.kind === 'scalar' && variables.isOpen(String(node.value)))
  return isOpen ? { isOpen } : {}
}

function isNull(node: Located): boolean {
  return node.kind === 'scalar' && node.value === null
}

/** What the file says, and below it what its env files say. */
function environmentOf(source: FactSource): ComposeVariable[] {
  const own = pairsOf(source, 'environment')
  const names = new Set(own.map(({ name }) => name))
  const files = envFilesOf(source)
  const fromFiles = new Map<string, ComposeVariable>()
  for (const file of files) {
    for (const { name, value, line } of readEnvEntries(file, source.repository)) {
      if (!names.has(name)) fromFiles.set(name, { name, value, evidence: { path: file, line, fact: `${name} of ${source.name}` } })
    }
  }
  return [...own, ...[...fromFiles.values()].slice(0, itemsLimit)]
}

function envFilesOf({ node, folderOf, variables }: FactSource): string[] {
  const value = node.entries.get('env_file')
  const items = value?.kind === 'list' ? value.items : value === undefined ? [] : [value]
  return items.slice(0, 10).flatMap((item) => {
    const path = filled(variables, item.kind === 'map' ? item.entries.get('path') : item)
    return path === undefined || /^[/~\\]/.test(path) ? [] : (resolvePath(folderOf(item.place.file), path) ?? [])
  })
}

/** Folders and files of the repository that are mounted into the container. */
function mountsOf({ node, folderOf, variables }: FactSource): ComposeServiceFacts['mounts'] {
  const value = node.entries.get('volumes')
  if (value?.kind !== 'list') return []
  return value.items.slice(0, itemsLimit).flatMap((item) => {
    const [source, target] =
      item.kind === 'map'
        ? [filled(variables, item.entries.get('source')), filled(variables, item.entries.get('target'))]
        : (filled(variables, item) ?? '').split(':')
    if (source === undefined || target === undefined || !/^\.{1,2}(?:\/|$)/.test(source)) return []
    const path = resolvePath(folderOf(item.place.file), source)
    return path === undefined ? [] : [{ path, target: target.replace(/(?<=.)\/$/, ''), evidence: at(item, `mounts ${path}`) }]
  })
}

function dependenciesOf(source: FactSource, key: 'depends_on' | 'links'): ComposeServiceFacts['dependsOn'] {
  const verb = key === 'links' ? 'is linked to' : 'depends on'
  return keysOf(source, source.node.entries.get(key)).map(({ key: named, node }) => {
    const service = named.split(':')[0] ?? named
    const required = node.kind === 'map' ? filled(source.variables, node.entries.get('required')) : undefined
    const isOptional = required !== undefined && /^(?:false|no|off|n|0)$/i.test(required)
    const condition = node.kind === 'map' ? filled(source.variables, node.entries.get('condition')) : undefined
    const isCompletion = condition === 'service_completed_successfully'
    return {
      service,
      ...(isOptional ? { isOptional } : {}),
      ...(isCompletion ? { isCompletion } : {}),
      evidence: at(node, `${source.name} ${verb} ${service}`),
    }
  })
}

function keysOf({ variables }: FactSource, node: Located | undefined): { key: string; node: Located }[] {
  if (node?.kind === 'map') return [...node.entries].slice(0, itemsLimit).map(([key, value]) => ({ key, node: value }))
  if (node?.kind !== 'list') return []
  return node.items.slice(0, itemsLimit).flatMap((item) => {
    const key = filled(variables, item)
    return key === undefined ? [] : [{ key, node: item }]
  })
}
