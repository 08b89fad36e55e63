// What kyozo asks GitHub about a repository. https://docs.github.com/rest
import { z } from 'zod'
import type { ForgeBranch, ForgeQuestions, RepositoryName, WantedWebhook } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import { branchField, presentShaField } from '../payload.ts'
import type { ForgeUser } from '../pull-requests.ts'
import { findPullRequest, listPullRequests, openPullRequest } from './pull-requests.ts'
import type { Reader } from './reader.ts'
import { findRepository } from './repositories.ts'

interface Parts {
  readonly reader: Reader
  readonly connection: ForgeConnection
}

export function createQuestions(parts: Parts): ForgeQuestions {
  return {
    findRepository: (repository) => findRepository(parts, repository),
    listBranches: (repository) => listBranches(parts, repository),
    findPullRequest: (repository, number) => findPullRequest(parts, repository, number),
    listPullRequests: (repository) => listPullRequests(parts, repository),
    mayWrite: (repository, user) => mayWrite(parts, repository, user),
    openPullRequest: (repository, request) => openPullRequest(parts, repository, request),
    ensureWebhook: (repository, webhook) => ensureWebhook(parts, repository, webhook),
  }
}

const branchesSchema = z.array(z.object({ name: branchField, commit: z.object({ sha: presentShaField }) }))
const pagesRead = 10

async function listBranches({ reader }: Parts, repository: RepositoryName): Promise<readonly ForgeBranch[]> {
  const found: ForgeBranch[] = []
  let path: string | undefined = `/repos/${repository.fullName}/branches?per_page=100`
  for (let page = 0; path !== undefined && page < pagesRead; page++) {
    const { value, next }: { value: z.infer<typeof branchesSchema> | undefined; next: string | undefined } = await reader.get({
      path,
      as: { repository, permissions: { contents: 'read' } },
      schema: branchesSchema,
      purpose: `list the branches of ${repository.fullName}`,
    })
    found.push(...(value ?? []).map(({ name, commit }) => ({ ref: `refs/heads/${name}`, sha: commit.sha })))
    path = next
  }
  return found
}

// `permission` is one of the four old words; roles that an organization made are told as the one they contain.
const permissionSchema = z.object({ permission: z.string(), user: z.object({ id: z.int().positive() }).nullable().optional() })

/** Asked by login, and believed only for the same person: a login that was given up may be another's by now. */
async function mayWrite({ reader }: Parts, repository: RepositoryName, user: ForgeUser): Promise<boolean> {
  const { value } = await reader.get({
    path: `/repos/${repository.fullName}/collaborators/${encodeURIComponent(user.login)}/permission`,
    as: { repository, permissions: { metadata: 'read' } },
    schema: permissionSchema,
    purpose: `ask what ${user.login} may do in ${repository.fullName}`,
  })
  if (value === undefined || (value.permission !== 'admin' && value.permission !== 'write')) return false
  return String(value.user?.id ?? '') === user.id
}

const hooksSchema = z.array(
  z.object({
    id: z.int().positive(),
    active: z.boolean(),
    events: z.array(z.string()),
    config: z.object({
      url: z.string().optional(),
      content_type: z.string().optional(),
      insecure_ssl: z.union([z.string(), z.number()]).optional(),
    }),
  }),
)

/** What kyozo acts on. */
export const webhookEvents = ['push', 'pull_request', 'issue_comment'] as const

/** An app has one webhook for everything, which its owner set up with it. */
async function ensureWebhook(
  { reader, connection }: Parts,
  repository: RepositoryName,
  { url }: WantedWebhook,
): Promise<'there' | 'made' | 'repaired'> {
  if (connection.credential.kind === 'app') return 'there'
  const { fullName } = repository
  const as = { repository, permissions: { repository_hooks: 'write' } } as const
  const purpose = `see to the webhook of ${fullName}`
  const { value = [] } = await reader.get({ path: `/repos/${fullName}/hooks?per_page=100`, as, schema: hooksSchema, purpose })
  const ours = value.find(({ config }) => config.url === url)
  const config = { url, content_type: 'json', insecure_ssl: '0', secret: connection.webhookSecret }
  if (ours === undefined) {
    const body = { name: 'web', active: true, events: webhookEvents, config }
    await reader.send({ method: 'POST', path: `/repos/${fullName}/hooks`, as, body, schema: z.unknown(), purpose })
    return 'made'
  }
  const hears = webhookEvents.every((event) => ours.events.includes(event) || ours.events.includes('*'))
  if (ours.active && hears && ours.config.content_type === 'json') return 'there'
  const body = { active: true, events: [...new Set([...ours.events, ...webhookEvents])], config }
  await reader.send({ method: 'PATCH', path: `/repos/${fullName}/hooks/${ours.id}`, as, body, schema: z.unknown(), purpose })
  return 'repaired'
}
