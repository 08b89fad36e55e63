// What a history is made of: things that people, hosts and machines do to kyozo. Plain data, so that a history can be printed and repeated.
import type { Step } from '../../src/steps.ts'

/** What a commit does to a service. `docs` touches none. */
export type Content = 'good' | 'docs' | 'failing build' | 'never healthy' | 'crash looping' | 'out of memory'

export const serviceNames = ['web', 'data', 'still'] as const
/** `web` is replaced side by side, `data` has a volume and is replaced stop-first, `still` is never changed by a commit. */
export type ServiceName = (typeof serviceNames)[number]

/** What becomes of the delivery of a push: `held` arrives with a later act, `dropped` when all faults are over. */
export type Handing = 'sent' | 'dropped' | 'held'

/** What an act waits for before it is done. Nothing waits longer than a fault allows. */
export type Moment = 'at once' | 'under way' | 'settled'

export type Doing =
  | { readonly kind: 'push'; readonly content: Content; readonly services: readonly ServiceName[]; readonly handing: Handing }
  | { readonly kind: 'force push'; readonly services: readonly ServiceName[] }
  | { readonly kind: 'delete branch' }
  | { readonly kind: 'recreate branch' }
  | { readonly kind: 'hand over' }
  | { readonly kind: 'redeliver' }
  | { readonly kind: 'stop' | 'start' | 'restart'; readonly service: ServiceName }
  | { readonly kind: 'scale'; readonly service: 'web'; readonly replicas: number }
  | { readonly kind: 'rollback' | 'cancel' | 'pause' | 'resume' }
  | { readonly kind: 'kill container' | 'remove container' | 'change limits'; readonly service: ServiceName }
  | { readonly kind: 'restore what differs' }
  | { readonly kind: 'fault'; readonly fault: Fault }

export type Act = Doing & { readonly when: Moment }

/** `acts` is how many further acts it lasts; what strikes once does not say. */
export type Fault =
  | { readonly name: 'kill at a step'; readonly step: Step; readonly nth: number }
  | { readonly name: 'throw at a step'; readonly step: Step; readonly nth: number }
  | { readonly name: 'delay at a step'; readonly step: Step; readonly nth: number; readonly ms: number }
  | { readonly name: 'freeze beyond the lease'; readonly step: Step }
  | { readonly name: 'kill kyozo' | 'stop kyozo' }
  | { readonly name: 'freeze kyozo'; readonly ms: number }
  | { readonly name: 'engine stopped' | 'engine frozen'; readonly acts: number }
  | { readonly name: 'engine killed' | 'engine restarted' }
  | { readonly name: 'database stopped' | 'database refused' | 'database stalled'; readonly acts: number }
  | { readonly name: 'database killed' | 'database cut' | 'database answer lost' }
  | { readonly name: 'git refuses' | 'git stalls' | 'git truncates'; readonly acts: number }
  | { readonly name: 'forge limits' | 'forge overloads' | 'forge fails' | 'forge is silent' | 'forge loses answers'; readonly acts: number }
  | { readonly name: 'disk full'; readonly acts: number }
  | { readonly name: 'clock jumps'; readonly hours: number; readonly acts: number }

export interface History {
  readonly seed: number
  readonly number: number
  readonly acts: readonly Act[]
}

/** One line for a person. */
export function actWords(act: Act): string {
  const { kind, when } = act
  if (act.kind === 'fault') {
    const { name, ...rest } = act.fault
    return `${when}: ${name} ${details(rest)}`.trim()
  }
  const { kind: _, when: __, ...rest } = act
  return `${when}: ${kind} ${details(rest)}`.trim()
}

function details(of: Readonly<Record<string, unknown>>): string {
  return Object.entries(of)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join('+') : String(value)}`)
    .join(' ')
}
