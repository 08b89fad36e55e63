// What has to be set up for GitHub to tell kyozo what happens: one webhook of each repository, or the one of the app.
// https://docs.github.com/rest/repos/webhooks and https://docs.github.com/rest/apps/webhooks
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { RepositoryName, WantedWebhook } from '../client.ts'
import { readList } from './pages.ts'
import { currentRepository, type Parts } from './repositories.ts'
import type { TokenNeed } from './tokens.ts'

/** What kyozo acts on. */
export const webhookEvents = ['push', 'pull_request', 'issue_comment'] as const

type Ensured = 'there' | 'made' | 'repaired'

export function ensureWebhook(parts: Parts, repository: RepositoryName, webhook: WantedWebhook): Promise<Ensured> {
  return parts.connection.credential.kind === 'app' ? ensureAppWebhook(parts, webhook) : ensureRepositoryWebhook(parts, repository, webhook)
}

const configSchema = z.object({
  url: z.string().optional(),
  content_type: z.string().optional(),
  // Shown as asterisks, where there is one.
  secret: z.string().optional(),
  insecure_ssl: z.union([z.string(), z.number()]).optional(),
})

const hooksSchema = z.array(
  z.object({
    id: z.int().positive(),
    active: z.boolean(),
    events: z.array(z.string()),
    config: configSchema,
    last_response: z.object({ code: z.number().nullable() }).optional(),
  }),
)

type Hook = z.infer<typeof hooksSchema>[number]

async function ensureRepositoryWebhook(parts: Parts, repository: RepositoryName, { url }: WantedWebhook): Promise<Ensured> {
  const { reader, connection } = parts
  const as: TokenNeed = { repository, permissions: { repository_hooks: 'write' } }
  const purpose = `see to the webhook of ${repository.fullName}`
  const { fullName } = await currentRepository(parts, { as, purpose })
  const at = `/repos/${fullName}/hooks`
  const hooks = await readList(reader, { path: `${at}?per_page=100`, as, schema: hooksSchema, purpose })
  const own = hooks.find(({ config }) => isSameUrl(config.url, url))
  if (own !== undefined && isRight(own)) return 'there'
  // The secret is never shown, and one that is not given again is taken away.
  const config = { url, content_type: 'json', secret: connection.webhookSecret, insecure_ssl: own?.config.insecure_ssl ?? '0' }
  if (own === undefined) {
    const body = { name: 'web', active: true, events: webhookEvents, config }
    await reader.send({ method: 'POST', path: at, as, body, schema: z.unknown(), purpose })
    return 'made'
  }
  const body = { active: true, add_events: missingEvents(own), config }
  await reader.send({ method: 'PATCH', path: `${at}/${own.id}`, as, body, schema: z.unknown(), purpose })
  return 'repaired'
}

/** One whose last delivery kyozo did not let in was given another secret. */
function isRight(hook: Hook): boolean {
  const { active, config, last_response: last } = hook
  return active && missingEvents(hook).length === 0 && isRightConfig(config) && last?.code !== 401
}

function isRightConfig({ content_type: contentType, secret }: z.infer<typeof configSchema>): boolean {
  return contentType === 'json' && secret !== undefined && secret !== ''
}

function missingEvents({ events }: { readonly events: readonly string[] }): readonly string[] {
  return events.includes('*') ? [] : webhookEvents.filter((event) => !events.includes(event))
}

const appSchema = z.object({ events: z.array(z.string()) })

/** An app has one webhook for all its repositories. What it is told of can only be chosen on its own page. */
async function ensureAppWebhook({ reader, connection }: Parts, { url }: WantedWebhook): Promise<Ensured> {
  const purpose = "see to the app's webhook"
  const { value: app } = await reader.get({ path: '/app', as: 'app', schema: appSchema, purpose })
  const missing = app === undefined ? [] : missingEvents(app)
  if (missing.length > 0)
    throw new KyozoError('forge_refused', `the app is not told of ${missing.join(' and ')}`, {
      hint: "choose these events on the app's page on GitHub, under “Permissions & events”",
    })
  const path = '/app/hook/config'
  const { value: config } = await reader.get({ path, as: 'app', schema: configSchema, purpose })
  if (config !== undefined && isSameUrl(config.url, url) && isRightConfig(config)) return 'there'
  const body = { url, content_type: 'json', secret: connection.webhookSecret }
  await reader.send({ method: 'PATCH', path, as: 'app', body, schema: z.unknown(), purpose })
  return 'repaired'
}

function isSameUrl(one: string | undefined, other: string): boolean {
  const [a, b] = [URL.parse(one ?? ''), URL.parse(other)]
  return a !== null && b !== null && a.href.replace(/\/$/, '') === b.href.replace(/\/$/, '')
}
