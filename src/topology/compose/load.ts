// A compose file with everything that it includes and extends, each file parsed once, every service read once.
import { KyozoError } from '../../errors.ts'
import { servicesLimit } from '../limits.ts'
import { parentOf } from '../paths.ts'
import { closedMap, readKeys, refuseShape } from './apply-policy.ts'
import { contentOf, type FileContent, pathInside, whyNot } from './files.ts'
import { readInclude } from './include.ts'
import { filesLimit, nestingLimit } from './limits.ts'
import { type FileContext, type Loaded, type LoadedService, type Loader, scopeOf } from './loader.ts'
import type { Located, LocatedMap, Place } from './located.ts'
import { mergeDrafts } from './merge-drafts.ts'
import { withoutReplaced, withoutResets } from './merge-tags.ts'
import { invalid, parseComposeYaml } from './parse.ts'
import { topKeys } from './policy.ts'
import { emptyReport, refuse, type Scope } from './scope.ts'
import { readService } from './service/read-service.ts'
import { readFileDefinitions, readNetworks, readVolumes } from './top-level.ts'
import { itemsOf, textOf } from './values.ts'
import { shown } from './wording.ts'

/** The main file. Undefined while its text is not loaded. Throws `compose_invalid` when it cannot be read. */
export function loadMain(loader: Loader, file: string): Loaded | undefined {
  const content = contentOf(scopeOf(loader, { file, report: loader.report }), file)
  if (content.kind === 'missing')
    throw new KyozoError('compose_invalid', `${file} is not in the repository`, { hint: 'add the file and push again' })
  const why = whyNot(content)
  const rule = content.kind === 'opaque' ? 'yaml_limits' : 'yaml'
  if (why !== undefined) throw invalid([{ file, line: 1, column: 1, rule, message: `the compose file ${why}` }])
  const root = rootOf(loader, { file, content })
  const context = { folder: parentOf(file), variables: loader.variables }
  return root === undefined ? undefined : loadFile(loader, { file, root, context, chain: [file] })
}

/** The map at the top of a file; undefined when it is not loaded yet or no map, which is reported. */
function rootOf(loader: Loader, { file, content }: { file: string; content: FileContent }): LocatedMap | undefined {
  if (loader.roots.has(file)) return loader.roots.get(file)
  if (content.kind !== 'text') return undefined
  const node = parseComposeYaml(file, content.text)
  const scope = scopeOf(loader, { file, report: loader.report })
  const root = node.kind === 'map' ? node : refuseShape(scope, node.place, 'the file must be a map with `services`')
  loader.roots.set(file, root)
  return root
}

interface OpenFile {
  readonly file: string
  readonly root: LocatedMap
  readonly context: FileContext
  /** The files that led here, this one last. */
  readonly chain: readonly string[]
}

function loadFile(loader: Loader, open: OpenFile): Loaded {
  const scope = scopeOf(loader, { ...open, report: loader.report })
  const loaded: Loaded = { services: new Map(), volumes: new Map(), networks: new Map(), files: new Map() }
  const root = withoutResets(open.root)
  readKeys(scope, root, {
    what: 'a compose file',
    policy: topKeys,
    readers: {
      // With the tags that are in them: they speak of what a service extends.
      services: (node) => loadServices(loader, { ...open, node: open.root.entries.get('services') ?? node, loaded }),
      volumes: (node) => addAll(loaded.volumes, readVolumes(scope, node)),
      networks: (node) => addAll(loaded.networks, readNetworks(scope, node)),
      configs: (node) => addAll(loaded.files, readFileDefinitions(scope, node, 'configs')),
      secrets: (node) => addAll(loaded.files, readFileDefinitions(scope, node, 'secrets')),
    },
  })
  const { entries } = root
  const include = entries.get('include')
  if (include !== undefined) loadIncludes(loader, { ...open, node: include, loaded })
  loader.loaded.set(keyOf(open), loaded)
  if (!entries.has('services') && include === undefined) refuseShape(scope, open.root.place, 'the file has no `services`; list them')
  return loaded
}

function keyOf({ file, context }: Pick<OpenFile, 'file' | 'context'>): string {
  return JSON.stringify([file, context.folder, context.variables])
}

function addAll<Value>(target: Map<string, Value>, source: ReadonlyMap<string, Value>): void {
  for (const [key, value] of source) target.set(key, value)
}

type Reading = OpenFile & { readonly node: Located; readonly loaded: Loaded }

const serviceNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

function loadServices(loader: Loader, { node, loaded, ...open }: Reading): void {
  const scope = scopeOf(loader, { ...open, report: loader.report })
  if (node.kind !== 'map') {
    refuseShape(scope, node.place, '`services` must be a map from names to services')
    return
  }
  if (node.entries.size > servicesLimit) {
    refuse(scope, node.place, {
      rule: 'quota',
      message: `${node.entries.size} services are more than the ${servicesLimit} that one stack may have; split it`,
    })
    return
  }
  for (const [name, value] of node.entries) {
    if (value.merge === 'reset' || (name.startsWith('x-') && value.kind !== 'map')) continue
    if (!serviceNamePattern.test(name))
      refuseShape(scope, value.place, `${shown(name)} is not a name for a service: letters, digits, \`.\`, \`_\` and \`-\` only`)
    else loaded.services.set(name, loadService(loader, { open, node: value, chain: [`${open.file}#${name}`], above: [] }))
  }
}

