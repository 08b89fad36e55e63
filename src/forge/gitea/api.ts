// One request to Gitea's REST API and its answer, whatever it says. Forgejo answers the same API. What an answer means is decided elsewhere.
import { type ApiAnswer, type ApiRequest, askApi } from '../api.ts'
import { cleanLine } from '../words.ts'

export type { ApiAnswer } from '../api.ts'

export interface GiteaRequest extends ApiRequest {
  /** `undefined` asks as nobody in particular. */
  readonly token: string | undefined
}

const messageLengthLimit = 200

/** Throws as `askApi` does. */
export function askGitea({ token, ...request }: GiteaRequest): Promise<ApiAnswer> {
  const headers = { Accept: 'application/json', ...(token !== undefined && { Authorization: `token ${token}` }) }
  return askApi({ title: 'Gitea', headers }, request)
}

/** Gitea's own words in an answer, on one line; in production it says nothing of its own failures. */
export function giteaWords(body: unknown): string {
  const { message, errors } = Object(body) as { message?: unknown; errors?: unknown }
  const words = [message, ...(Array.isArray(errors) ? errors : [])].filter(
    (part): part is string => typeof part === 'string' && part !== '',
  )
  return cleanLine(words.join(': '), messageLengthLimit)
}

export function isRedirect({ status }: ApiAnswer): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308
}
