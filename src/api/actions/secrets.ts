// Secrets are written and never read: a value goes into the vault, and what comes out of here is its name and version.
import { z } from 'zod'
import { KyozoError, type Problem } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { releaseSettings } from '../../pipeline/release-settings.ts'
import { ageKeyName, nameProblem, valueProblem } from '../../secrets/names.ts'
import { recordAudit } from '../../store/audit.ts'
import type { Executor } from '../../store/database.ts'
import { addSecret, countSecrets, holdSecret, placeOf, removeSecret, replaceSecret, type StoredSecret } from '../../store/secrets.ts'
import { holdWorkspace } from '../../store/workspaces.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { Change, Creation, Removal, WriteRequest } from '../resources/resource.ts'

/** More are no configuration any more; every one is opened for each release. */
const secretsLimit = 500

const name = z.string().superRefine((text, check) => refuse(nameProblem(text), check))
const value = z.string().superRefine((text, check) => refuse(valueProblem(text), check))
const service = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, { error: 'must be the name of a service, such as api' })

function refuse(message: string | undefined, check: z.RefinementCtx): void {
  if (message !== undefined) check.addIssue({ code: 'custom', message })
}

export const createSecret: Creation = {
  right: 'secrets.create',
  description: 'Sets a secret of a workspace, of one of its environments, or of a service. The value is never shown again.',
  attributes: { name, value, service: service.nullish() },
  relationships: { workspace: { type: 'workspaces', isRequired: true }, environment: { type: 'environments', isRequired: false } },
  subject: ({ related }) => ({ workspaceId: String(related.workspace!.id) }),
  run(context, request) {
    return context.db.transaction().execute(async (trx) => {
      const id = newId()
      const secret = { id, ...scopeOf(request), name: request.attributes.name as string }
      await assertRoom(trx, secret.workspaceId)
      const ciphertext = context.vault.seal(placeOf(secret), request.attributes.value as string)
      const row = { ...secret, teamId: request.viewer.teamId, ciphertext, keyId: context.vault.keyId, createdById: request.viewer.userId }
      if (!(await addSecret(trx, row)))
        throw new KyozoError('conflict', `${secret.name} is set there already`, { hint: 'PATCH the secret to give it another value' })
      await follow(context, { trx, request, action: 'create', secret: { ...secret, version: 1 } })
      return { kind: 'row', id }
    })
  },
}

export const updateSecret: Change = {
  right: 'secrets.update',
  description: 'Gives a secret another value. Its version counts up, and the services that get it are released once more.',
  attributes: { value },
  run(context, request) {
    return context.db.transaction().execute(async (trx) => {
      const secret = await ownSecret(trx, request)
      const ciphertext = context.vault.seal(placeOf(secret), request.attributes.value as string)
      const change = { ciphertext, keyId: context.vault.keyId, updatedById: request.viewer.userId }
      const version = (await replaceSecret(trx, secret.id, change))!
      await follow(context, { trx, request, action: 'update', secret: { ...secret, version } })
      return { kind: 'done' }
    })
  },
}

export const deleteSecret: Removal = {
  right: 'secrets.delete',
  description: 'Removes a secret. The services that got it are released once more without it.',
  run(context, request) {
    return context.db.transaction().execute(async (trx) => {
      const secret = await ownSecret(trx, request)
      await removeSecret(trx, secret.id)
      await follow(context, { trx, request, action: 'delete', secret })
      return { kind: 'done' }
    })
  },
}

type Scope = Pick<StoredSecret, 'workspaceId' | 'environmentId' | 'service'>

function scopeOf({ attributes, related }: WriteRequest): Scope {
  const { workspace, environment } = related
  const workspaceId = String(workspace!.id)
  if (environment !== undefined && environment.workspaceId !== workspaceId)
    throw problem('/data/relationships/environment', 'environment must be one of the workspace that is given')
  const service = (attributes.service as string | null | undefined) ?? null
  if (attributes.name === ageKeyName && service !== null)
    throw problem(
      '/data/attributes/service',
      `${ageKeyName} opens encrypted files and is for no service; set it for the workspace or environment`,
    )
  return { workspaceId, environmentId: environment === undefined ? null : String(environment.id), service }
}

function problem(pointer: string, message: string): KyozoError {
  const problems: Problem[] = [{ source: { pointer }, message }]
  return new KyozoError('invalid', message, { problems })
}

/** One after the other counts, so that many at once do not go past the limit. */
async function assertRoom(trx: Executor, workspaceId: string): Promise<void> {
  await holdWorkspace(trx, workspaceId)
  if ((await countSecrets(trx, workspaceId)) < secretsLimit) return
  throw new KyozoError('quota_exceeded', `the workspace has ${secretsLimit} secrets, and no more are kept`, {
    hint: 'remove some that nothing reads',
  })
}

async function ownSecret(
  trx: Executor,
  { viewer, row }: Pick<WriteRequest, 'viewer'> & { readonly row: { readonly id?: unknown } },
): Promise<StoredSecret> {
  const secret = await holdSecret(trx, viewer, String(row.id))
  if (secret === undefined) throw new KyozoError('not_found', 'there is no resource of type secrets with this id')
  if (!secret.isMade) return secret
  throw new KyozoError('state_conflict', `kyozo made ${secret.name}, and what it was made for keeps the value that it was created with`, {
    hint: 'set a secret by the name of the variable that the service reads; it wins over what kyozo makes',
  })
}

interface Followed {
  readonly trx: Executor
  readonly request: Pick<WriteRequest, 'viewer'>
  readonly action: 'create' | 'update' | 'delete'
  readonly secret: Pick<StoredSecret, 'id' | 'workspaceId' | 'environmentId' | 'service' | 'name' | 'version'>
}

async function follow({ queue, ipAddress }: ActionContext, { trx, request, action, secret }: Followed): Promise<void> {
  const { viewer } = request
  const { id, workspaceId, environmentId, service, version } = secret
  await recordAudit(trx, viewer, {
    action: `secrets.${action}`,
    subjectType: 'secrets',
    subjectId: id,
    subjectName: secret.name,
    details: { workspace: workspaceId, environment: environmentId, service, version },
    ipAddress,
  })
  await releaseSettings(trx, queue, { workspaceId, environmentId, by: viewer })
}
