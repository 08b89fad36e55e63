// What can be said only of the file as a whole: which services run, whether what they name exists, what the mounts hold, and the order of all findings.

import { findCircles } from './dependency-graph.ts'
import type { ServiceDraft } from './draft.ts'
import { contentLimitBytes, violationsLimit } from './limits.ts'
import { type Loaded, type LoadedService, type Loader, scopeOf } from './loader.ts'
import type { Place } from './located.ts'
import type { ComposeModel, ComposeModelFile, ComposeModelMount, ComposeModelService, Difference, Violation } from './model.ts'
import { askedProfiles, startedServices } from './profiles.ts'
import { differ, type Report, refuse, type Scope, variableOf } from './scope.ts'
import { finishBuild } from './service/build.ts'
import { dropImageName } from './service/image.ts'
import { checkTmpfsTotal } from './service/tmpfs.ts'
import { shown } from './wording.ts'

const nothing: Loaded = { services: new Map(), volumes: new Map(), networks: new Map(), files: new Map() }

export function finishModel(loader: Loader, { file, loaded = nothing }: { file: string; loaded?: Loaded | undefined }): ComposeModel {
  const profiled = [...loaded.services].map(([name, { draft }]) => ({
    name,
    profiles: draft.profiles ?? [],
    isBuilt: draft.build !== undefined,
  }))
  const started = startedServices(profiled, askedProfiles(variableOf(loader, 'COMPOSE_PROFILES')))
  const running = new Map([...loaded.services].filter(([name]) => started.has(name)))
  noteProfiles(loader, { loaded, started })
  const services: Record<string, ComposeModelService> = {}
  for (const [name, service] of running) {
    const scope = scopeOf(loader, { file: service.place.file, report: service.report })
    checkReferences(scope, { name, service, loaded, running, isWhole: loader.unread.size === 0 })
    const finished = finishService(scope, { service, loaded, running })
    if (finished !== undefined) services[name] = finished
  }
  const circles = findCircles(running)
  for (const [name, { place, report }] of running) {
    const circle = circles.get(name)
    if (circle === undefined) continue
    refuse(scopeOf(loader, { file: place.file, report }), place, {
      rule: 'dependency',
      message: `the services depend on one another in a circle: ${circle.join(' → ')}; break it`,
    })
  }
  const reports = [loader.report, ...[...running.values()].map(({ report }) => report)]
  return {
    file,
    services,
    volumes: Object.fromEntries(loaded.volumes),
    networks: networksOf(loaded, services),
    reads: [...loader.seen.reads].sort(),
    variables: [...loader.seen.variables].sort(),
    violations: sortedViolations(reports),
    differences: sortedDifferences(reports),
  }
}

function noteProfiles(loader: Loader, { loaded, started }: { loaded: Loaded; started: ReadonlySet<string> }): void {
  for (const [name, { draft, place }] of loaded.services) {
    const profiles = draft.profiles ?? []
    if (profiles.length === 0) continue
    const scope = scopeOf(loader, { file: place.file, report: loader.report })
    const by = profiles.join(' or ')
    if (started.has(name)) differ(scope, place, { change: 'the service runs', reason: `kyozo asks for its profile ${by}` })
    else
      differ(scope, place, { change: 'the service is left out', reason: `only the profile ${by} starts it, and kyozo does not ask for it` })
  }
}

interface Finishing {
  readonly service: LoadedService
  readonly loaded: Loaded
  readonly running: ReadonlyMap<string, LoadedService>
}

interface Referring extends Finishing {
  readonly name: string
  /** Whether everything that the file includes was read; what is not there may else be declared in the rest. */
  readonly isWhole: boolean
}

function checkReferences(scope: Scope, { name, service, loaded, running, isWhole }: Referring): void {
  for (const { kind, text, place, isRequired } of service.draft.references ?? []) {
    const fail = (rule: 'dependency' | 'schema', message: string) => refuse(scope, place, { rule, message })
    if (kind === 'volume' && isWhole && !loaded.volumes.has(text))
      fail('schema', `the volume ${shown(text)} is not declared; add it under \`volumes\` at the top of the file`)
    if (kind === 'network' && isWhole && text !== 'default' && !loaded.networks.has(text))
      fail('schema', `the network ${shown(text)} is not declared; add it under \`networks\` at the top of the file`)
    if (kind !== 'service') continue
    if (text === name) fail('dependency', 'the service depends on itself; remove it')
    else if (!loaded.services.has(text)) {
      if (isWhole) fail('dependency', `${shown(text)} is not a service of the file; correct the name`)
    } else if (!running.has(text) && isRequired)
      fail('dependency', `${shown(text)} is started only by a profile, and kyozo does not ask for it; remove its \`profiles\``)
  }
}

