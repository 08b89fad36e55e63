// `kyozo tokens`: tokens for programs. The token itself is printed once, when it is made.
import { Command, InvalidArgumentError, Option } from 'commander'
import { KyozoError } from '../errors.ts'
import { coloured, printable, printDocument, table } from './print.ts'
import { bodyOf } from './server/body.ts'
import { relatedId } from './server/follow-operation.ts'
import { type JsonApiResource, openServer, type Server, type ServerOptions, withServer } from './server/server.ts'

const scopes = ['read', 'deploy', 'configure', 'admin'] as const

export function tokensCommand(): Command {
  const tokens = new Command('tokens').description('tokens for programs')
  for (const command of [listCommand(), createCommand(), revokeCommand()]) tokens.addCommand(command)
  return tokens
}

function listCommand(): Command {
  const command = new Command('list')
    .description('the tokens there are, without the tokens themselves')
    .option('--json', 'print one JSON document')
  return withServer(command).action(async (options: ServerOptions & { readonly json?: boolean }) => {
    const { resources, included } = await listTokens(await openServer(options))
    if (options.json) return printDocument({ schemaVersion: 1, tokens: resources })
    const rows = resources.map((token) => {
      const { name, start, scopes: allowed, last_used_at: used, expires_at: until, enabled } = token.attributes
      const whose = included.get(`users ${relatedId(token, 'user')}`)?.attributes.name ?? ''
      const end = enabled ? (until === null ? 'for good' : `until ${dayOf(until)}`) : 'revoked'
      return [
        name ?? '',
        `${start ?? ''}…`,
        whose,
        (allowed as readonly string[]).join(','),
        end,
        used === null ? 'never' : dayOf(used),
      ].map(String)
    })
    process.stdout.write(
      coloured(table([['name', 'begins', 'whose', 'for', 'accepted', 'used'], ...rows.map((row) => row.map(printable))])),
    )
  })
}

interface CreateOptions extends ServerOptions {
  readonly scope: readonly string[]
  readonly days?: number
  readonly json?: boolean
}

function createCommand(): Command {
  const command = new Command('create')
    .description('make a token and print it on standard output, this one time')
    .argument('<name>', 'what it is for')
    .addOption(new Option('--scope <scope...>', 'what it may be used for').choices(scopes).default(['read'], 'read'))
    .option('--days <count>', 'after how many days it ends; default is never, or with the token that makes it', daysIn)
    .option('--json', 'print one JSON document')
  return withServer(command).action(async (name: string, options: CreateOptions) => {
    const server = await openServer(options)
    const expiresAt = options.days === undefined ? undefined : new Date(Date.now() + options.days * 86_400_000).toISOString()
    const body = bodyOf('api_tokens', { attributes: { name, scopes: options.scope, expires_at: expiresAt } })
    const made = (await server.send({ method: 'POST', path: '/api/v1/api_tokens', to: `make the token ${name}`, body }))!
      .data as JsonApiResource
    if (options.json) return printDocument({ schemaVersion: 1, id: made.id, ...made.attributes })
    const { expires_at: end } = made.attributes
    process.stderr.write(`This is the one time that the token is shown.${end === null ? '' : ` It is accepted until ${dayOf(end)}.`}\n`)
    process.stdout.write(`${String(made.attributes.token)}\n`)
  })
}

function revokeCommand(): Command {
  const command = new Command('revoke')
    .description('end a token at once')
    .argument('<token>', 'its name, its first characters or its id')
    .option('--json', 'print one JSON document')
  return withServer(command).action(async (asked: string, options: ServerOptions & { readonly json?: boolean }) => {
    const server = await openServer(options)
    const token = await findToken(server, asked)
    const name = String(token.attributes.name ?? token.id)
    await server.send({ method: 'DELETE', path: `/api/v1/api_tokens/${token.id}`, to: `revoke ${name}` })
    if (options.json) printDocument({ schemaVersion: 1, id: token.id, name })
    else process.stdout.write(`${printable(name)} is revoked\n`)
  })
}

function listTokens(server: Server) {
  return server.list('/api/v1/api_tokens?include=user&page[size]=200')
}

async function findToken(server: Server, asked: string): Promise<JsonApiResource> {
  const { resources } = await listTokens(server)
  const found = resources.filter(
    ({ id, attributes: { name, start } }) =>
      id === asked || name === asked || (typeof start === 'string' && start !== '' && asked.startsWith(start)),
  )
  if (found.length === 1) return found[0]!
  if (found.length === 0)
    throw new KyozoError('not_found', `there is no token ${asked.slice(0, 60)}`, { hint: 'kyozo tokens list shows them' })
  throw new KyozoError('bad_request', `${found.length} tokens are called ${asked}: ${found.map(({ id }) => id).join(', ')}`, {
    hint: 'name one by its id',
  })
}

function dayOf(time: unknown): string {
  return String(time).slice(0, 10)
}

function daysIn(text: string): number {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > 3_650) throw new InvalidArgumentError('It is a whole number of days from 1 to 3650.')
  return days
}
