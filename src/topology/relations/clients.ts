// Packages of the repository that are the client of one of its services: whoever uses one calls the service, sooner or later.
import { readPackageJson } from '../nodejs/package-json.ts'
import { baseName, isWithin, parentOf } from '../paths.ts'
import { guessBinding } from '../precedence.ts'
import type { Repository } from '../repository.ts'
import type { Draft } from '../services.ts'
import type { Evidence } from '../topology.ts'
import { weighed } from './binding.ts'
import type { OpenLink } from './links.ts'
import type { Directory } from './names.ts'
import { type Packages, usedTransitively } from './packages.ts'

export interface ClientContext {
  readonly drafts: readonly Draft[]
  readonly directory: Directory
  readonly packages: Packages
  readonly repository: Repository
}

/** Weak: that a client is built in does not say that the service must be there first. */
export function clientLinks(draft: Draft, context: ClientContext): OpenLink[] {
  const used = [...usedTransitively(draft.path, context.packages), ...imported(draft, context.repository)].slice(0, usesLimit)
  const inside = used.flatMap(({ folder, evidence }) => {
    const server = isWithin(folder, draft.path) ? undefined : serverOf(folder, context)
    return server === undefined ? [] : [{ server, evidence }]
  })
  const pulled = installed(draft, context).filter(({ server }) => !inside.some((one) => one.server === server))
  return [...inside, ...pulled].flatMap(({ server, evidence }): OpenLink[] => {
    if (server === draft.name) return []
    const said = { ...evidence, fact: `${evidence.fact}, the client of ${server}` }
    const link = {
      from: draft.name,
      target: { name: server },
      kind: 'optional',
      isDeclared: false,
      connections: [],
      evidence: [said],
    } as const
    return [weighed(link, guessBinding.usual)]
  })
}

/** Packages of one service that are looked at. */
const usesLimit = 200

interface Use {
  readonly folder: string
  readonly evidence: Evidence
}

/** Code of other folders that the program imports by its place: inside of one module there is no manifest that says so. */
function imported({ path, claim }: Draft, repository: Repository): Use[] {
  const read = claim.reads.filter((file) => !isWithin(file, path))
  const folders = new Map(read.map((file) => [repository.folders.has(file) ? file : parentOf(file), file]))
  return [...folders].map(([folder, file]) => ({ folder, evidence: { path: file, fact: `is imported by ${path}` } }))
}

/** What a client calls itself, alone or after its service's name: `orders-client`, `Orders.Api.Sdk`, `orders_grpc_stubs`. */
const clientName = /^(?:(.{1,80}?)[-_.]?)?((?:api|http|rest|grpc|rpc)[-_.]?)?(?:client|sdk|stubs?|protos?|protobuf|contracts?|openapi)$/i

/** The service whose client lies in a folder: the one that it is named after, or the one that it lies in. */
function serverOf(folder: string, { drafts, directory, repository }: ClientContext): string | undefined {
  if (folder === '.' || drafts.some(({ path }) => path === folder)) return undefined
  const [, stem, way] = clientName.exec(baseName(folder).slice(0, 100)) ?? []
  const manifest = readPackageJson(folder, repository)?.name
  const names = [stem, stem === undefined ? way?.replace(/[-_.]$/, '') : undefined, stemOf(manifest)]
  const named = names.map((name) => siblingNamed(name, directory)).find((name) => name !== undefined)
  if (named !== undefined) return named
  if (stem !== undefined || !isContract(folder, repository)) return undefined
  const homes = drafts.filter(({ path, claim }) => path !== '.' && isWithin(folder, path) && claim.type !== 'compose_stack')
  const home = homes.sort((a, b) => b.path.length - a.path.length)[0]
  return home?.name ?? siblingNamed(baseName(parentOf(folder)), directory)
}

function stemOf(name: string | undefined): string | undefined {
  const plain = name?.replace(/^@[^/]{1,100}\//, '').slice(0, 100)
  return plain === undefined ? undefined : clientName.exec(plain)?.[1]
}

/** Services only: what is called like a database is reached by its driver. */
function siblingNamed(name: string | undefined, directory: Directory): string | undefined {
  const target = name === undefined || name.length < 2 ? undefined : (directory.find(name) ?? directory.find(`${name}-service`))
  return target?.kind === undefined ? target?.name : undefined
}

/** A folder that is called a client, or holds what clients are generated from. */
function isContract(folder: string, repository: Repository): boolean {
  const files = [...(repository.folders.get(folder)?.files ?? [])]
  return (
    clientName.test(baseName(folder).slice(0, 100)) || files.some((name) => /\.proto$|^(?:openapi|swagger)\.(?:ya?ml|json)$/.test(name))
  )
}

/** Clients that are installed from a registry: those of the repository's own scope, `@shop/orders-client`. */
function installed({ claim }: Draft, { drafts, directory, repository }: ClientContext): { server: string; evidence: Evidence }[] {
  const scopeOf = (name: string) => /^(@[^/]{1,100})\//.exec(name)?.[1]
  const scopes = new Set(drafts.flatMap(({ path }) => scopeOf(readPackageJson(path, repository)?.name ?? '') ?? []))
  return claim.dependencies.slice(0, usesLimit).flatMap(({ name, evidence }) => {
    const scope = scopeOf(name)
    const server = scope !== undefined && scopes.has(scope) ? siblingNamed(stemOf(name), directory) : undefined
    return server === undefined ? [] : [{ server, evidence }]
  })
}
