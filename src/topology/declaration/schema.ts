// kyozo.yaml as a closed schema. Every key is optional; whatever it says outweighs every guess (precedence.ts).
import { z } from 'zod'
import { serviceTypes } from '../topology.ts'
import {
  closed, command, cpu, domain, duration, environmentName, failuresInARow, frameworkName, globs, grpcService, healthInterval, healthTimeout, httpPath, imageName,
  lineOrNone, memory, none, oneOf, packageManagerName,
  port, portOrNone, relativePath, secretName, serviceName, stageName, templateName, variableName, version, words,
} from './values.ts' // biome-ignore format: a list

const pace = {
  interval: healthInterval.optional().describe('How often it is asked while it runs: 1s to 1h. Default is 30s.'),
  timeout: healthTimeout.optional().describe('How long one answer may take: 1s to 60s. Default is 5s.'),
  retries: failuresInARow.optional().describe('So many failures in a row make it unhealthy. Default is 3.'),
}
const health = z.union(
  [
    httpPath,
    z.literal(false),
    none,
    z.literal('docker'),
    closed({ path: httpPath, port: port.optional(), ...pace }),
    closed({ tcp: port, ...pace }),
    closed({
      grpc: port,
      service: grpcService.optional().describe('The name that is asked about. Default is the server as a whole.'),
      ...pace,
    }),
    closed({ command: words, ...pace }),
    closed({ docker: z.literal(true), ...pace }),
  ],
  {
    error:
      'must be a path such as /healthz, {path: /healthz, port: 8081}, {tcp: 8080}, {grpc: 50051}, {command: [./check]}, docker, or none; all but none take interval: 1s to 1h, timeout: 1s to 60s and retries: 1 to 10 inside the braces',
  },
)

const build = closed(
  {
    dockerfile: relativePath.optional().describe('The Dockerfile, from the root of the repository.'),
    context: relativePath.optional().describe('The folder that the build sees. Default is the folder of the service.'),
    target: stageName.optional().describe('The stage of the Dockerfile that is built. Default is the last.'),
    args: z
      .record(variableName, z.string({ error: 'must be text; a number or true needs quotes' }).max(4_000), { error: 'must be a map of names and texts' })
      .optional()
      .describe('Build arguments of the Dockerfile.'),
    template: templateName.optional().describe("A template of kyozo's to build it by, whatever Dockerfile is there."),
    image: imageName.optional().describe('An image to run instead of building one.'),
    command: lineOrNone.optional().describe('The command that prepares the service, such as a compiler; or none.'),
    output: relativePath.optional().describe("The folder that a static site's build leaves its files in, from the service's folder."),
  },
  '{dockerfile: api/Dockerfile}',
) // biome-ignore format: one key a line

const environmentValue = z.union(
  [
    z.string().max(32_768, { error: 'must be at most 32768 characters' }),
    z.number(),
    z.boolean(),
    z.null(),
    closed({ required: z.boolean({ error: 'must be true or false' }) }),
  ],
  { error: 'must be text, a number, true, false, null or {required: true}' },
)

export const dependencyKinds = ['requires', 'optional', 'conflicts', 'none'] as const
const dependencyKind = oneOf(dependencyKinds)
const dependsOn = z.union(
  [
    none,
    z.array(serviceName, { error: 'must be a list of names' }).max(50, { error: 'must be a list of at most 50 names' }),
    z.record(serviceName, z.union([dependencyKind, closed({ kind: dependencyKind })], { error: `must be one of ${dependencyKinds.join(', ')}` })),
  ],
  { error: 'must be a list of names such as [web, postgres], a map such as {postgres: none, cache: optional}, or none' },
) // biome-ignore format: one variant a line

const processes = z.union(
  [
    none,
    z.record(
      z.string().regex(/^[A-Za-z0-9_-]{1,60}$/, { error: 'must be letters, digits, dashes and underscores, at most 60' }),
      lineOrNone,
    ),
  ],
  { error: 'must be a map of names and commands such as {worker: "node worker.js"}, or none' },
)

const service = closed(
  {
    path: relativePath.optional(),
    type: oneOf(serviceTypes).optional().describe('What it is written in, or what it is.'),
    framework: frameworkName.optional().describe('Its framework, or none.'),
    version: version.optional().describe("The language's version, such as 22 or \"3.12\" (in quotes); or none for the template's own."),
    package_manager: packageManagerName.optional().describe('What installs its packages, such as pnpm or poetry.'),
    port: portOrNone.optional().describe('The port that it listens on inside its container, or none.'),
    start: command.optional().describe("The command that starts it. none: the image's own."),
    install: lineOrNone.optional().describe('The command that installs its packages, or none.'),
    processes: processes.optional().describe('Its processes by name: a command, or none for one that is no process.'),
    build: build.optional(),
    env: z
      .record(variableName, environmentValue, { error: 'must be a map such as {LOG_LEVEL: info}' })
      .optional()
      .describe('Variables: a value, or null or `{required: true}` for one that a secret must fill.'),
    health: health
      .optional()
      .describe("A path to ask, `{path, port}`, `{tcp}`, `{grpc, service}`, `{command}`, docker for the image's own HEALTHCHECK, or none (or false) for no check."),
    resources: closed({ memory: memory.optional(), cpu: cpu.optional() }, '{memory: 512Mi, cpu: 0.5}').optional(),
    replicas: z
      .int({ error: 'must be a whole number from 0 to 100' })
      .min(0, { error: 'must be a whole number from 0 to 100' })
      .max(100, { error: 'must be a whole number from 0 to 100' })
      .optional()
      .describe('How many copies run. Default is 1.'),
    domains: z.array(domain, { error: 'must be a list of host names' }).max(50, { error: 'must be at most 50' }).optional(),
    depends_on: dependsOn
      .optional()
      .describe(
        'Whom it needs: a list adds to what is found; a map corrects one by one (requires, optional, conflicts, none); none or [] says that it needs nobody.',
      ),
    ignore: z
      .union([z.literal(true), globs], { error: 'must be true for what is no service, or a list of globs such as ["*.md"]' })
      .optional()
      .describe('true: not a service. Globs: files of its folder that neither enter its build nor count as a change.'),
  },
  '{port: 3000}',
) // biome-ignore format: one key a line

