// A folder of the repository as a draft of the stack: by its own Dockerfile, by a template, or by an image that kyozo.yaml names.
import { KyozoError } from '../errors.ts'
import type { Connection, Dependency, HealthSpec, ServiceSpec } from '../topology/topology.ts'
import { dockerfileBuildInput, type IgnoreRules, templateBuildInput } from './build-input.ts'
import type { ComposeMap, ComposeValue } from './compose-value.ts'
import { asDatabase } from './database-service.ts'
import { declaredCommand, refuseTemplate, refuseUnread } from './declared.ts'
import { type Confinement, confine, entrypointCapabilities, healthcheck, limit, publish, supervise } from './defaults.ts'
import { startsUnprivileged } from './dockerfile.ts'
import { imageVolumes } from './dockerfile-volumes.ts'
import { madeSecrets } from './made-secrets.ts'
import { reasonsOf } from './reasons.ts'
import { pathBetween } from './relative-path.ts'
import type { Need, ServiceDraft } from './service-draft.ts'
import type { StackInput } from './specify.ts'
import type { BuildInput } from './stack.ts'
import { otherVersion } from './template-version.ts'
import { composeCpus, composeMemory } from './units.ts'

export function draftFolderService(spec: ServiceSpec, input: StackInput): ServiceDraft {
  const draft = draftOf(spec, input)
  return spec.type === 'database' ? asDatabase(draft, spec) : draft
}

function draftOf(spec: ServiceSpec, input: StackInput): ServiceDraft {
  const making = makeImage(spec, input)
  const port = spec.port ?? (spec.declared?.says.port === 'none' ? undefined : making.port)
  const test = spec.health?.kind === 'exec' ? ['CMD', ...spec.health.command] : making.healthTest
  const replicas = spec.replicas ?? 1
  return {
    name: spec.name,
    folder: spec.path,
    type: spec.type,
    definition: {
      ...making.definition,
      ...(spec.build.kind === 'template' ? {} : { command: declaredCommand(spec) }),
      init: true,
      ...(port === undefined ? {} : { ports: [publish(port)] }),
      ...(test === undefined ? {} : { healthcheck: healthcheck(test) }),
      ...supervise(),
      ...confine(making.confinement),
      ...limit({ memory: composeMemory(spec.resources.memory), cpus: composeCpus(spec.resources.cpu), replicas }),
    },
    environment: environmentOf(spec, port),
    declared: declaredVariables(spec),
    statedBy: 'its code and settings files',
    reasons: [...reasonsOf(spec, port, input.topology.backing), ...sayVersion(spec, input)],
    ...(making.build === undefined ? {} : { build: making.build }),
    ...(making.image === undefined ? {} : { image: making.image }),
    ...(port === undefined ? {} : { port }),
    health: healthOf(spec.health, port),
    hasHealthcheck: test !== undefined,
    isOneShot: false,
    replicas,
    volumes: making.volumes ?? [],
    endpoint: { host: spec.name, ...(port === undefined ? {} : { port }) },
    needs: spec.dependsOn.flatMap(needOf),
    evidence: spec.evidence,
  }
}

/** A language's image is never older than the oldest that a template has. */
function sayVersion({ build, version, type }: ServiceSpec, { templates }: StackInput): string[] {
  const template = build.kind === 'template' ? templates.find(({ name }) => name === build.template) : undefined
  const other = otherVersion(version, template)
  return other === undefined ? [] : [`It asks for ${type} ${version}; its image has ${other}.`]
}

/** What a service is probed by: what it says itself, else its port, else nothing, as for a worker. */
export function healthOf(health: HealthSpec | undefined, port: number | undefined): HealthSpec {
  if (health === undefined) return port === undefined ? { kind: 'none' } : { kind: 'tcp', port }
  const asksPort = health.kind === 'http' || health.kind === 'tcp' || health.kind === 'grpc'
  if (asksPort && health.port === undefined && port !== undefined) return { ...health, port }
  return health
}

export function needOf(dependency: Dependency): Need[] {
  if (dependency.kind === 'conflicts') return []
  const kind = dependency.kind === 'requires' ? 'ordered' : 'reached_only'
  return [{ service: dependency.service, kind, connections: connectionsOf(dependency), evidence: dependency.evidence }]
}

