// Short histories that lead to one place.
import type { Act, Doing, History, Moment, ServiceName } from '../acts.ts'

/** Numbered from 0 on; they belong to no seed. */
export function histories(...acts: readonly (readonly Act[])[]): readonly History[] {
  return acts.map((of, number) => ({ seed: 0, number, acts: of }))
}

export function good(when: Moment, services: readonly ServiceName[]): Act {
  return { kind: 'push', content: 'good', services, handing: 'sent', when }
}

export const everything: Act = good('at once', ['web', 'data', 'still'])

export const docs: Act = { kind: 'push', content: 'docs', services: [], handing: 'sent', when: 'settled' }

export function fault(when: Moment, what: Extract<Doing, { readonly kind: 'fault' }>['fault']): Act {
  return { kind: 'fault', fault: what, when }
}