const backing = z.union(
  [
    oneOf(['auto', 'off']),
    z.record(z.string().max(100), oneOf(['auto', 'off'])),
  ],
  { error: 'must be auto, off, or a map such as {postgres: off}' },
) // biome-ignore format: one variant a line

const seed = z.union(
  [
    closed({ dump: relativePath.describe('A file of the same branch: .sql or .sql.gz, or .js for MongoDB.') }, '{dump: db/seed.sql}'),
    closed(
      {
        template: environmentName.describe(
          'The environment of a branch whose service of the same name is copied as it runs. Forks get no copy.',
        ),
      },
      '{template: staging}',
    ),
  ],
  { error: 'must be {dump: db/seed.sql} or {template: staging}' },
)

const previews = closed({
  enabled: z.boolean({ error: 'must be true or false' }).optional().describe('Whether pull requests get previews. Default is true.'),
  ttl: duration.optional().describe('How long an untouched preview stays. Default is 72h.'),
  max: z
    .int({ error: 'must be a whole number from 0 to 100' })
    .min(0, { error: 'must be a whole number from 0 to 100' })
    .max(100, { error: 'must be a whole number from 0 to 100' })
    .optional()
    .describe('How many may run at once. Default is 10.'),
  drafts: z.boolean({ error: 'must be true or false' }).optional().describe('Whether drafts get previews too. Default is true.'),
  secrets: z
    .union([z.array(secretName).max(100), oneOf(['none', 'all', 'allow-forks'])], {
      error: 'must be a list of at most 100 names of secrets, none, all, or allow-forks',
    })
    .optional()
    .describe(
      'Secrets of the workspace that previews may read: those named, none (the default), all, or allow-forks: all, and previews of approved forks read them too.',
    ),
  share: oneOf(['none', 'baseline'])
    .optional()
    .describe(
      'baseline: services that a pull request does not affect are served from production, or from the environment of its base branch; data never is. Default is none: a preview has all of its own.',
    ),
  seed: z
    .record(serviceName, seed, { error: 'must be a map such as {postgres: {dump: db/seed.sql}}' })
    .optional()
    .describe('What databases of a preview begin with when their volume is new, by service. Default is nothing.'),
  resources: closed({ memory: memory.optional(), cpu: cpu.optional() }, '{memory: 512Mi, cpu: 0.5}')
    .optional()
    .describe('The most that one service of a preview gets. Default is 512Mi and 0.5.'),
})

const secretsFile = closed(
  {
    file: relativePath.describe(
      'The encrypted file, from the root of the repository: .yaml, .json or .env by SOPS, or .age for a dotenv file.',
    ),
    service: serviceName
      .optional()
      .describe('The one service that it is for. Default is every service that reads a variable of such a name.'),
  },
  '{file: secrets.enc.yaml}',
)

export const declarationSchema = closed({
  services: z
    .record(serviceName, service, { error: 'must be a map of services by name, such as {api: {port: 3000}}' })
    .optional()
    .describe('Corrects or adds services by name.'),
  ignore: globs.optional().describe('Folders and files that hold no service.'),
  environments: z
    .record(environmentName, closed({ branch: z.string({ error: 'must be the name of a branch' }).min(1, { error: 'must be the name of a branch' }).max(255) }, '{branch: develop}'), {
      error: 'must be a map of environments by name, such as {staging: {branch: develop}}',
    })
    .optional()
    .describe('Environments by name and the branch each follows. The default branch is production.'),
  secrets: z
    .array(secretsFile, { error: 'must be a list such as [{file: secrets.enc.yaml}]' })
    .max(20, { error: 'must be at most 20' })
    .optional()
    .describe('Files of the repository that hold secrets, encrypted to an age key by SOPS or age itself.'),
  previews: previews.optional(),
  commit_back: oneOf(['pull_request', 'direct', 'off']).optional().describe('How compose.kyozo.yaml is committed. Default is pull_request.'),
  backing: backing
    .optional()
    .describe(
      'Whether databases that the code evidently needs are added: auto (the default), off, or off for some by kind or name. One that is off runs elsewhere; whoever needs it is still told its variable.',
    ),
}).meta({ title: 'kyozo.yaml', description: 'What a repository tells kyozo about itself.' }) // biome-ignore format: one key a line

export type Declaration = z.infer<typeof declarationSchema>
export type DeclaredService = NonNullable<Declaration['services']>[string]

/** The JSON Schema that `kyozo schema` prints, for editors. */
export function declarationJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(declarationSchema, { io: 'input' }) }
}
