// What may be asked of a service in which state, as one table. The API, the dashboard and the command line read it; nothing else decides.

export const serviceStatuses = ['detecting', 'deployable', 'deploying', 'running', 'stopped', 'error', 'scaling'] as const
export type ServiceStatus = (typeof serviceStatuses)[number]
export type DesiredState = 'running' | 'stopped' | 'destroyed'

export const serviceActions = ['deploy', 'start', 'stop', 'restart', 'scale', 'update', 'destroy'] as const
export type ServiceAction = (typeof serviceActions)[number]

export interface ServiceState {
  readonly status: ServiceStatus
  readonly desiredState: DesiredState
}

/** The statuses in which each action makes sense, for a service that should run. */
export const allowedStatuses = {
  /** Asked for while it is deployed, it is added to what waits. */
  deploy: ['deployable', 'deploying', 'running', 'error', 'scaling'],
  start: ['deployable', 'stopped', 'error'],
  /** `stopped` too: a start that is under way can be taken back. */
  stop: ['deployable', 'deploying', 'running', 'stopped', 'error', 'scaling'],
  restart: ['running', 'error'],
  scale: ['deployable', 'deploying', 'running', 'error', 'scaling'],
  update: ['deployable', 'deploying', 'running', 'stopped', 'error', 'scaling'],
  destroy: ['detecting', 'deployable', 'deploying', 'running', 'stopped', 'error', 'scaling'],
} as const satisfies Record<ServiceAction, readonly ServiceStatus[]>

/** Why an action is refused, as the end of a sentence that begins with the service's name; undefined when it is allowed. */
export function reasonAgainst(action: ServiceAction, { status, desiredState }: ServiceState): string | undefined {
  if (desiredState === 'destroyed') return 'was destroyed; create it again to bring it back'
  // What a person wants counts before what is reached: a stop that is under way can be taken back. One that failed can be asked for again.
  if (desiredState === 'stopped') return action === 'stop' && status !== 'stopped' ? undefined : whileStopped[action]
  const allowed: readonly ServiceStatus[] = allowedStatuses[action]
  if (allowed.includes(status)) return undefined
  const known = already[action]?.[status]
  return known ?? `is ${status}; ${action} is possible when it is ${either(allowed)}`
}

/** What a service should be once the action is carried out. */
export function stateAfter(action: ServiceAction): DesiredState {
  return action === 'stop' ? 'stopped' : action === 'destroy' ? 'destroyed' : 'running'
}

const whileStopped: Readonly<Record<ServiceAction, string | undefined>> = {
  deploy: 'is stopped; start it first',
  start: undefined,
  stop: 'is stopped already',
  restart: 'is stopped; start it instead',
  scale: 'is stopped; start it first',
  update: undefined,
  destroy: undefined,
}

const already: Partial<Record<ServiceAction, Partial<Record<ServiceStatus, string>>>> = {
  start: { running: 'runs already', deploying: 'is being started already', scaling: 'runs already' },
  deploy: { stopped: 'is stopped; start it first' },
  restart: { stopped: 'is stopped; start it instead' },
}

function either(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
