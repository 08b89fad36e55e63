// Makes a GitHub App without anybody filling in forms: GitHub takes a description of it, lets a person say yes, and gives a code that is worth the app's
// keys once. https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import { cleanLine } from '../words.ts'
import { answerWords, limitOutcome } from './answers.ts'
import { type ApiAnswer, askGitHub } from './api.ts'
import { privateKeyProblem } from './private-key.ts'
import { webhookEvents } from './webhooks.ts'

export interface AppWishes {
  /** Where people reach kyozo. */
  readonly baseUrl: string
  /** As people see it beside comments and checks. GitHub wants it to be unique on the whole host. */
  readonly name: string
  /** Where the app's deliveries arrive. GitHub refuses one that it cannot reach. */
  readonly webhookUrl: string
  /** Where GitHub sends a person back to with the code, once the app is made. */
  readonly callbackUrl: string
  /** Where GitHub sends a person who has installed the app. Default is that they stay on GitHub. */
  readonly setupUrl?: string
  /** Whether kyozo writes its own file into branches and opens pull requests. Default is that it only reads. */
  readonly writesContents?: boolean
}

/** GitHub refuses longer names. */
const nameLimit = 34

/** What GitHub's form takes in its field `manifest`, as JSON. */
export function appManifest({ baseUrl, name, webhookUrl, callbackUrl, setupUrl, writesContents = false }: AppWishes) {
  return {
    name: cleanLine(name, nameLimit),
    url: baseUrl,
    hook_attributes: { url: webhookUrl, active: true },
    redirect_url: callbackUrl,
    ...(setupUrl === undefined ? {} : { setup_url: setupUrl, setup_on_update: false }),
    public: false,
    default_permissions: permissionsOf(writesContents),
    // What becomes of the app itself is told without being asked for, and GitHub refuses a manifest that asks for it.
    default_events: [...webhookEvents],
  }
}

function permissionsOf(writesContents: boolean) {
  return {
    metadata: 'read',
    contents: writesContents ? 'write' : 'read',
    statuses: 'write',
    checks: 'write',
    deployments: 'write',
    // Governs comments below pull requests, and reactions to them, although their addresses are those of issues.
    pull_requests: 'write',
    // Without it GitHub does not let an app hear of comments, and refuses the manifest.
    issues: 'read',
  } as const
}

export interface ManifestForm {
  /** `https://github.com`. */
  readonly webUrl: string
  /** The organization that is to own the app. Default is the person who sends the form. */
  readonly owner?: string
  /** Comes back with the code, so that only who began ends it. */
  readonly state: string
}

/** Where a browser sends the manifest to, with POST. Throws `invalid` for a name that no organization has. */
export function manifestFormUrl({ webUrl, owner, state }: ManifestForm): string {
  if (owner !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/.test(owner))
    throw new KyozoError('invalid', 'an organization of GitHub is called by letters, digits and hyphens, 39 at most')
  const settings = owner === undefined ? '/settings' : `/organizations/${owner}/settings`
  return `${webUrl}${settings}/apps/new?${new URLSearchParams({ state })}`
}

export interface ManifestCode {
  readonly apiUrl: string
  readonly code: string
  /** Default is 10 s. */
  readonly deadlineMs?: number
}

export interface MadeApp {
  readonly appId: string
  readonly name: string
  /** The app's name in addresses; its comments are those of `<slug>[bot]`. */
  readonly slug: string
  /** PEM. */
  readonly privateKey: string
  readonly webhookSecret: string
  readonly clientId: string
  readonly clientSecret: string
  /** The app's page, where it is installed from. */
  readonly htmlUrl: string
}

const conversionSchema = z.object({
  id: z.int().positive(),
  name: z.string().max(200),
  slug: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/),
  pem: z.string().refine((pem) => privateKeyProblem(pem) === undefined),
  webhook_secret: z.string().min(1).max(1_000),
  client_id: z.string().min(1).max(200),
  client_secret: z.string().min(1).max(1_000),
  html_url: z.string().max(2_000),
})

/** A code is good for an hour and for one use. Throws `invalid`, `forge_unavailable` or `forge_refused`, and never says the code. */
export async function convertManifestCode({ apiUrl, code, deadlineMs = 10_000 }: ManifestCode): Promise<MadeApp> {
  if (!/^[A-Za-z0-9_-]{10,200}$/.test(code)) throw new KyozoError('invalid', 'the code is none that GitHub gives for a new app')
  const url = `${apiUrl}/app-manifests/${code}/conversions`
  // GitHub answers whoever has the code; nobody else is to see what it says.
  const answer = await askGitHub({ method: 'POST', url, authorization: undefined, deadlineMs })
  if (answer.status !== 201) throw notConverted(answer)
  const made = conversionSchema.safeParse(answer.body)
  if (!made.success) throw unreadable(made.error)
  const { data: app } = made
  return {
    appId: String(app.id),
    name: cleanLine(app.name, 100),
    slug: app.slug,
    privateKey: app.pem,
    webhookSecret: app.webhook_secret,
    clientId: app.client_id,
    clientSecret: app.client_secret,
    htmlUrl: pageOf(app.html_url, apiUrl),
  }
}

function notConverted(answer: ApiAnswer): KyozoError {
  const words = `could not make a GitHub App of the code that GitHub gave: ${answerWords(answer)}`
  const limit = answer.status === 403 || answer.status === 429 ? limitOutcome(answer, { nowMs: 0 }) : undefined
  if (answer.status >= 500 || answer.status === 408 || limit !== undefined) return new KyozoError('forge_unavailable', words)
  return new KyozoError('forge_refused', words, {
    hint: 'a code is good for one hour and can be used once: begin again, and remove the app on GitHub if it is there already',
  })
}

/** Never with what was answered: it holds keys. */
function unreadable(error: z.ZodError): KyozoError {
  const fields = [...new Set(error.issues.map(({ path }) => path.map(String).join('.') || 'the whole'))]
  const words = `GitHub made the app and answered something else than it documents (${fields.slice(0, 5).join(', ')})`
  return new KyozoError('forge_refused', words, { hint: 'remove the app on GitHub and begin again' })
}

/** An address of the host that was asked, which people are led to; the host itself when it gives another. */
function pageOf(htmlUrl: string, apiUrl: string): string {
  const [page, api] = [URL.parse(htmlUrl), new URL(apiUrl)]
  const host = api.host.replace(/^api\./, '')
  const isOwn = page !== null && (page.protocol === 'https:' || page.protocol === api.protocol) && page.host === host
  return isOwn ? page.href : `${api.protocol}//${host}`
}