interface ServiceReading {
  readonly open: OpenFile
  readonly node: Located
  /** `file#service` of what led here by `extends`, this one last. */
  readonly chain: readonly string[]
  /** The services that extend it, with their tags. */
  readonly above: readonly LocatedMap[]
}

function loadService(loader: Loader, { open, node, chain, above }: ServiceReading): LoadedService {
  const report = emptyReport()
  const scope = scopeOf(loader, { ...open, report })
  if (node.kind !== 'map') {
    refuseShape(scope, node.place, 'a service must be a map with an `image` or a `build`')
    return { draft: {}, report, place: node.place }
  }
  const stated = withoutResets(above.reduce(withoutReplaced, node))
  const own = readService(scope, stated)
  const extended = stated.entries.get('extends')
  const base = extended && loadBase(loader, { open, node: extended, chain, above: [...above, node], scope })
  if (base === undefined) return { draft: own, report, place: node.place }
  report.violations.push(...base.report.violations)
  report.differences.push(...base.report.differences)
  return { draft: mergeDrafts(base.draft, own), report, place: node.place }
}

/** The service that `extends` names: in this file or in another file of the repository. */
function loadBase(loader: Loader, { open, node, chain, above, scope }: ServiceReading & { scope: Scope }): LoadedService | undefined {
  const fail = (message: string) => refuse(scope, node.place, { rule: 'extends', message })
  const keys = node.kind === 'map' ? closedMap(scope, node, { what: '`extends`', keys: ['service', 'file'] }) : undefined
  const nameNode = node.kind === 'map' ? keys?.get('service') : node
  const name = nameNode && textOf(scope, nameNode)
  const fileNode = keys?.get('file')
  const path = fileNode && textOf(scope, fileNode)
  if (name === undefined) return fail('`extends` needs the name of a `service`')
  const other = path === undefined ? open : openOther(loader, { scope, place: node.place, path, rule: 'extends', chain: open.chain })
  if (other === undefined) return undefined
  const services = other.root.entries.get('services')
  const base = services?.kind === 'map' ? services.entries.get(name) : undefined
  if (base === undefined) return fail(`${shown(name)} is not a service of ${other.file}; correct the name`)
  const key = `${other.file}#${name}`
  if (chain.includes(key)) return fail(`${shown(name)} extends itself; break the circle`)
  if (chain.length > nestingLimit) return fail(`services extend one another more than ${nestingLimit} levels deep; flatten them`)
  return loadService(loader, { open: other, node: base, chain: [...chain, key], above })
}

interface OtherFile {
  readonly scope: Scope
  readonly place: Place
  readonly path: string
  readonly rule: 'include' | 'extends'
  readonly chain: readonly string[]
  /** Where its paths start. Default is its own folder. */
  readonly folder?: string | undefined
}

function openOther(loader: Loader, { scope, place, path, rule, chain, folder }: OtherFile): OpenFile | undefined {
  const file = pathInside(scope, place, { path, rule, what: 'the file' })
  if (file === undefined) return undefined
  const fail = (message: string) => refuse(scope, place, { rule, message })
  if (!loader.roots.has(file) && loader.roots.size >= filesLimit)
    return fail(`more than ${filesLimit} compose files belong together; merge some`)
  const content = contentOf(scope, file)
  const why = whyNot(content)
  if (why !== undefined) return fail(`${shown(file)} ${why}; correct the path`)
  const root = rootOf(loader, { file, content })
  const context = { folder: folder ?? parentOf(file), variables: scope.variables }
  return root === undefined ? undefined : { file, root, context, chain: [...chain, file] }
}

function loadIncludes(loader: Loader, { node, loaded, ...open }: Reading): void {
  const scope = scopeOf(loader, { ...open, report: loader.report })
  for (const item of itemsOf(scope, node)) {
    const included = readInclude(scope, item)
    if (included === undefined) loader.unread.add(open.file)
    const { paths, folder, variables } = included ?? { paths: [], folder: undefined, variables: {} }
    for (const { text, place } of paths) {
      const fail = (message: string) => refuse(scope, place, { rule: 'include', message })
      const other = openOther(loader, { scope: { ...scope, variables }, place, path: text, rule: 'include', chain: open.chain, folder })
      if (other === undefined) loader.unread.add(text)
      else if (open.chain.includes(other.file)) fail(`${shown(other.file)} includes itself; break the circle`)
      else if (open.chain.length > nestingLimit) fail(`files include one another more than ${nestingLimit} levels deep; flatten them`)
      else takeOver(loader, { from: loader.loaded.get(keyOf(other)) ?? loadFile(loader, other), into: loaded, scope, place })
    }
  }
}

function takeOver(loader: Loader, { from, into, scope, place }: { from: Loaded; into: Loaded; scope: Scope; place: Place }): void {
  for (const kind of ['services', 'volumes', 'networks', 'files'] as const) {
    for (const [name, value] of from[kind] as Map<string, unknown>) {
      const held = (into[kind] as Map<string, unknown>).get(name)
      const isSame = held === undefined || kind !== 'services' || (held as LoadedService).place.file === (value as LoadedService).place.file
      if (!isSame)
        refuse(scope, place, { rule: 'include', message: `the service ${shown(name)} is already there; give one of them another name` })
      else if (held === undefined) (into[kind] as Map<string, unknown>).set(name, value)
    }
  }
  if (into.services.size > servicesLimit) {
    refuse(scopeOf(loader, { file: place.file, report: loader.report }), place, {
      rule: 'quota',
      message: `more than the ${servicesLimit} services that one stack may have; split it`,
    })
    into.services.clear()
  }
}
