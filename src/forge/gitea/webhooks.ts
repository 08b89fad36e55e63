// The webhook that tells kyozo of a repository, made and mended by Gitea's API.
import { z } from 'zod'
import type { RepositoryName, WantedWebhook } from '../client.ts'
import { idField } from '../payload.ts'
import type { Parts } from './repositories.ts'

/**
 * What kyozo acts on, as Gitea lists it. A branch that goes is told by `delete` alone. `pull_request` is asked for as `pull_request_only`: by its
 * own name it stands for everything that is about pull requests.
 */
export const webhookEvents = ['push', 'delete', 'pull_request', 'pull_request_sync', 'pull_request_label', 'pull_request_comment'] as const

const hookSchema = z.object({
  id: idField,
  type: z.string(),
  active: z.boolean(),
  events: z.array(z.string()).nullable(),
  config: z.object({ url: z.string().optional(), content_type: z.string().optional() }),
  branch_filter: z.string().nullish(),
  authorization_header: z.string().nullish(),
})

/** Types of webhooks that send what this folder reads. */
const types: readonly string[] = ['gitea', 'forgejo']

/** What an existing one is not asked about is its secret: Gitea never gives it back. */
export async function ensureWebhook(
  { reader, connection }: Parts,
  repository: RepositoryName,
  { url }: WantedWebhook,
): Promise<'there' | 'made' | 'repaired'> {
  const purpose = `see to the webhook of ${repository.fullName}`
  const hooks = await reader.list({ repository, path: '/hooks', schema: hookSchema, purpose })
  const ours = hooks.find(({ type, config }) => config.url === url && types.includes(type))
  const config = { url, content_type: 'json', secret: connection.webhookSecret }
  const events = [...new Set([...(ours?.events ?? []), ...webhookEvents])].map((event) =>
    event === 'pull_request' ? 'pull_request_only' : event,
  )
  const wanted = { config, events, active: true, branch_filter: '*' }
  if (ours === undefined) {
    const body = { type: 'gitea', ...wanted }
    await reader.send({ method: 'POST', repository, path: '/hooks', body, schema: z.unknown(), purpose })
    return 'made'
  }
  if (isRight(ours)) return 'there'
  // What is left out would be cleared.
  const body = { ...wanted, authorization_header: ours.authorization_header ?? '' }
  await reader.send({ method: 'PATCH', repository, path: `/hooks/${ours.id}`, body, schema: z.unknown(), purpose })
  return 'repaired'
}

function isRight({ active, events, config, branch_filter }: z.infer<typeof hookSchema>): boolean {
  const hearsAll = webhookEvents.every((event) => events?.includes(event))
  const hearsOfEveryBranch = !branch_filter || branch_filter === '*'
  return active && hearsAll && hearsOfEveryBranch && config.content_type === 'json'
}
