// One request to GitLab's REST API and its answer, whatever it says. What the answer means is decided elsewhere.
import { type ApiAnswer, type ApiRequest, askApi } from '../api.ts'
import type { RepositoryName } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import { cleanLine } from '../words.ts'

export type { ApiAnswer } from '../api.ts'

export interface Asking {
  readonly connection: ForgeConnection
  readonly deadlineMs: number
}

export interface GitLabRequest extends Omit<ApiRequest, 'url' | 'deadlineMs' | 'etag'> {
  /** Below the API's address, with its query. */
  readonly path: string
  /** Default is the client's. */
  readonly deadlineMs?: number
}

/** Without a credential it asks as nobody in particular. Throws as `askApi` does. */
export function askGitLab({ connection, deadlineMs }: Asking, { path, ...request }: GitLabRequest): Promise<ApiAnswer> {
  const { credential, apiUrl } = connection
  const headers = {
    Accept: 'application/json',
    ...(credential.kind === 'token' && { Authorization: `Bearer ${credential.token}` }),
  }
  return askApi({ title: 'GitLab', headers }, { deadlineMs, ...request, url: `${apiUrl}${path}` })
}

/** By its id, which stays when a project is renamed or moved: so no request is ever led elsewhere. */
export function projectPath({ id }: Pick<RepositoryName, 'id'>): string {
  return `/projects/${encodeURIComponent(id)}`
}

const wordsLimit = 200

/** GitLab's own words in an answer, on one line. They are a text, a list of texts, or texts by field; of its gate-keeper `error_description`. */
export function gitlabWords(body: unknown): string {
  const { message, error, error_description } = Object(body) as { message?: unknown; error?: unknown; error_description?: unknown }
  return cleanLine(textOf(message ?? error_description ?? error), wordsLimit)
}

/** Of what is wrong with the whole. */
const unnamed: ReadonlySet<string> = new Set(['base', 'error'])

function textOf(said: unknown, depth = 0): string {
  if (typeof said === 'string') return said
  if (typeof said !== 'object' || said === null || depth > 2) return ''
  const parts = Array.isArray(said)
    ? said.slice(0, 10).map((one) => textOf(one, depth + 1))
    : Object.entries(said)
        .slice(0, 10)
        .map(([field, one]) => (unnamed.has(field) ? textOf(one, depth + 1) : `${field} ${textOf(one, depth + 1)}`))
  return parts.filter((part) => part !== '').join(', ')
}
