// `kyozo secrets`: names and versions. A value goes in and never comes out.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { readConfig } from '../config.ts'
import { KyozoError } from '../errors.ts'
import { addKey } from '../secrets/keys.ts'
import { readHidden } from './ask.ts'
import { coloured, printable, printDocument, table } from './print.ts'
import { bodyOf } from './server/body.ts'
import { relatedId } from './server/follow-operation.ts'
import { type EnvironmentPlace, filtered, findEnvironment, findWorkspace, nameOf } from './server/places.ts'
import { type JsonApiResource, openServer, type Server, type ServerOptions, withServer } from './server/server.ts'

interface ScopeOptions extends ServerOptions {
  readonly in?: string
  readonly service?: string
  readonly json?: boolean
}

export function secretsCommand(): Command {
  const secrets = new Command('secrets').description('variables that are stored sealed and never shown')
  for (const command of [listCommand(), setCommand(), unsetCommand(), rotateCommand()]) secrets.addCommand(command)
  return secrets
}

function scoped(command: Command): Command {
  return withServer(
    command
      .option(
        '--in <workspace/environment>',
        'where; a workspace alone is all of its environments. Default is the repository of the current folder',
      )
      .option('--service <name>', 'only this service')
      .option('--json', 'print one JSON document'),
  )
}

function listCommand(): Command {
  return scoped(new Command('list').description('names and versions')).action(async (options: ScopeOptions) => {
    const server = await openServer(options)
    const place = await scopeOf(server, options.in)
    const { resources, included } = await server.list(
      `/api/v1/secrets?include=environment,updated_by&page[size]=200${filtered('workspace', place.workspace.id)}`,
    )
    const shown = resources.filter(
      (secret) =>
        (place.environment === undefined || [undefined, place.environment.id].includes(relatedId(secret, 'environment'))) &&
        (options.service === undefined || [null, options.service].includes(secret.attributes.service as string | null)),
    )
    if (options.json) return printDocument({ schemaVersion: 1, secrets: shown })
    const rows = shown.map((secret) => {
      const { name, service, version, updated_at: at, is_made: isMade } = secret.attributes
      const environment = included.get(`environments ${relatedId(secret, 'environment')}`)?.attributes.name
      const by = isMade ? 'kyozo' : (included.get(`users ${relatedId(secret, 'updated_by')}`)?.attributes.name ?? '')
      return [name, environment ?? 'all', service ?? 'all', version, String(at).slice(0, 16).replace('T', ' '), by].map(String)
    })
    process.stdout.write(
      coloured(table([['name', 'environment', 'service', 'version', 'set', 'by'], ...rows.map((row) => row.map(printable))])),
    )
  })
}

function setCommand(): Command {
  return scoped(
    new Command('set')
      .description('set a secret; its value is read from standard input, or asked for without showing it')
      .argument('<name>', 'the variable'),
  ).action(async (name: string, options: ScopeOptions) => {
    const server = await openServer(options)
    const place = await scopeOf(server, options.in)
    const known = await findSecret(server, place, { name, service: options.service })
    const value = await readHidden(`value of ${name}`)
    const to = `set ${name} in ${labelOf(place)}`
    const document = await server.send(
      known === undefined
        ? { method: 'POST', path: '/api/v1/secrets', to, body: newSecret(place, { name, value, service: options.service }) }
        : { method: 'PATCH', path: `/api/v1/secrets/${known.id}`, to, body: bodyOf('secrets', { id: known.id, attributes: { value } }) },
    )
    const version = secretIn(document)?.attributes.version ?? Number(known?.attributes.version ?? 0) + 1
    if (options.json) printDocument({ schemaVersion: 1, name, version, scope: labelOf(place), service: options.service ?? null })
    else
      process.stdout.write(
        `${name} is set in ${labelOf(place)}${options.service === undefined ? '' : ` for ${options.service}`}, version ${version}\n`,
      )
  })
}

function unsetCommand(): Command {
  return scoped(new Command('unset').description('remove a secret').argument('<name>', 'the variable')).action(
    async (name: string, options: ScopeOptions) => {
      const server = await openServer(options)
      const place = await scopeOf(server, options.in)
      const known = await findSecret(server, place, { name, service: options.service })
      if (known === undefined)
        throw new KyozoError(
          'not_found',
          `${labelOf(place)} has no secret ${name}${options.service ? ` for ${options.service}` : ''} of its own`,
          {
            hint: 'kyozo secrets list shows what there is, and where',
          },
        )
      await server.send({ method: 'DELETE', path: `/api/v1/secrets/${known.id}`, to: `remove ${name} from ${labelOf(place)}` })
      if (options.json) printDocument({ schemaVersion: 1, name, scope: labelOf(place), service: options.service ?? null })
      else process.stdout.write(`${name} is removed from ${labelOf(place)}\n`)
    },
  )
}

function rotateCommand(): Command {
  return new Command('rotate-key')
    .description(
      'on the machine of kyozo: make a new key; kyozo seals everything with it from its next start on, and still opens what older ones sealed',
    )
    .action(async () => {
      const { dataDir, secretKey } = readConfig(process.env)
      if (secretKey !== undefined)
        throw new KyozoError('config_invalid', 'the key is KYOZO_SECRET_KEY, which only the environment can change', {
          hint: 'put the old one into KYOZO_OLD_SECRET_KEYS and a new one, of openssl rand -hex 32, into KYOZO_SECRET_KEY, then start kyozo again',
        })
      const file = path.join(dataDir, 'secret.key')
      if (!existsSync(file))
        throw new KyozoError('not_found', `${file} does not exist: no kyozo has run there`, {
          hint: 'run this on the machine of kyozo, with the KYOZO_DATA_DIR that it is started with',
        })
      await addKey(dataDir)
      process.stdout.write(`A new key is the first line of ${file}\n`)
      process.stderr.write(
        'Start kyozo again. Its log says when nothing is sealed with an older key any more; then the other lines can go.\n',
      )
    })
}

type Scope = Pick<EnvironmentPlace, 'workspace'> & Partial<Pick<EnvironmentPlace, 'environment'>>

/** A workspace alone is all of its environments, unlike where something runs. */
async function scopeOf(server: Server, name: string | undefined): Promise<Scope> {
  if (name?.includes('/')) return findEnvironment(server, name)
  return { workspace: await findWorkspace(server, name) }
}

function labelOf({ workspace, environment }: Scope): string {
  return environment === undefined ? nameOf(workspace) : `${nameOf(workspace)}/${nameOf(environment)}`
}

async function findSecret(
  server: Server,
  { workspace, environment }: Scope,
  { name, service }: { readonly name: string; readonly service: string | undefined },
): Promise<JsonApiResource | undefined> {
  const { resources } = await server.list(`/api/v1/secrets?page[size]=200${filtered('workspace', workspace.id)}${filtered('name', name)}`)
  return resources.find(
    (secret) => relatedId(secret, 'environment') === environment?.id && (secret.attributes.service ?? undefined) === service,
  )
}

function newSecret(
  { workspace, environment }: Scope,
  { name, value, service }: { readonly name: string; readonly value: string; readonly service: string | undefined },
): object {
  return bodyOf('secrets', { attributes: { name, value, service }, relationships: { workspace, environment } })
}

function secretIn(document: { readonly data: unknown } | undefined): JsonApiResource | undefined {
  const resource = document?.data as JsonApiResource | undefined
  return resource?.type === 'secrets' ? resource : undefined
}
