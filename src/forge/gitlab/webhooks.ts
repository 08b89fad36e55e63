// The webhook by which a project tells kyozo what happens in it.
// https://docs.gitlab.com/api/project_webhooks/
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { RepositoryName, WantedWebhook } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import { projectPath } from './api.ts'
import type { Reader } from './reader.ts'
import { isSigningToken } from './verify.ts'

interface Parts {
  readonly reader: Reader
  readonly connection: ForgeConnection
}

const hookSchema = z.object({
  id: z.int().positive(),
  url: z.string(),
  push_events: z.boolean(),
  merge_requests_events: z.boolean(),
  note_events: z.boolean(),
  push_events_branch_filter: z.string().nullable().optional(),
  // After four failures in a row GitLab leaves a webhook alone for a while, and after forty for good.
  alert_status: z.string().optional(),
  // From 19.0 on; the token itself is never shown.
  token_present: z.boolean().optional(),
  signing_token_present: z.boolean().optional(),
})

type Hook = z.infer<typeof hookSchema>

/** What kyozo acts on. */
const events = { push_events: true, merge_requests_events: true, note_events: true } as const

export async function ensureWebhook(
  parts: Parts,
  repository: RepositoryName,
  { url }: WantedWebhook,
): Promise<'there' | 'made' | 'repaired'> {
  const { reader, connection } = parts
  const secret = secretOf(connection)
  const path = `${projectPath(repository)}/hooks`
  const purpose = `see to the webhook of ${repository.fullName}`
  const hooks = await listHooks(reader, repository)
  const ours = hooks.find((hook) => hook.url === url)
  if (ours === undefined) {
    const body = { url, ...events, enable_ssl_verification: url.startsWith('https:'), ...secret }
    await withSecret(parts, path, await reader.send({ method: 'POST', path, body, schema: hookSchema, purpose }))
    return 'made'
  }
  const isOn = (ours.alert_status ?? 'executable') === 'executable'
  if (isOn && hears(ours) && hasSecret(ours, secret)) return 'there'
  const at = `${path}/${ours.id}`
  // With the secret: a webhook that is off may be so since kyozo's is another one by now.
  const body = { url, ...events, push_events_branch_filter: '', branch_filter_strategy: 'all_branches', ...secret }
  await withSecret(parts, path, await reader.send({ method: 'PUT', path: at, body, schema: hookSchema, purpose }))
  // A test that kyozo answers well puts a webhook on again. It is a push of the default branch, which changes nothing that runs.
  if (!isOn)
    await reader.send({ method: 'POST', path: `${at}/test/push_events`, schema: z.unknown(), purpose: `${purpose}, which was off` })
  return 'repaired'
}

/** All webhooks of a project. Throws `forge_refused` where the token may not see them. */
export async function listHooks(reader: Reader, repository: RepositoryName): Promise<readonly Hook[]> {
  const purpose = `list the webhooks of ${repository.fullName}`
  const { value } = await reader.get({ path: `${projectPath(repository)}/hooks?per_page=100`, schema: z.array(hookSchema), purpose })
  if (value !== undefined) return value
  throw new KyozoError('forge_refused', `could not ${purpose}: GitLab answered 404`, {
    hint: 'give the connection a token with the scope api of somebody who has the role Maintainer in the project',
  })
}

type Secret = { readonly token: string } | { readonly signing_token: string }

/** A signing token is never sent along with what it signs. */
function secretOf({ webhookSecret }: ForgeConnection): Secret {
  return isSigningToken(webhookSecret) ? { signing_token: webhookSecret } : { token: webhookSecret }
}

/** A GitLab before 19.0 knows no signing tokens and says nothing of them: there the same text is the secret token. */
async function withSecret({ reader, connection }: Parts, path: string, { id, url, signing_token_present }: Hook): Promise<void> {
  if (!isSigningToken(connection.webhookSecret) || signing_token_present === true) return
  const body = { url, token: connection.webhookSecret }
  await reader.send({ method: 'PUT', path: `${path}/${id}`, body, schema: z.unknown(), purpose: 'give the webhook its secret' })
}

function hears(hook: Hook): boolean {
  return hook.push_events && hook.merge_requests_events && hook.note_events && (hook.push_events_branch_filter ?? '') === ''
}

/** As far as GitLab says: whether it is the right one shows when something arrives. */
function hasSecret({ token_present, signing_token_present }: Hook, secret: Secret): boolean {
  return ('token' in secret ? token_present : (signing_token_present ?? token_present)) !== false
}
