// Connections to Git hosts. What lets kyozo in is sealed at once and never shown; the webhook's secret is shown once, so that it can be given to the host.
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { KyozoError, type Problem } from '../../errors.ts'
import { apiUrlProblem } from '../../forge/api-url.ts'
import { privateKeyProblem } from '../../forge/github/private-key.ts'
import { type ForgeName, forgeNames, forges } from '../../forge/index.ts'
import { isOwnName } from '../../forge/own-connections.ts'
import { newId } from '../../ids.ts'
import { recordAudit } from '../../store/audit.ts'
import type { Executor } from '../../store/database.ts'
import {
  addConnection,
  changeConnection,
  connectionPlaces,
  holdConnection,
  removeConnection,
  type StoredConnection,
  workspacesOf,
} from '../../store/forge-connections.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { Change, Creation, Removal, WriteRequest } from '../resources/resource.ts'

const line = (limit: number) =>
  z
    .string()
    .max(limit, { error: `must be at most ${limit} characters` })
    .regex(/^[\x21-\x7e]+$/, { error: 'must be one line without blanks' })

const changeable = {
  api_url: z.string().optional(),
  token: line(1_000).optional(),
  app_id: z
    .string()
    .regex(/^\d{1,20}$/, { error: 'must be the number of the app' })
    .optional(),
  private_key: z.string().optional(),
  webhook_secret: line(200).min(16, { error: 'must be at least 16 characters, or be left out so that kyozo makes one' }).optional(),
  connects_repositories: z.boolean({ error: 'must be true or false' }).optional(),
}

export const createForgeConnection: Creation = {
  right: 'forge_connections.create',
  description: 'Connects an account at a Git host, by a token or as an app. The secret of its webhook is shown in this answer only.',
  once: { webhook_secret: z.string(), webhook_url: z.string() },
  attributes: {
    forge: z.enum(forgeNames, { error: `must be one of ${forgeNames.join(', ')}` }),
    name: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, { error: 'must be 1 to 40 lower-case letters, digits and hyphens' })
      .refine((name) => !isOwnName(name), { error: `is kept for the operator's own connections` }),
    ...changeable,
  },
  async run(context, request) {
    const said = await read(context, request)
    const { forge, name } = request.attributes as { forge: StoredConnection['forge']; name: string }
    const apiUrl = said.api_url ?? forges[forge as ForgeName].usualApiUrl
    if (apiUrl === undefined) throw problem('api_url', `is missing: everybody runs ${forge} for themselves, so kyozo has to be told where`)
    const id = newId()
    const webhookSecret = said.webhook_secret ?? randomBytes(32).toString('base64url')
    return context.db.transaction().execute(async (trx) => {
      const added = await addConnection(trx, {
        id,
        forge,
        name,
        teamId: request.viewer.teamId,
        apiUrl,
        webhookSecret: context.vault.seal(connectionPlaces(id).webhookSecret, webhookSecret),
        ...credentialsOf(context, id, said),
        connectsRepositories: said.connects_repositories ?? true,
        createdById: request.viewer.userId,
        lastError: null,
      })
      if (!added) throw new KyozoError('conflict', `the name ${name} is taken`, { hint: 'choose another name' })
      await audit(context, { trx, request, action: 'create', connection: { id, name }, said })
      return { kind: 'row', id, once: { webhook_secret: webhookSecret, webhook_url: `${context.baseUrl}/webhooks/${forge}/${name}` } }
    })
  },
}

export const updateForgeConnection: Change = {
  right: 'forge_connections.update',
  description: 'Changes how kyozo is let in, or the secret that deliveries are signed with. What is not named stays.',
  attributes: changeable,
  async run(context, request) {
    const said = await read(context, request)
    return context.db.transaction().execute(async (trx) => {
      const connection = await own(trx, request)
      const { id } = connection
      const given = credentialsOf(context, id, said)
      await changeConnection(trx, id, {
        ...(said.api_url === undefined ? {} : { apiUrl: said.api_url }),
        ...(given.credentials === null ? {} : given),
        ...(said.webhook_secret === undefined
          ? {}
          : { webhookSecret: context.vault.seal(connectionPlaces(id).webhookSecret, said.webhook_secret) }),
        ...(said.connects_repositories === undefined ? {} : { connectsRepositories: said.connects_repositories }),
      })
      await audit(context, { trx, request, action: 'update', connection, said })
      return { kind: 'done' }
    })
  },
}

