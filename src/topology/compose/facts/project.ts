// A compose file with what belongs to it (include, extends, the override, .env), read without judging: a file that the policy refuses is still a
// stack. What cannot be followed is left out, where the reading for a deployment (load.ts) would refuse it.
import { KyozoError } from '../../../errors.ts'
import { cutWithWarning } from '../../cut.ts'
import { perRepository } from '../../memo.ts'
import { baseName, joinPath, parentOf, resolvePath } from '../../paths.ts'
import type { Repository } from '../../repository.ts'
import { isRemote } from '../files.ts'
import { filesLimit, nestingLimit } from '../limits.ts'
import type { Located, LocatedMap } from '../located.ts'
import { parseComposeYaml } from '../parse.ts'
import { overrideOf } from './file-names.ts'
import { mergeServices } from './merge-nodes.ts'
import { createVariables, type Variables } from './variables.ts'

/** A service with everything that is laid over or under it, and what its variables are. */
export interface ProjectService {
  readonly name: string
  readonly node: LocatedMap
  /** The folder that relative paths of a file start from. */
  readonly folderOf: (file: string) => string
  readonly variables: Variables
  /** The override that lies below it. */
  readonly override?: string
}

export interface ComposeProject {
  readonly services: readonly ProjectService[]
  /** Every file that was read, the main one first. */
  readonly files: readonly string[]
  readonly included: readonly string[]
  readonly override?: string
  readonly variables: Variables
}

/** Undefined while the text is not loaded, and for a file that is no YAML of the accepted kind, which is a warning. */
export function readProject(file: string, repository: Repository): ComposeProject | undefined {
  const root = rootOf(file, repository)
  if (root === undefined) return undefined
  const folder = parentOf(file)
  const variables = createVariables([joinPath(folder, '.env')], { repository })
  const reading: Reading = { repository, folder, variables, files: [file], included: [], services: new Map(), chain: [file], layers: [] }
  readFile(root, reading)
  const override = applyOverride(file, reading)
  const { services, files, included } = reading
  return { services: [...services.values()], files, included, ...(override === undefined ? {} : { override }), variables }
}

interface Reading {
  readonly repository: Repository
  /** The project's folder: an included file has its own. */
  readonly folder: string
  readonly variables: Variables
  readonly files: string[]
  readonly included: string[]
  readonly services: Map<string, ProjectService>
  /** The files that led here, this one last. */
  readonly chain: readonly string[]
  /** Files of the same include that are laid over this one. */
  readonly layers: readonly string[]
}

function readFile(root: LocatedMap, reading: Reading): void {
  const services = root.entries.get('services')
  const own = new Set([reading.chain.at(-1), ...reading.layers])
  const folderOf = (file: string) => (own.has(file) ? reading.folder : parentOf(file))
  if (services?.kind === 'map') {
    const what = `services of ${reading.chain.at(-1)}`
    const written = cutWithWarning([...services.entries], { limit: projectServicesLimit, what }, reading.repository)
    for (const [name, node] of written) {
      if (node.kind !== 'map' || reading.services.has(name)) continue
      const whole = extend(node, { reading, services, folderOf, depth: 0 })
      reading.services.set(name, { name, node: whole, folderOf, variables: reading.variables })
    }
  }
  const include = root.entries.get('include')
  if (include?.kind === 'list') for (const item of include.items) readInclude(item, reading)
}

/** Services read for detection; a stack that may be deployed has fewer. */
const projectServicesLimit = 300

interface Extending {
  readonly reading: Reading
  /** The services of the file that the node stands in. */
  readonly services: LocatedMap
  readonly folderOf: ProjectService['folderOf']
  readonly depth: number
}

/** The service with what it extends below it. */
function extend(node: LocatedMap, { reading, services, folderOf, depth }: Extending): LocatedMap {
  const extended = node.entries.get('extends')
  if (extended === undefined || depth > nestingLimit) return node
  const name = scalarText(extended.kind === 'map' ? extended.entries.get('service') : extended)
  const path = extended.kind === 'map' ? scalarText(extended.entries.get('file')) : undefined
  const other = path === undefined ? services : servicesOf(reading, path, folderOf(extended.place.file))
  const base = name === undefined ? undefined : other?.entries.get(name)
  if (base?.kind !== 'map' || other === undefined) return node
  return mergeServices(extend(base, { reading, services: other, folderOf, depth: depth + 1 }), node)
}

function servicesOf(reading: Reading, path: string, from: string): LocatedMap | undefined {
  const file = openOther(reading, path, from)
  const services = file === undefined ? undefined : rootOf(file, reading.repository)?.entries.get('services')
  return services?.kind === 'map' ? services : undefined
}

