// What every part of the double works on.
import type { Access } from './access.ts'
import type { Accounts } from './accounts.ts'
import type { OpenApi } from './openapi.ts'
import type { Repository } from './state.ts'

export interface World {
  readonly openApi: OpenApi
  readonly access: Access
  readonly accounts: Accounts
  readonly apiUrl: string
  readonly webUrl: string
  readonly now: () => number
  /** Ids are unique on the whole host. */
  readonly newId: () => number
  readonly repositories: Repository[]
  /** Does something when the answer is on its way, as GitHub tells webhooks; the double does not end before. */
  readonly later: (work: () => Promise<unknown>) => void
  /** What the double was about to answer or to send that GitHub could not. */
  readonly mistakes: string[]
}

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export function failure(status: number, message: string, more: Record<string, unknown> = {}): Answer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status), ...more } }
}

/** How GitHub says what it has against single fields. */
export function invalid(resource: string, errors: readonly { readonly field?: string; readonly message: string }[]): Answer {
  return failure(422, 'Validation Failed', { errors: errors.map((error) => ({ resource, code: 'custom', ...error })) })
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z')
}

/** A page of a list, and where the next one is. */
export function pageOf(
  { apiUrl }: World,
  { path, query }: { readonly path: string; readonly query: URLSearchParams },
  all: readonly unknown[],
): Answer {
  const size = Math.max(1, Math.min(100, Number(query.get('per_page') ?? 30)))
  const page = Math.max(1, Number(query.get('page') ?? 1))
  const body = all.slice((page - 1) * size, page * size)
  const next = new URLSearchParams(query)
  next.set('page', String(page + 1))
  return { status: 200, body, ...(page * size < all.length ? { headers: { link: `<${apiUrl}${path}?${next}>; rel="next"` } } : {}) }
}
