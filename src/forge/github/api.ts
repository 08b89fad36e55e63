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
  const details = (Array.isArray(errors) ? errors : []).map((error) => (typeof error === 'string' ? error : detail(Object(error))))
  const words = [message, ...details].filter((part): part is string => typeof part === 'string')
  return cleanLine(words.join(': '), messageLengthLimit)
}

/** Either words, or the name of a field and a code such as `missing_field`. */
function detail({ message, field, code }: { readonly message?: unknown; readonly field?: unknown; readonly code?: unknown }): unknown {
  if (typeof message === 'string') return message
  return typeof field === 'string' && typeof code === 'string' ? `${field} ${code}` : undefined
}

/**
 * Where a repository that was renamed or moved is now, when an answer says so: GitHub points to it by its id. Nothing else is followed, since the
 * token would go with it.
 */
export function movedTo({ status, headers }: ApiAnswer, moved: string): boolean {
  const isRedirect = status === 301 || status === 302 || status === 307 || status === 308
  const location = headers.get('location')
  // With or without what followed the question mark, which is known here.
  return isRedirect && location !== null && (location === moved || location === moved.split('?', 1)[0])
}