/** A file of the repository that another one names. */
function openOther({ variables, repository, files }: Reading, path: string, from: string): string | undefined {
  const text = variables.fill(path)
  const file = isRemote(text) || /^[/~\\]/.test(text) ? undefined : resolvePath(from, text)
  if (file === undefined || !repository.tree.entries.has(file)) return undefined
  if (!files.includes(file)) {
    if (files.length >= filesLimit * 2) return undefined
    files.push(file)
  }
  return file
}

/** Included services keep their names; what the including file says of the same name stands. */
function readInclude(item: Located, reading: Reading): void {
  const entry = item.kind === 'map' ? item.entries : undefined
  const paths = entry === undefined ? textsOf(item) : textsOf(entry.get('path'))
  const files = paths.flatMap((path) => openOther(reading, path, reading.folder) ?? [])
  const [first, ...layers] = files
  if (first === undefined || reading.chain.includes(first) || reading.chain.length > nestingLimit) return
  reading.included.push(first)
  const wanted = scalarText(entry?.get('project_directory'))
  const folder = (wanted === undefined ? undefined : resolvePath(reading.folder, reading.variables.fill(wanted))) ?? parentOf(first)
  const named = textsOf(entry?.get('env_file')).flatMap((path) => resolvePath(reading.folder, path) ?? [])
  const envFiles = named.length > 0 ? named : [joinPath(folder, '.env')]
  const variables = createVariables(envFiles, { repository: reading.repository, above: reading.variables })
  const inner: Reading = { ...reading, folder, variables, services: new Map(), chain: [...reading.chain, first], layers }
  const root = rootOf(first, reading.repository)
  if (root !== undefined) readFile(root, inner)
  for (const layer of layers) layOver(layer, inner)
  for (const [name, service] of inner.services) if (!reading.services.has(name)) reading.services.set(name, service)
}

/** Several files of one include are laid over each other. */
function layOver(file: string, reading: Reading): void {
  const services = rootOf(file, reading.repository)?.entries.get('services')
  if (services?.kind !== 'map') return
  for (const [name, node] of services.entries) {
    const known = reading.services.get(name)
    if (node.merge === 'reset') reading.services.delete(name)
    else if (known !== undefined && node.kind === 'map') reading.services.set(name, { ...known, node: mergeServices(known.node, node) })
  }
}

/** What an override is for: a developer's own way to start a service says nothing about production. */
const developers = new Set(['command', 'entrypoint', 'healthcheck', 'profiles', 'extends', 'working_dir'])

/**
 * Compose lays the override over the file. It is there for developers and is not deployed, so here it lies below: it adds the ports and
 * variables that the file leaves open, and never changes what the file says.
 */
function applyOverride(file: string, reading: Reading): string | undefined {
  const folder = parentOf(file)
  const name = overrideOf(baseName(file), reading.repository.folders.get(folder)?.files ?? new Set())
  const override = name === undefined ? undefined : joinPath(folder, name)
  const services = override === undefined ? undefined : rootOf(override, reading.repository)?.entries.get('services')
  if (override === undefined || services?.kind !== 'map') return undefined
  reading.files.push(override)
  for (const [service, node] of services.entries) {
    const known = reading.services.get(service)
    if (known === undefined || node.kind !== 'map') continue
    const entries = new Map([...node.entries].filter(([key]) => !developers.has(key)))
    reading.services.set(service, { ...known, node: mergeServices({ ...node, entries }, known.node), override })
  }
  return override
}

/** The map at the top of a file; undefined when it is not loaded, no YAML or no map. */
const rootOf = perRepository((file: string, repository): LocatedMap | undefined => {
  const text = repository.read.text(file)
  if (text === undefined) return undefined
  try {
    const node = parseComposeYaml(file, text)
    return node.kind === 'map' ? node : { kind: 'map', entries: new Map(), place: node.place }
  } catch (error) {
    if (!(error instanceof KyozoError)) throw error
    if (!error.message.includes('the file is empty'))
      repository.warn(`${file} is not valid YAML (${reasonOf(error.message)}); it is passed over.`)
    return undefined
  }
})

/** `compose.yaml:3:1 text (rule yaml)` as `line 3: text`. */
function reasonOf(message: string): string {
  const [first = ''] = message.split('\n')
  const [, line = '1', text = 'unreadable'] = /:(\d{1,6}):\d{1,6} (.{1,400}?)(?: \(rule \w{1,40}\))?$/.exec(first) ?? []
  return `line ${line}: ${text}`
}

export function scalarText(node: Located | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? String(node.value) : undefined
}

/** The strings of a list, or of one value standing for a list. */
export function textsOf(node: Located | undefined): string[] {
  if (node?.kind === 'list') return node.items.flatMap((item) => scalarText(item) ?? [])
  const text = scalarText(node)
  return text === undefined ? [] : [text]
}
