// Why each service is touched or left alone, in words that name a file, a setting or a hash.
import path from 'node:path/posix'
import type { TreeDiff } from '../git/source-tree.ts'
import { canonicalJson } from '../stack/canonical.ts'
import { committedFile } from '../stack/committed/file.ts'
import type { ComposeService, StackService, StackSpec } from '../stack/stack.ts'
import { isWithin } from '../topology/paths.ts'
import { affectedServices, type BuiltFrom, sayChanges } from './affected-services.ts'
import type { Cause, PlanContext } from './plan.ts'

/** What is kept of a service of the live release, to explain the next one. Plain data. */
export interface PreviousService extends BuiltFrom {
  readonly configHash: string
  readonly image: string
  readonly folder?: string
  readonly volumes: readonly string[]
  readonly definition: ComposeService
}

export interface ExplainInput {
  readonly spec: StackSpec
  /** The services of the environment's live release by name; empty before the first. */
  readonly previousServices: Readonly<Record<string, PreviousService>>
  /** What differs between the live release's tree and this one. */
  readonly diff: TreeDiff
}

/** What explainChanges wants to know of this stack next time. */
export function rememberServices(spec: StackSpec): Readonly<Record<string, PreviousService>> {
  return Object.fromEntries(
    spec.services.map(({ name, configHash, image, folder, volumes, build }) => [
      name,
      {
        configHash,
        image,
        ...(folder === undefined ? {} : { folder }),
        volumes,
        definition: spec.document.services[name] ?? {},
        ...(build === undefined ? {} : { files: build.files }),
      },
    ]),
  )
}

export function explainChanges(input: ExplainInput): Pick<PlanContext, 'services' | 'volumes'> {
  const { spec, diff } = input
  const previous = new Map(Object.entries(input.previousServices))
  const affected = affectedServices({ services: spec.services, previous, diff })
  const services = new Map<string, Cause>()
  const volumes = new Map<string, Cause>()
  for (const service of spec.services) {
    const before = previous.get(service.name)
    const because = sayChanges(affected.get(service.name) ?? [], service)
    if (service.servedFrom !== undefined && before?.configHash !== service.configHash)
      services.set(service.name, `${service.servedFrom.environment} serves it`)
    else if (previous.size === 0) services.set(service.name, 'first release')
    else if (before === undefined) services.set(service.name, sayNew(service, diff))
    else {
      const definition = spec.document.services[service.name] ?? {}
      services.set(service.name, sayDifference({ service, before, definition, because, diff, isEdited: isEdited(spec, service) }))
    }
  }
  for (const [name, before] of previous) {
    if (spec.services.some((service) => service.name === name)) continue
    const unneeded = spec.sharing?.services.find((service) => service.name === name)?.because
    const cause = unneeded ?? sayGone(before, input)
    services.set(name, cause)
    for (const volume of before.volumes) if (!spec.volumes.includes(volume)) volumes.set(volume, `${cause}; volume ${volume} is kept`)
  }
  return { services, volumes }
}

function sayNew({ folder, name, evidence }: StackService, diff: TreeDiff): Cause {
  const isNewFolder = folder !== undefined && folder !== '.' && diff.added.some((path) => isWithin(path, folder))
  if (isNewFolder) return `folder ${folder} is new`
  const [first] = evidence
  return first === undefined ? `${name} is new` : `${name} is new: ${first.fact} (${first.path})`
}

interface Change {
  readonly service: StackService
  readonly before: PreviousService
  readonly definition: ComposeService
  /** What changed of the files that it reads. */
  readonly because: string
  readonly diff: TreeDiff
  /** Whether people have changed something of it in compose.kyozo.yaml. */
  readonly isEdited: boolean
}

function isEdited({ edits = [] }: StackSpec, { name }: StackService): boolean {
  return edits.some(({ path: [top, service] }) => top === 'services' && service === name)
}

function sayDifference({ service, before, definition, because, diff, isEdited }: Change): Cause {
  if (before.configHash === service.configHash) return `nothing that it reads changed (${service.configHash})`
  const settings = changedSettings(before.definition, definition)
  if (before.image !== service.image) return sayImage({ service, before, because, settings, definition, diff })
  const isOurs = isEdited && [...diff.modified, ...diff.added].includes(committedFile)
  const where = isOurs ? committedFile : diff.modified.find((path) => isDeclaration(path))
  if (settings.length > 0) return `${settings.join(', ')} changed${where === undefined ? '' : ` (${where})`}`
  return `a secret that it reads changed (${before.configHash} → ${service.configHash})`
}

interface ImageChange extends Omit<Change, 'isEdited'> {
  readonly settings: readonly string[]
}

/** A file explains a new image best; without one it was the Dockerfile that a template makes, or another image altogether. */
function sayImage({ service, before, because, settings, definition, diff }: ImageChange): Cause {
  if (service.build === undefined || before.files === undefined) return `image ${before.image} became ${service.image}`
  if (because !== 'nothing that it reads changed') return because
  const dockerfile = dockerfileOf(definition)
  if (dockerfile !== undefined && diff.modified.includes(dockerfile)) return `${dockerfile} changed`
  if (settings.length > 0) return `${settings.join(', ')} changed`
  return `its inputs changed (${keyOf(before.image)} → ${keyOf(service.image)})`
}

/** Where a Dockerfile of the repository lies; it is sent apart from the files that it copies. */
function dockerfileOf({ build }: ComposeService): string | undefined {
  const { context, dockerfile } = asMap(build)
  if (typeof context !== 'string' || typeof dockerfile !== 'string') return undefined
  return path.normalize(path.join(context, dockerfile))
}

/** Names of settings, never their values: some hold what is nobody's business. */
function changedSettings(before: ComposeService, now: ComposeService): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => name !== 'depends_on' && name !== 'labels')
  return names.flatMap((name) => {
    const [old, young] = [before[name], now[name]]
    if (canonicalJson(old) === canonicalJson(young)) return []
    if (!isMap(old ?? young) || !isMap(young ?? old)) return [name]
    return changedSettings(asMap(old), asMap(young)).map((inner) => `${name}.${inner}`)
  })
}

function isMap(value: unknown): value is ComposeService {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asMap(value: unknown): ComposeService {
  return isMap(value) ? value : {}
}

function isDeclaration(path: string): boolean {
  return /^kyozo\.ya?ml$|(^|\/)(docker-)?compose[^/]*\.ya?ml$/.test(path) && !path.endsWith(committedFile)
}

function sayGone({ folder }: PreviousService, { spec, diff }: ExplainInput): Cause {
  const isEmptied =
    folder !== undefined &&
    folder !== '.' &&
    [...diff.removed, ...diff.renamed.map(({ from }) => from)].some((path) => isWithin(path, folder)) &&
    !spec.services.some(({ build }) => build?.files.some((path) => isWithin(path, folder)))
  return isEmptied ? `folder ${folder} was removed` : 'nothing in the commit declares it any more'
}

function keyOf(image: string): string {
  return image.slice(image.lastIndexOf(':') + 1, image.lastIndexOf(':') + 13)
}
