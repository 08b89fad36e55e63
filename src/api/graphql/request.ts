// What a resolver knows of the request that it answers for.
import type { GraphQLFieldConfig } from 'graphql'
import { KyozoError } from '../../errors.ts'
import { viewersNow } from '../../store/live-viewers.ts'
import type { Viewer } from '../../store/viewer.ts'
import type { Live } from '../live/live.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { AnswerContext } from '../resources/attribute.ts'
import { createLoaders, type Loaders } from './loaders.ts'

export interface GraphqlRequest {
  readonly at: AnswerContext
  readonly acting: ActionContext
  readonly live: Live
  readonly loaders: Loaders
  /** Aborts when the client has gone, or the answer took too long. */
  readonly gone: AbortSignal
  stop(reason?: KyozoError): void
  /** Looks at the viewer and the clock again, for what outlives a moment. Throws `unauthorized` when the viewer may not be here any more. */
  renew(): Promise<void>
}

const renewAfterMs = 2_000

export interface RequestParts {
  readonly viewer: Viewer
  readonly acting: ActionContext
  readonly live: Live
}

export function createRequest({ viewer, acting, live }: RequestParts): GraphqlRequest {
  const { db, baseUrl } = acting
  const stopped = new AbortController()
  const gone = stopped.signal
  let at: AnswerContext = { db, baseUrl, viewer, now: new Date() }
  let lookedAt = performance.now()
  /** Nothing is read any more for a client that has gone. */
  const current = () => {
    gone.throwIfAborted()
    return at
  }
  return {
    get at() {
      return current()
    },
    acting,
    live,
    gone,
    stop: (reason) => stopped.abort(reason),
    loaders: createLoaders(current),
    async renew() {
      let now: Viewer | undefined = at.viewer
      if (performance.now() - lookedAt > renewAfterMs) {
        now = (await viewersNow(db, [at.viewer]))[0]
        lookedAt = performance.now()
      }
      if (now === undefined) throw new KyozoError('unauthorized', 'the token, session or membership that this was opened with has ended')
      at = { ...at, viewer: now, now: new Date() }
    },
  }
}

/** What limits.ts reads of a field. */
export interface FieldFacts {
  /** Asks the database on its own, once for each place in the query. */
  readonly isAsked?: true
  /** Its rows are bounded by its arguments `first` and `last`. */
  readonly isPaged?: true
  /** One for each row of the listing that it stands in. */
  readonly isRows?: true
  /** What one of it counts as, in values. Default is 1. */
  readonly weight?: number
}

export type Field<S = unknown> = GraphQLFieldConfig<S, GraphqlRequest> & { readonly extensions?: FieldFacts }
