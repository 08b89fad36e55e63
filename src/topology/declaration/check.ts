// What kyozo.yaml says of one service, held against the commit: a key that names what is not there, or that nothing would obey, is refused, because
// a build would otherwise fail later with words that do not lead back to it.
import { managersOf, needsLockfile } from '../install.ts'
import { landmarksOf } from '../landmarks.ts'
import { nearestWord } from '../nearest.ts'
import { cleanPath, joinPath, printable } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { Draft } from '../services.ts'
import type { BuildSpec, ServiceType } from '../topology.ts'
import type { DeclarationFile } from './declaration.ts'
import type { DeclaredService } from './schema.ts'
import { noneWord } from './values.ts'

export interface CheckInput {
  readonly build: BuildSpec
  readonly declared: DeclarationFile
  readonly repository: Repository
}

interface Checking extends CheckInput {
  readonly draft: Draft
  readonly said: DeclaredService
  readonly refuse: (keys: readonly string[], problem: string) => never
}

/** Throws `declaration_invalid` at the first key that cannot be followed. Asks for every text to be there. */
export function checkDeclared(draft: Draft, input: CheckInput): void {
  const { declared: said, declaredAs: key = draft.name } = draft
  if (said === undefined) return
  const refuse = (keys: readonly string[], problem: string) =>
    input.declared.refuse(['services', key, ...keys], `services.${key}.${keys.join('.')}: ${problem}`)
  const checking: Checking = { ...input, draft, said, refuse }
  checkPaths(checking)
  checkType(checking)
  checkStage(checking)
  checkObeyed(checking)
  checkServed(checking)
  checkManager(checking)
}

function checkPaths({ said, draft, repository, refuse }: Checking): void {
  const { dockerfile, context } = said.build ?? {}
  const { entries, folders } = repository.tree
  if (dockerfile !== undefined && !entries.has(cleanPath(dockerfile))) {
    const path = cleanPath(dockerfile)
    const problem = `${JSON.stringify(printable(dockerfile))} is ${folders.has(path) ? 'a folder' : 'not a file of the repository'}`
    const near = [joinPath(draft.path, path), joinPath(path, 'Dockerfile')].find((candidate) => entries.has(candidate))
    const meant = near ?? nearestWord(path, landmarksOf(repository).dockerfiles)
    refuse(['build', 'dockerfile'], `${problem}; ${meantPath(meant)}`)
  }
  if (context !== undefined && cleanPath(context) !== '.' && !folders.has(cleanPath(context))) {
    const inside = joinPath(draft.path, cleanPath(context))
    const problem = `${JSON.stringify(printable(context))} is not a folder of the repository`
    refuse(['build', 'context'], `${problem}; ${meantPath(folders.has(inside) ? inside : undefined)}`)
  }
}

function meantPath(path: string | undefined): string {
  return path === undefined
    ? 'write the path from the root of the repository'
    : `did you mean ${path}? Paths begin at the root of the repository`
}

/** Types that are what lies in the folder, whatever anybody says: no template makes one from nothing. With what makes a folder one. */
const evidentTypes: Readonly<Partial<Record<ServiceType, string>>> = {
  containerized: 'a Dockerfile',
  proxy: 'nginx.conf, Caddyfile, traefik.yml, haproxy.cfg or envoy.yaml',
  database: 'files that fill or configure one, such as init.sql',
  compose_stack: 'compose.yaml or docker-compose.yml',
  kubernetes: 'manifests, Chart.yaml or kustomization.yaml',
}

function checkType({ said, draft, build, refuse }: Checking): void {
  const { claim, path } = draft
  const known = said.type === undefined ? undefined : evidentTypes[said.type]
  if (known === undefined) return
  const hasRead = claim.spec.facts !== undefined || claim.spec.framework !== undefined
  const isStack = said.type === 'compose_stack' || said.type === 'kubernetes'
  if (isStack ? hasRead : build.kind !== 'template' || build.template !== said.type || (hasRead && said.type !== 'containerized')) return
  const fix = isStack ? 'say what it is written in' : 'name a Dockerfile in build.dockerfile, an image in build.image, or another type'
  refuse(['type'], `nothing in ${path} makes it ${said.type}, which is known by ${known}; ${fix}`)
}

