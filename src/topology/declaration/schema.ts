// kyozo.yaml as a closed schema. Every key is optional; whatever it says outweighs every guess (precedence.ts).
import { z } from 'zod'
import { isSimpleGlob } from '../globs.ts'
import { serviceTypes } from '../topology.ts'

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const serviceName = z
  .string()
  .regex(label, 'must be lower-case letters, digits and dashes, at most 63')
  .describe('Name of a service: a DNS label.')
/** Shorter, since the host names of its services hold it together with the workspace's. */
const environmentName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/, 'must be lower-case letters, digits and dashes, at most 22')
  .describe('Name of an environment.')
const relativePath = z
  .string()
  .min(1)
  .max(1_000)
  .refine(
    (path) => !path.startsWith('/') && !path.split('/').includes('..') && !path.includes('\\'),
    'must be relative to the repository and stay inside it',
  )
  .describe('Path relative to the root of the repository; "." is the root.')
const port = z.int().min(1).max(65_535)
const command = z.union([z.string().min(1).max(2_000), z.array(z.string().max(2_000)).min(1).max(100)])
const glob = z
  .string()
  .min(1)
  .max(500)
  .refine(isSimpleGlob, 'must have at most two stars in a segment and no extended groups')
  .describe('A glob with `*`, `**`, `?`, `[…]` and `{…}`.')
const globs = z.array(glob).max(100)
const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
const duration = z.string().regex(/^[1-9]\d{0,5}(?:s|m|h|d)$/, 'must be a number with s, m, h or d, such as 72h')
const memory = z.string().regex(/^[1-9]\d{0,6}(?:Ki|Mi|Gi|k|M|G)?$/, 'must be an amount such as 512Mi or 1Gi')
const cpu = z.union([
  z.string().regex(/^(?:\d{1,3}(?:\.\d{1,3})?|[1-9]\d{0,5}m)$/, 'must be cores such as "0.5" or "500m"'),
  z.number().positive().max(512),
])
const domain = z
  .string()
  .max(253)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,20}[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be a host name such as shop.example.com',
  )

const health = z.union([
  z.string().regex(/^\/\S{0,500}$/, 'must be a path such as /healthz'),
  z.literal(false),
  z.strictObject({ path: z.string().regex(/^\/\S{0,500}$/, 'must be a path such as /healthz'), port: port.optional() }),
  z.strictObject({ tcp: port }),
  z.strictObject({ command: z.array(z.string().max(2_000)).min(1).max(100) }),
])

const build = z.strictObject({
  dockerfile: relativePath.optional().describe('The Dockerfile, from the root of the repository.'),
  context: relativePath.optional().describe('The folder that the build sees. Default is the folder of the service.'),
  target: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'must be the name of a stage').optional(),
  args: z.record(z.string().regex(variableName, 'must be the name of a variable'), z.string().max(4_000)).optional(),
  template: z.string().regex(label, 'must be the name of a template').optional(),
  image: z.string().max(500).regex(/^[a-z0-9][\w./:@-]{0,499}$/, 'must be an image reference').optional().describe('An image to run instead of building one.'),
  command: z.string().min(1).max(2_000).optional().describe('The command that prepares the service, such as a compiler.'),
}) // biome-ignore format: one key a line

const environmentValue = z.union([z.string().max(8_000), z.number(), z.boolean(), z.null(), z.strictObject({ required: z.boolean() })])
const dependsOn = z.union([
  z.array(serviceName).max(50),
  z.record(serviceName, z.strictObject({ kind: z.enum(['requires', 'optional', 'conflicts']) })),
])

const service = z.strictObject({
  path: relativePath.optional(),
  type: z.enum(serviceTypes).optional(),
  port: port.optional().describe('The port that it listens on inside its container.'),
  start: command.optional().describe('The command that starts it.'),
  build: build.optional(),
  env: z
    .record(z.string().regex(variableName, 'must be the name of a variable'), environmentValue)
    .optional()
    .describe('Variables: a value, or null or `{required: true}` for one that a secret must fill.'),
  health: health.optional().describe('A path to ask, `{path, port}`, `{tcp}`, `{command}`, or false for no check.'),
  resources: z.strictObject({ memory: memory.optional(), cpu: cpu.optional() }).optional(),
  replicas: z.int().min(0).max(100).optional().describe('How many copies run. Default is 1.'),
  domains: z.array(domain).max(50).optional(),
  depends_on: dependsOn.optional(),
  ignore: z
    .union([z.literal(true), globs])
    .optional()
    .describe('true: not a service. Globs: files of its folder that neither enter its build nor count as a change.'),
})

export const declarationSchema = z
  .strictObject({
    services: z.record(serviceName, service).optional().describe('Corrects or adds services by name.'),
    ignore: globs.optional().describe('Folders and files that hold no service.'),
    environments: z
      .record(environmentName, z.strictObject({ branch: z.string().min(1).max(255) }))
      .optional()
      .describe('Environments by name and the branch each follows. The default branch is production.'),
    previews: z
      .strictObject({
        enabled: z.boolean().optional().describe('Whether pull requests get previews. Default is true.'),
        ttl: duration.optional().describe('How long an untouched preview stays. Default is 72h.'),
        max: z.int().min(0).max(100).optional().describe('How many may run at once. Default is 10.'),
        secrets: z
          .array(z.string().regex(variableName, 'must be the name of a secret'))
          .max(100)
          .optional()
          .describe('Secrets that previews may read. Default is none.'),
      })
      .optional(),
    commit_back: z
      .enum(['pull_request', 'direct', 'off'])
      .optional()
      .describe('How compose.kyozo.yaml is committed. Default is pull_request.'),
    backing: z.enum(['auto', 'off']).optional().describe('Whether databases that the code evidently needs are added. Default is auto.'),
  })
  .meta({ title: 'kyozo.yaml', description: 'What a repository tells kyozo about itself.' })

export type Declaration = z.infer<typeof declarationSchema>
export type DeclaredService = NonNullable<Declaration['services']>[string]

/** The JSON Schema that `kyozo schema` prints, for editors. */
export function declarationJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(declarationSchema, { io: 'input' }) }
}