export const deleteForgeConnection: Removal = {
  right: 'forge_connections.delete',
  description: 'Removes a connection that no workspace is fetched by.',
  run(context, request) {
    return context.db.transaction().execute(async (trx) => {
      const connection = await own(trx, request)
      const used = await workspacesOf(trx, connection)
      if (used.length > 0)
        throw new KyozoError('conflict', `${connection.name} is what ${used.join(', ')} is fetched by`, {
          hint: 'delete those workspaces first',
        })
      await removeConnection(trx, connection.id)
      await audit(context, { trx, request, action: 'delete', connection, said: {} })
      return { kind: 'done' }
    })
  },
}

type Said = { readonly [Name in keyof typeof changeable]?: z.infer<(typeof changeable)[Name]> }

/** Throws `invalid` with everything that is wrong; a name is only looked up outside of the transaction. */
async function read({ allowsPrivateForges = false }: ActionContext, { attributes }: Pick<WriteRequest, 'attributes'>): Promise<Said> {
  const said = attributes as Said
  const { token, app_id, private_key, api_url } = said
  const wrong = {
    api_url: api_url === undefined ? undefined : await apiUrlProblem(api_url, { allowsPrivate: allowsPrivateForges }),
    private_key: private_key === undefined ? undefined : privateKeyProblem(private_key),
    app_id: (app_id === undefined) !== (private_key === undefined) ? 'and private_key belong together: an app needs both' : undefined,
    token: token !== undefined && app_id !== undefined ? 'and app_id exclude each other: kyozo is let in by one of them' : undefined,
  }
  const problems = Object.entries(wrong).flatMap(([name, rule]) => (rule === undefined ? [] : [problemAt(name, rule)]))
  const [first] = problems
  if (first !== undefined) throw new KyozoError('invalid', first.message, { problems })
  return api_url === undefined ? said : { ...said, api_url: api_url.replace(/\/+$/, '') }
}

function credentialsOf(
  { vault }: ActionContext,
  id: string,
  { token, app_id, private_key }: Said,
): { credentials: Buffer | null; appId: string | null } {
  const seal = (credential: unknown) => vault.seal(connectionPlaces(id).credentials, JSON.stringify(credential))
  if (private_key !== undefined)
    return { credentials: seal({ kind: 'app', privateKey: private_key.replaceAll('\r\n', '\n') }), appId: app_id ?? null }
  return { credentials: token === undefined ? null : seal({ kind: 'token', token }), appId: null }
}

function problemAt(name: string, rule: string): Problem {
  return { source: { pointer: `/data/attributes/${name}` }, message: `${name} ${rule}` }
}

function problem(name: string, rule: string): KyozoError {
  const told = problemAt(name, rule)
  return new KyozoError('invalid', told.message, { problems: [told] })
}

async function own(
  trx: Executor,
  { viewer, row }: Pick<WriteRequest, 'viewer'> & { readonly row: { readonly id?: unknown } },
): Promise<StoredConnection> {
  const connection = await holdConnection(trx, viewer, String(row.id))
  if (connection === undefined) throw new KyozoError('not_found', 'there is no resource of type forge_connections with this id')
  return connection
}

interface Audited {
  readonly trx: Executor
  readonly request: Pick<WriteRequest, 'viewer'>
  readonly action: 'create' | 'update' | 'delete'
  readonly connection: Pick<StoredConnection, 'id' | 'name'>
  readonly said: Said
}

/** What was given by name; of what is no secret the value too. */
async function audit({ ipAddress }: ActionContext, { trx, request, action, connection, said }: Audited): Promise<void> {
  const { api_url, app_id, connects_repositories } = said
  await recordAudit(trx, request.viewer, {
    action: `forge_connections.${action}`,
    subjectType: 'forge_connections',
    subjectId: connection.id,
    subjectName: connection.name,
    details: { given: Object.keys(said).sort(), api_url, app_id, connects_repositories },
    ipAddress,
  })
}
