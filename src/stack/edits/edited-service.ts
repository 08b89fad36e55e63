// A service that kyozo generates, as people have changed it in compose.kyozo.yaml. What they left alone stays what it is, word for word.
import type { Located, LocatedMap } from '../../topology/compose/located.ts'
import type { ComposeModel, ComposeModelService } from '../../topology/compose/model.ts'
import { joinPath } from '../../topology/paths.ts'
import type { HealthSpec } from '../../topology/topology.ts'
import { commandOf } from '../backing-service.ts'
import { dockerfileBuildInput } from '../build-input.ts'
import { committedFile } from '../committed/file.ts'
import { isSame } from '../committed/values.ts'
import { defineComposeService } from '../compose-definition.ts'
import type { ComposeMap, ComposeValue } from '../compose-value.ts'
import { ignoreRulesOf } from '../folder-service.ts'
import { paceOf } from '../health-pace.ts'
import type { LinkedService } from '../link-services.ts'
import { hostOf } from '../lives-in.ts'
import type { StackInput } from '../specify.ts'
import type { BuildInput } from '../stack.ts'
import { dependenciesOf, publishedPorts, waitsOf } from './said.ts'

export interface EditedInput {
  readonly model: ComposeModel
  readonly input: StackInput
  readonly restore: (value: ComposeValue) => ComposeValue
}

export interface Edited {
  readonly service: LinkedService
  readonly file: LocatedMap
  readonly generated: LocatedMap
  /** Keys whose edits are not taken. */
  readonly dropped: ReadonlySet<string>
}

export function editService(edited: Edited, { model, input, restore }: EditedInput): LinkedService {
  const { service, file } = edited
  const said = model.services[service.name]!
  const changed = changedKeys(edited)
  const build = changed.has('build') || changed.has('image') ? buildOf(service, { said, input }) : service.build
  const emitted = emit({ ...edited, said, model, input, build })
  const definition = Object.fromEntries(
    [...new Set([...Object.keys(service.definition), ...changed])].flatMap((key) => {
      const value = !changed.has(key) ? service.definition[key] : file.entries.has(key) ? emitted[key] : undefined
      return value === undefined ? [] : [[key, changed.has(key) ? restore(value) : value] as const]
    }),
  )
  const { build: _, image: __, port: ___, livesIn: ____, ...rest } = service
  return {
    ...rest,
    definition,
    environment: (definition.environment ?? {}) as ComposeMap & LinkedService['environment'],
    ...(build === undefined ? { image: said.image ?? '' } : { build }),
    ...portAndHealth(edited, { said, changed }),
    replicas: changed.has('deploy') ? said.replicas : service.replicas,
    volumes: changed.has('volumes') ? said.mounts.flatMap((mount) => (mount.kind === 'volume' ? [mount.volume] : [])) : service.volumes,
    dependsOn: changed.has('depends_on') ? dependenciesOf(edited, said) : service.dependsOn,
    ...livesIn(edited, { definition, changed }),
    reasons: [...service.reasons, `Changed in ${committedFile}: ${[...changed].sort().join(', ')}.`],
  }
}

function changedKeys({ file, generated, dropped }: Edited): ReadonlySet<string> {
  const keys = new Set([...file.entries.keys(), ...generated.entries.keys()])
  return new Set(
    [...keys].filter((key) => !key.startsWith('x-') && !dropped.has(key) && !isSame(file.entries.get(key), generated.entries.get(key))),
  )
}

interface Said {
  readonly said: ComposeModelService
  readonly changed: ReadonlySet<string>
}

/** The whole service as kyozo writes what a compose file says; only what has changed is taken from it. */
function emit({
  service,
  file,
  said,
  model,
  input,
  build,
}: Edited & { said: ComposeModelService; model: ComposeModel; input: StackInput; build: BuildInput | undefined }): ComposeMap {
  const names = new Map(Object.keys(model.services).map((name) => [name, name]))
  const ports = publishedPorts(file)
  const source = {
    model,
    key: service.name,
    service: { ...said, ports },
    names,
    input,
    name: service.name,
    build,
    port: service.port,
    isOneShot: service.isOneShot,
  }
  return { ...defineComposeService(source), environment: said.environment, depends_on: waitsOf(said) }
}

function buildOf(service: LinkedService, { said, input }: { said: ComposeModelService; input: StackInput }): BuildInput | undefined {
  const { build } = said
  if (build === undefined) return undefined
  const spec = input.topology.services.find(({ name }) => name === service.name)
  return dockerfileBuildInput(input.tree, {
    service: service.name,
    spec: {
      kind: 'dockerfile',
      context: build.context,
      dockerfile: build.dockerfile ?? joinPath(build.context, 'Dockerfile'),
      args: build.args,
      ...(build.target === undefined ? {} : { target: build.target }),
    },
    ignore: spec === undefined ? { folder: build.context, globs: [] } : ignoreRulesOf(spec),
    ...(build.dockerfileInline === undefined ? {} : { inlineDockerfile: build.dockerfileInline }),
  })
}

/** kyozo goes on asking the port that it asked, as long as it is published; the check that a person wrote is asked instead of any other. */
function portAndHealth(
  { service, file, generated }: Edited,
  { said, changed }: Said,
): Pick<LinkedService, 'health' | 'hasHealthcheck'> & { port?: number } {
  const published = publishedPorts(file).filter(({ protocol }) => protocol === 'tcp')
  const wasPublished = service.port !== undefined && publishedPorts(generated).some(({ target }) => target === service.port)
  const isKept = !changed.has('ports') || !wasPublished || published.some(({ target }) => target === service.port)
  const port = isKept ? service.port : published[0]?.target
  const asked = isKept ? service.health : atPort(service.health, { from: service.port, to: port })
  const test = changed.has('healthcheck') && !isSame(testIn(file), testIn(generated)) ? said.healthcheck?.test : undefined
  return {
    ...(port === undefined ? {} : { port }),
    health: test === undefined ? asked : { ...paceOf(service.health), kind: 'exec', command: commandOf(test) },
    hasHealthcheck: service.hasHealthcheck || test !== undefined,
  }
}

function testIn({ entries }: LocatedMap): Located | undefined {
  const check = entries.get('healthcheck')
  return check?.kind === 'map' ? check.entries.get('test') : undefined
}

function atPort(health: HealthSpec, { from, to }: { from: number | undefined; to: number | undefined }): HealthSpec {
  if (health.kind !== 'http' && health.kind !== 'tcp' && health.kind !== 'grpc') return health
  if (to === undefined) return { kind: 'none' }
  return health.port === from || health.port === undefined ? { ...health, port: to } : health
}

function livesIn(
  { service }: Edited,
  { definition, changed }: { definition: ComposeMap; changed: ReadonlySet<string> },
): { livesIn?: string } {
  const isChanged = ['network_mode', 'pid', 'ipc'].some((key) => changed.has(key))
  const host = isChanged ? hostOf(definition) : service.livesIn
  return host === undefined ? {} : { livesIn: host }
}