function checkStage({ said, build, repository, refuse }: Checking): void {
  const { target, args } = said.build ?? {}
  if (build.kind !== 'dockerfile') {
    const key = target !== undefined ? 'target' : args !== undefined ? 'args' : undefined
    if (key !== undefined)
      refuse(['build', key], `no Dockerfile builds it, so ${key} says nothing; name one in build.dockerfile or remove it`)
    return
  }
  const stages = repository.read.dockerfile(build.dockerfile)?.stages.flatMap(({ name }) => name ?? []) ?? []
  if (target === undefined || /^\d{1,3}$/.test(target) || stages.some((name) => name.toLowerCase() === target.toLowerCase())) return
  const there = stages.length === 0 ? 'names no stage' : `has the stages ${stages.slice(0, 20).join(', ')}`
  refuse(['build', 'target'], `${build.dockerfile} ${there}; ${target} is none of them`)
}

/** What only a template reads. */
function checkObeyed({ said, build, refuse }: Checking): void {
  if (build.kind !== 'template') {
    const by = build.kind === 'dockerfile' ? build.dockerfile : build.kind === 'image' ? `the image ${build.image}` : build.file
    const fix = build.kind === 'dockerfile' ? 'change it there, or name a template in build.template' : 'remove it'
    const keys = [['install'], ['package_manager'], ['build', 'command'], ['build', 'output']].filter((path) => isSaid(said, path))
    for (const keysOf of keys) refuse(keysOf, `says nothing, because ${by} makes the service; ${fix}`)
  }
  if (said.start !== undefined && build.kind === 'template' && served.has(build.template))
    refuse(['start'], `the template ${build.template} runs a server of its own; remove the line, or say another type or a Dockerfile`)
}

/** What cannot be of a service of its type, or without a port. */
function checkServed({ said, draft, build, refuse }: Checking): void {
  const { type } = draft.claim
  if (said.build?.output !== undefined && type !== 'static_site')
    refuse(['build', 'output'], `only a static site is served from a folder, and this is ${type}; say type: static_site or remove it`)
  if (said.port === noneWord && build.kind === 'template' && (type === 'static_site' || type === 'proxy'))
    refuse(
      ['port'],
      `a ${type === 'proxy' ? 'proxy' : 'static site'} is nothing without a port; remove the line, or leave it out with ignore: true`,
    )
  if (said.port === noneWord && String(said.health).startsWith('/'))
    refuse(['health'], 'a service that listens on no port cannot be asked for a path; say health: {command: […]} or none')
}

/** Templates whose image has its program already. */
const served: ReadonlySet<string> = new Set(['static_site', 'proxy', 'database'])

function isSaid(said: DeclaredService, [key, inner]: readonly string[]): boolean {
  const value = (said as Readonly<Record<string, unknown>>)[key ?? '']
  return inner === undefined ? value !== undefined : (value as Readonly<Record<string, unknown>> | undefined)?.[inner] !== undefined
}

function checkManager({ said, draft, repository, refuse }: Checking): void {
  const manager = said.package_manager
  if (manager === undefined || said.install !== undefined) return
  const { type, spec } = draft.claim
  const known = [...new Set([...managersOf(type), ...(spec.packageManager === undefined ? [] : [plainManager(spec.packageManager)])])]
  if (!known.includes(manager)) {
    const fix = known.length === 0 ? `nothing is installed for ${type}` : `${type} is installed by ${known.join(', ')}`
    refuse(['package_manager'], `${manager} does not install it; ${fix}; or say how in install`)
  }
  const lock = needsLockfile({ type, path: draft.path, hasManifest: true, manager }, repository)
  if (lock !== undefined)
    refuse(['package_manager'], `${manager} installs what ${lock} holds, and there is none in ${draft.path} or above it; commit one`)
}

function plainManager(manager: string): string {
  return manager.split('@')[0] ?? manager
}
