// The last facts of a service, known once the whole document is: its image, its hash, and how an old container gives way to a new one.

import type { StackIdentity } from '../engine/engine.ts'
import type { SourceTree } from '../git/source-tree.ts'
import type { ServiceSpec } from '../topology/topology.ts'
import { byCodeUnit } from './canonical.ts'
import { collectVariables, variablesIn } from './compose-value.ts'
import { configHash } from './config-hash.ts'
import type { PreviewLimits } from './confine-preview.ts'
import { contentKey } from './content-key.ts'
import { defaultHealthDeadlineMs } from './defaults.ts'
import { type FixedPorts, heldPorts } from './fixed-ports.ts'
import { type AvailableSecret, secretsFor, versionsOf } from './given-secrets.ts'
import type { LinkedService } from './link-services.ts'
import type { ComposeDocument, GeneratedSecret, Replacement, StackService } from './stack.ts'

export interface FinishInput {
  readonly document: ComposeDocument
  readonly tree: SourceTree
  readonly identity: StackIdentity
  readonly secretVersions?: Readonly<Record<string, string>>
  /** What people set. Default is none. */
  readonly availableSecrets?: readonly AvailableSecret[]
  readonly topology?: { readonly services: readonly ServiceSpec[] }
  readonly healthDeadlineMs?: number
  readonly fixedPorts?: FixedPorts
  readonly preview?: Pick<PreviewLimits, 'trust'>
}

/** Takes and returns them in start order. */
export function finishServices(ordered: readonly LinkedService[], input: FinishInput): readonly StackService[] {
  const hostOf = new Map(ordered.flatMap(({ name, livesIn }) => (livesIn === undefined ? [] : [[livesIn, name] as const])))
  const specs = new Map(input.topology?.services.map((spec) => [spec.name, spec]))
  const hashes = new Map<string, string>()
  return ordered.map((service) => {
    const image = imageOf(service, input)
    // A relay reads nothing of what the service reads that it stands for.
    const readable = service.servedFrom === undefined ? (input.availableSecrets ?? []) : []
    const given = secretsFor({ ...service, spec: specs.get(service.name) }, readable)
    const hash = configHash({
      definition: definitionOf(service, { input, hostHash: hashes.get(service.livesIn ?? '') }),
      image,
      secretVersions: { ...versionsFor(service, input.secretVersions ?? {}), ...versionsOf(given) },
    })
    hashes.set(service.name, hash)
    return finishService(service, {
      image,
      configHash: hash,
      secrets: given.map(({ name }) => name),
      replacement: replacementOf(service, { guest: hostOf.get(service.name), held: heldPorts(input.fixedPorts?.[service.name]) }),
      healthDeadlineMs: input.healthDeadlineMs ?? defaultHealthDeadlineMs,
    })
  })
}

/** The secrets that kyozo makes for these services: every variable that the document leaves to it. */
export function secretsOf(services: readonly LinkedService[]): readonly GeneratedSecret[] {
  const variables = new Map(services.flatMap(({ definition }) => collectVariables(definition)).map((one) => [one.variable, one]))
  return [...variables.values()]
    .sort((a, b) => byCodeUnit(a.variable, b.variable))
    .map(({ variable, digits }) => ({ name: secretName(variable), variable, ...(digits === undefined ? {} : { digits }) }))
}

/** `KYOZO_POSTGRES_PASSWORD` → `postgres-password`. */
function secretName(variable: string): string {
  return variable
    .replace(/^KYOZO_/, '')
    .toLowerCase()
    .replaceAll('_', '-')
}

function finishService(
  service: LinkedService,
  {
    secrets,
    ...last
  }: Pick<StackService, 'image' | 'configHash' | 'replacement' | 'healthDeadlineMs'> & { readonly secrets: readonly string[] },
): StackService {
  return {
    name: service.name,
    ...(service.folder === undefined ? {} : { folder: service.folder }),
    type: service.type,
    ...(service.build === undefined ? {} : { build: service.build }),
    ...last,
    ...(secrets.length === 0 ? {} : { secrets }),
    replicas: service.replicas,
    ...(service.port === undefined ? {} : { port: service.port }),
    health: service.health,
    isOneShot: service.isOneShot,
    dependsOn: service.dependsOn,
    volumes: service.volumes,
    evidence: service.evidence,
    ...(service.servedFrom === undefined ? {} : { servedFrom: service.servedFrom }),
  }
}

function imageOf({ name, build, image }: LinkedService, { identity, tree, preview }: FinishInput): string {
  const apart = preview?.trust === 'fork' ? `fork ${identity.environment}` : undefined
  return build === undefined ? (image ?? '') : `kyozo/${identity.workspace}/${name}:${contentKey(build, tree, apart)}`
}

/** A container that lives in another's namespace goes when that one is replaced, so the other's hash is a part of its own. */
function definitionOf({ name, livesIn }: LinkedService, { input, hostHash }: { input: FinishInput; hostHash: string | undefined }) {
  const definition = input.document.services[name] ?? {}
  return livesIn === undefined ? definition : { ...definition, 'x-lives-in': hostHash }
}

function versionsFor({ definition }: LinkedService, versions: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    variablesIn(definition).flatMap((variable) => (versions[variable] === undefined ? [] : [[variable, versions[variable]]])),
  )
}

interface Holding {
  /** Who lives in its namespace. */
  readonly guest: string | undefined
  /** Which ports of the machine it holds, as a reason. */
  readonly held: string | undefined
}

/** Other ports are picked by the engine, so only what two containers cannot hold at once stands in the way of starting beside. */
function replacementOf({ volumes, livesIn }: LinkedService, { guest, held }: Holding): Replacement {
  if (volumes.length > 0) return { kind: 'stop_first', reason: `it holds the volume ${volumes.join(', ')}` }
  if (livesIn !== undefined) return { kind: 'stop_first', reason: `it lives in the namespace of ${livesIn}` }
  if (guest !== undefined) return { kind: 'stop_first', reason: `${guest} lives in its namespace` }
  if (held !== undefined) return { kind: 'stop_first', reason: held }
  return { kind: 'beside' }
}
