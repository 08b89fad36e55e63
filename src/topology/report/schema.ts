// The document of `kyozo analyze --json` as a closed schema, for whoever reads it. A test holds every answer against it, and the compiler holds
// it against the types of topology.ts.
import { z } from 'zod'
import { backingKinds, serviceTypes } from '../topology.ts'
import type { TopologyReport } from './document.ts'

const path = z.string().describe('Relative to the root of the repository; "." is the root.')
const serviceName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
  .describe('A DNS label, unique in the topology.')
const share = z.number().min(0).max(1)

const evidence = z
  .strictObject({
    path: z.string(),
    line: z.int().min(1).optional(),
    fact: z.string(),
    weight: z.number().min(-1).max(1).optional().describe('How much it counts for (or against) what it is evidence of.'),
  })
  .describe('A fact with the place it was read.')
const reasons = z.array(evidence)

const build = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('dockerfile'),
    dockerfile: path,
    context: path,
    target: z.string().optional(),
    args: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({ kind: z.literal('template'), template: z.string(), context: path }),
  z.strictObject({ kind: z.literal('image'), image: z.string() }),
  z.strictObject({ kind: z.literal('compose'), file: path }),
  z.strictObject({ kind: z.literal('manifests'), file: path }),
])

const port = z.int().min(1).max(65_535)
const pace = {
  intervalMs: z.int().min(1).optional(),
  timeoutMs: z.int().min(1).optional(),
  retries: z.int().min(1).optional(),
}
const health = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('http'), path: z.string(), port: port.optional(), ...pace }),
  z.strictObject({ kind: z.literal('tcp'), port: port.optional(), ...pace }),
  z.strictObject({ kind: z.literal('exec'), command: z.array(z.string()), ...pace }),
  z.strictObject({ kind: z.literal('grpc'), port: port.optional(), service: z.string().optional(), ...pace }),
  z.strictObject({ kind: z.literal('docker'), ...pace }),
  z.strictObject({ kind: z.literal('none') }),
])

const connection = z.strictObject({ variable: z.string(), template: z.string() })
const composeService = z.strictObject({ file: path, service: z.string() })
const runnerUp = z.strictObject({ type: z.enum(serviceTypes), confidence: share })

const dependency = z.strictObject({
  service: serviceName,
  backing: z.enum(backingKinds).optional().describe('What the backing service is; absent for a sibling.'),
  kind: z.enum(['requires', 'optional', 'conflicts']),
  connection: connection.optional(),
  connections: z.array(connection).optional(),
  evidence: reasons,
})

/** The place of each value of a service, with how binding it is. */
const because = z
  .strictObject({
    framework: evidence.optional(),
    frameworkVersion: evidence.optional(),
    version: evidence.optional(),
    packageManager: evidence.optional(),
    start: evidence.optional(),
    installCommand: evidence.optional(),
    buildCommand: evidence.optional(),
    processes: evidence.optional(),
    port: evidence.optional(),
    health: evidence.optional(),
    memory: evidence.optional(),
    cpu: evidence.optional(),
    replicas: evidence.optional(),
  })
  .describe('Where each value of the service was read; weight 1 is binding, 0.3 is only usual.')

const service = z.strictObject({
  name: serviceName,
  path,
  type: z.enum(serviceTypes),
  framework: z.string().optional(),
  frameworkVersion: z.string().optional(),
  version: z.string().optional(),
  packageManager: z.string().optional(),
  confidence: share,
  build,
  start: z.string().optional(),
  installCommand: z.string().optional(),
  buildCommand: z.string().optional(),
  processes: z.array(z.strictObject({ name: z.string(), command: z.string() })).optional(),
  port: port.optional(),
  health: health.optional(),
  environment: z.array(
    z.strictObject({ name: z.string(), required: z.boolean(), value: z.string().optional(), made: z.enum(['text', 'base64']).optional() }),
  ),
  resources: z.strictObject({ memory: z.string(), cpu: z.string() }),
  replicas: z.int().min(0).optional(),
  dependsOn: z.array(dependency),
  alternatives: z.array(runnerUp),
  evidence: reasons,
  because,
  reads: z.array(path).describe('Paths outside its own folder that its build reads: a change there builds it again.'),
  facts: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
    .describe('What the template of its type is filled with; which keys there are is up to the type.'),
  compose: composeService.optional(),
  domains: z.array(z.string()).optional(),
  ignore: z.array(z.string()).optional(),
})

const role = z.enum([
  'library', 'workspace_root', 'docs', 'tests', 'example', 'fixture', 'generated', 'vendored', 'tooling', 'asset', 'unknown',
]) // biome-ignore format: a list

export const reportSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    revision: z.strictObject({ sha: z.string().nullable(), tree: z.string() }),
    files: z.int().min(0),
    durationMs: z.int().min(0),
    strategy: z.enum(['single_service', 'compose_stack', 'kubernetes', 'custom']),
    services: z.array(service),
    backing: z.array(
      z.strictObject({
        name: serviceName,
        kind: z.enum(backingKinds),
        evidence: reasons,
        isExternal: z.literal(true).optional(),
        compose: composeService.optional(),
      }),
    ),
    folders: z.array(z.strictObject({ path, role, evidence: reasons })),
    recommendations: z.array(z.strictObject({ code: z.string(), message: z.string(), fix: z.string(), evidence: reasons })),
    patterns: z.array(
      z.strictObject({
        name: z.enum(['monolith', 'microservices', 'gateway', 'worker']),
        services: z.array(serviceName),
        evidence: reasons,
      }),
    ),
    startOrder: z.array(serviceName),
    warnings: z.array(z.string()),
    nothing: z
      .strictObject({
        folders: z.int(),
        closest: z.array(z.strictObject({ path, type: z.enum(serviceTypes), confidence: share, evidence: evidence.optional() })),
        hints: z.array(z.string()),
        lookedFor: z.array(z.strictObject({ title: z.string(), marks: z.array(z.string()) })),
      })
      .optional(),
  })
  .meta({ title: 'kyozo analyze', description: 'What the folders of a commit are, and why.' })

/** Neither may have a key that the other has not. */
type Keys<T> = T extends readonly (infer Item)[] ? Keys<Item> : T extends object ? { [K in keyof T]-?: Keys<NonNullable<T[K]>> } : 'value'
type IsSame<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never
export const schemaIsOfTheTypes: IsSame<Keys<z.infer<typeof reportSchema>>, Keys<TopologyReport>> = true

/** The JSON Schema that `kyozo schema analyze` prints. */
export function reportJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(reportSchema) }
}