function finishService(scope: Scope, finishing: Finishing): ComposeModelService | undefined {
  const { draft, place } = finishing.service
  const { place: _, buildPlace, files, volumesFrom, references, build: buildDraft, image, ...settled } = draft
  const build = buildDraft && finishBuild(scope, buildPlace ?? place, buildDraft)
  if (buildDraft && image !== undefined) dropImageName(scope, place)
  if (buildDraft === undefined && image === undefined && !hasFailed(scope, place)) {
    return refuse(scope, place, { rule: 'schema', message: 'the service has neither an `image` nor a `build`; give it one' })
  }
  const mounts = finishMounts(scope, finishing)
  checkTmpfsTotal(scope, place, mounts)
  return {
    environment: {}, ports: [], expose: [], resources: {}, capAdd: [], labels: {}, profiles: [], replicas: 1, ulimits: {}, sysctls: {},
    groupAdd: [], links: [], networks: draft.networkMode === undefined ? { default: { aliases: [] } } : {},
    ...settled,
    ...(build ? { build } : image === undefined ? {} : { image }),
    mounts,
    dependsOn: dependenciesOf(finishing),
  } // biome-ignore format: the defaults as one list
}

/** Whether its image is missing only because it was refused. */
function hasFailed({ report }: Scope, { pointer }: Place): boolean {
  return report.violations.some(
    (violation) => violation.pointer === pointer || violation.pointer === `${pointer}/image` || violation.pointer === `${pointer}/extends`,
  )
}

/** Those that run; one that is not required and left out is no dependency. */
function dependenciesOf({ service, running }: Finishing): ComposeModelService['dependsOn'] {
  return Object.fromEntries(Object.entries(service.draft.dependsOn ?? {}).filter(([name]) => running.has(name)))
}

function finishMounts(scope: Scope, { service: { draft, place }, loaded, running }: Finishing): ComposeModelMount[] {
  const taken = (draft.volumesFrom ?? []).flatMap(({ service, isReadOnly }) => takenMounts(running.get(service)?.draft, isReadOnly))
  const mounts = [...taken, ...(draft.mounts ?? []), ...definedFiles(scope, { draft, loaded })]
  const targets = new Set<string>()
  for (const { target } of mounts) {
    if (targets.has(target)) refuse(scope, place, { rule: 'schema', message: `two mounts have the target ${shown(target)}; remove one` })
    targets.add(target)
  }
  const bytes = mounts.reduce((sum, mount) => sum + (mount.kind === 'file' ? Buffer.byteLength(mount.content ?? '') : 0), 0)
  if (bytes > contentLimitBytes)
    refuse(scope, place, {
      rule: 'limit',
      message: `the service mounts more than ${contentLimitBytes / 1024 ** 2} MiB of files; copy them into its image`,
    })
  return mounts
}

function takenMounts(draft: ServiceDraft | undefined, isReadOnly: boolean): ComposeModelMount[] {
  const mounts = (draft?.mounts ?? []).filter(({ kind }) => kind === 'volume' || kind === 'file' || kind === 'folder')
  return isReadOnly ? mounts.map((mount) => (mount.kind === 'volume' ? { ...mount, isReadOnly } : mount)) : mounts
}

function definedFiles(scope: Scope, { draft, loaded }: { draft: ServiceDraft; loaded: Loaded }): ComposeModelFile[] {
  return (draft.files ?? []).flatMap(({ kind, source, target, mode, uid, gid, place }) => {
    const definition = loaded.files.get(`${kind}/${source}`)
    if (definition === undefined)
      return (
        refuse(scope, place, {
          rule: 'schema',
          message: `${shown(source)} is not declared; add it under \`${kind}\` at the top of the file`,
        }) ?? []
      )
    const { content, source: path } = definition
    if (content === undefined && path === undefined) return []
    return [
      {
        kind: 'file',
        target,
        ...(content === undefined ? {} : { content }),
        ...(path && { source: path }),
        ...(mode && { mode }),
        ...(uid && { uid }),
        ...(gid && { gid }),
        place,
      } satisfies ComposeModelFile,
    ]
  })
}

function networksOf(loaded: Loaded, services: Readonly<Record<string, ComposeModelService>>): ComposeModel['networks'] {
  const isDefaultUsed = Object.values(services).some(({ networks }) => Object.hasOwn(networks, 'default'))
  const networks = Object.fromEntries(loaded.networks)
  return isDefaultUsed && !loaded.networks.has('default') ? { default: { isInternal: false, labels: {} }, ...networks } : networks
}

function sortedViolations(reports: readonly Report[]): Violation[] {
  const key = ({ file, line, column, pointer, rule, message }: Violation) => JSON.stringify([file, line, column, pointer, rule, message])
  const unique = [
    ...new Map(reports.flatMap(({ violations }) => violations.map((violation) => [key(violation), violation] as const))).values(),
  ]
  const sorted = unique.sort(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.pointer, b.pointer) ||
      compare(a.rule, b.rule) ||
      compare(a.message, b.message),
  )
  const last = sorted[violationsLimit - 1]
  if (sorted.length <= violationsLimit || last === undefined) return sorted
  const rest: Violation = {
    ...last,
    severity: 'error',
    rule: 'quota',
    message: 'more violations are not listed; correct these first',
  }
  return [...sorted.slice(0, violationsLimit - 1), rest]
}

function sortedDifferences(reports: readonly Report[]): Difference[] {
  const key = ({ file, pointer, change }: Difference) => JSON.stringify([file, pointer, change])
  const unique = [
    ...new Map(reports.flatMap(({ differences }) => differences.map((difference) => [key(difference), difference] as const))).values(),
  ]
  return unique.sort((a, b) => compare(a.file, b.file) || compare(a.pointer, b.pointer) || compare(a.change, b.change))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
