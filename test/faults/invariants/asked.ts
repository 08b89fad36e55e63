// What people may count on after what they asked for and were answered. A request that was not answered may have been carried out or not, then or
// a moment later.
import type { Asked } from '../facts.ts'

export function isPromised({ status }: Asked): boolean {
  return status >= 200 && status < 300
}

export function isUncertain({ status }: Asked): boolean {
  return status === 0 || status >= 500
}

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** Whether somebody may have wanted a service to rest at any moment of a span. */
export function mayHaveRested(asked: readonly Asked[], service: string, { fromMs, toMs }: Span): boolean {
  const own = asked.filter((one) => one.service === service)
  return own.some((stop, at) => {
    if (stop.kind !== 'stop' || !(isPromised(stop) || isUncertain(stop))) return false
    const started = isPromised(stop) ? own.slice(at).find((one) => one.kind === 'start' && isPromised(one)) : undefined
    return stop.askedMs <= toMs && (started?.answeredMs ?? Number.POSITIVE_INFINITY) >= fromMs
  })
}

/** What may be so now: what was promised last, else what was so at first, and whatever may have been carried out without an answer. */
export function possible<T>(
  asked: readonly Asked[],
  { first, wanted }: { readonly first: T; readonly wanted: (one: Asked) => T | undefined },
): ReadonlySet<T> {
  const values = (which: (one: Asked) => boolean) => asked.filter(which).flatMap((one) => wanted(one) ?? [])
  return new Set([values(isPromised).at(-1) ?? first, ...values(isUncertain)])
}
