// One request to GitHub's REST API and its answer, whatever it says. What the answer means is decided elsewhere.
import { type ApiAnswer, type ApiRequest, askApi } from '../api.ts'
import { cleanLine } from '../words.ts'

export type { ApiAnswer } from '../api.ts'

export interface GitHubRequest extends ApiRequest {
  /** `Bearer …`; `undefined` asks as nobody in particular. */
  readonly authorization: string | undefined
}

const messageLengthLimit = 200

/** GitHub ends a request itself after ten seconds. Throws as `askApi` does. */
export function askGitHub({ authorization, ...request }: GitHubRequest): Promise<ApiAnswer> {
  const headers = {
    Accept: 'application/vnd.github+json',
    'X-GitHub-Api-Version': '2022-11-28',
    ...(authorization !== undefined && { Authorization: authorization }),
  }
  return askApi({ title: 'GitHub', headers }, request)
}

/** GitHub's own words in an answer, on one line: its message, and what it has against single fields. */
export function githubWords(body: unknown): string {
  const { message, errors } = Object(body) as { message?: unknown; errors?: unknown }
  const details = (Array.isArray(errors) ? errors : []).map((error) => (typeof error === 'string' ? error : Object(error).message))
  const words = [message, ...details].filter((part): part is string => typeof part === 'string')
  return cleanLine(words.join(': '), messageLengthLimit)
}
