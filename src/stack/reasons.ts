// Why a service is as it is, in lines for the document's comments. Files and rules are named, lines of files are not: a document changes
// only when the shape of the stack does.
import type { BackingService, Evidence, ServiceSpec } from '../topology/topology.ts'
import { isStated, sayLimits, sayPlace, sayStart } from './value-reasons.ts'

/** More would bury the service itself. */
const evidenceLimit = 2
const lineLimit = 200

/** The strongest facts that files state, or that it is the code that says so. */
export function sayEvidence(evidence: readonly Evidence[]): string {
  const stated = evidence.filter(isStated)
  const facts = [...new Set([...stated].sort(byWeight).map(({ path, fact }) => `${fact} (${path})`))]
  if (facts.length > 0) return facts.slice(0, evidenceLimit).join('; ')
  return evidence.length === 0 ? 'it is declared' : 'its code says so'
}

export function reasonsOf(spec: ServiceSpec, port: number | undefined, backing: readonly BackingService[]): string[] {
  const kind = spec.framework === undefined ? spec.type : `${spec.type} with ${spec.framework}`
  return [
    `${spec.name}: ${spec.path === '.' ? 'the root folder' : `folder ${spec.path}`}, ${kind}, because ${sayEvidence(spec.evidence)}`,
    sayBuild(spec),
    ...sayStart(spec),
    ...(port === undefined ? [] : [sayPort(spec, port)]),
    ...spec.dependsOn
      .filter(({ kind }) => kind !== 'conflicts')
      .map(({ service, kind, evidence }) => `${kind === 'requires' ? 'Needs' : 'Can use'} ${service}: ${sayEvidence(evidence)}`),
    ...sayMissing(spec, backing),
    ...sayLimits(spec),
  ]
}

/** One comment line: nothing in it can end the line or steer a terminal. */
export function asComment(text: string): string {
  const line = text
    .replace(/[^\P{C}]|[\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const points = [...line]
  return points.length > lineLimit ? `${points.slice(0, lineLimit - 1).join('')}…` : line
}

export function sayBuild({ build }: ServiceSpec): string {
  switch (build.kind) {
    case 'dockerfile':
      return `Built by ${build.dockerfile}.`
    case 'template':
      return `Built by kyozo's template ${build.template}: the folder has no Dockerfile.`
    case 'image':
      return `Runs the image ${build.image}.`
    case 'compose':
    case 'manifests':
      return `Declared by ${build.file}.`
  }
}

function sayPort({ health, because }: ServiceSpec, port: number): string {
  const answers = `Answers on port ${port}${sayPlace(because, 'port')}`
  const place = sayPlace(because, 'health')
  if (health?.kind === 'http') return `${answers}; GET ${health.path} says whether it is healthy${place}.`
  if (health?.kind === 'grpc') return `${answers}; grpc.health.v1.Health/Check says whether it is healthy${place}.`
  if (health?.kind === 'docker') return `${answers}; the health check of its image says whether it is healthy${place}.`
  return `${answers}; it is healthy when the port accepts connections.`
}

/** What runs elsewhere connects nothing: somebody has to say where. */
function sayMissing({ environment, dependsOn }: ServiceSpec, backing: readonly BackingService[]): string[] {
  const external = new Set(backing.flatMap(({ name, isExternal }) => (isExternal === true ? [name] : [])))
  const provided = dependsOn.filter(({ service }) => !external.has(service))
  const connected = new Set(
    provided.flatMap(({ connection, connections }) => [connection, ...(connections ?? [])]).map((found) => found?.variable),
  )
  const missing = environment.filter(
    ({ name, required, value, made }) => required && value === undefined && made === undefined && name !== 'PORT' && !connected.has(name),
  )
  const made = environment.filter((variable) => variable.made !== undefined)
  return [
    ...(made.length === 0 ? [] : [`kyozo makes ${made.map(({ name }) => name).join(', ')}, once for each environment.`]),
    ...(missing.length === 0 ? [] : [`Nothing sets ${missing.map(({ name }) => name).join(', ')}, which it reads.`]),
  ]
}

function byWeight(a: Evidence, b: Evidence): number {
  return (b.weight ?? 0) - (a.weight ?? 0)
}