/** The variables to which kyozo.yaml gives a value. */
export function declaredVariables(spec: ServiceSpec | undefined): ReadonlySet<string> {
  const said = Object.entries(spec?.declared?.says.env ?? {})
  return new Set(said.flatMap(([name, value]) => (value === null || typeof value === 'object' ? [] : [name])))
}

export function ignoreRulesOf(spec: ServiceSpec): IgnoreRules {
  return { folder: spec.path, globs: spec.ignore ?? [] }
}

/** How the image comes to be, and what the container needs because of it. */
interface Making {
  readonly definition: ComposeMap
  readonly build?: BuildInput
  readonly image?: string
  readonly port?: number
  readonly healthTest?: readonly string[]
  /** Names of the volumes that it mounts. Default is none. */
  readonly volumes?: readonly string[]
  readonly confinement: Confinement
}

export function makeImage(spec: ServiceSpec, input: StackInput): Making {
  switch (spec.build.kind) {
    case 'dockerfile':
      return makeByDockerfile(spec, spec.build, input)
    case 'template':
      return makeByTemplate(spec, spec.build.template, input)
    case 'image':
      return {
        definition: { image: spec.build.image },
        image: spec.build.image,
        confinement: { capabilities: entrypointCapabilities },
      }
    case 'compose':
    case 'manifests':
      throw new KyozoError('internal', `${spec.name} is a stack, which is never a container itself`, { service: spec.name })
  }
}

function makeByDockerfile(spec: ServiceSpec, build: Extract<ServiceSpec['build'], { kind: 'dockerfile' }>, { tree }: StackInput): Making {
  const made = dockerfileBuildInput(tree, { service: spec.name, spec: build, ignore: ignoreRulesOf(spec) })
  const volumes = imageVolumes(spec.name, made.dockerfile)
  return {
    definition: {
      build: {
        context: composeContext(build.context),
        dockerfile: pathBetween(build.context, build.dockerfile),
        target: build.target,
        args: build.args === undefined || Object.keys(build.args).length === 0 ? undefined : build.args,
      },
      ...(volumes.length === 0 ? {} : { volumes: volumes.map(({ name, folder }) => ({ type: 'volume', source: name, target: folder })) }),
    },
    volumes: volumes.map(({ name }) => name),
    build: made,
    confinement: { capabilities: startsUnprivileged(made.dockerfile) ? [] : entrypointCapabilities },
  }
}

function makeByTemplate(spec: ServiceSpec, name: string, { templates, tree, render }: StackInput): Making {
  const template = templates.find((candidate) => candidate.name === name)
  if (template === undefined) refuseTemplate(spec, templates, tree)
  if (template === undefined)
    throw new KyozoError(
      'template_missing',
      `${spec.name} (${spec.path}) has no Dockerfile, and there is no template ${name} to make one`,
      {
        service: spec.name,
        hint: `add a Dockerfile to ${spec.path}`,
      },
    )
  refuseUnread(spec, template, tree)
  const rendered = render(template, { service: spec, tree })
  return {
    definition: { build: { context: composeContext(rendered.context), dockerfile_inline: rendered.dockerfile } },
    build: templateBuildInput(tree, rendered, ignoreRulesOf(spec)),
    ...(rendered.port === undefined ? {} : { port: rendered.port }),
    ...(rendered.healthCommand === undefined ? {} : { healthTest: ['CMD', ...rendered.healthCommand] }),
    confinement: rendered,
  }
}

/** Compose takes a bare name for a folder beside the document; the dot says so to people too, and keeps `https:` a folder. */
export function composeContext(context: string): string {
  return context === '.' ? '.' : `./${context}`
}

/** What the repository states. The port is the one that is published and probed, so `PORT` says that one whatever the code's default is. */
function environmentOf(spec: ServiceSpec, port: number | undefined): Record<string, ComposeValue> {
  const stated = spec.environment.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]))
  return { ...Object.fromEntries(stated), ...madeSecrets(spec), ...(port === undefined ? {} : { PORT: String(port) }) }
}

function connectionsOf({ connection, connections }: Dependency): readonly Connection[] {
  return connections ?? (connection === undefined ? [] : [connection])
}
