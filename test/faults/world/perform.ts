// Does one act of a history.
import { until } from '../../support/until.ts'
import type { Act, ServiceName } from '../acts.ts'
import { commit, contentsAfter } from './commit.ts'
import { beginFault, type FaultsUnderWay } from './faults.ts'
import type { Lane } from './lane.ts'
import { containersOf } from './look.ts'
import { slowness } from './patience.ts'
import { environmentOf, type Subject, serviceOf } from './subject.ts'
import { waitFor } from './wait.ts'

export interface Stage {
  readonly lane: Lane
  readonly subject: Subject
  readonly underWay: FaultsUnderWay
}

export async function perform(stage: Stage, act: Act): Promise<void> {
  const { lane, subject } = stage
  await waitFor(stage, act.when)
  switch (act.kind) {
    case 'push':
      lane.gate.next(subject.repository.fullName, act.handing)
      return commit(subject, contentsAfter(subject, act.content, act.services))
    case 'force push':
      return commit(subject, contentsAfter(subject, 'good', act.services), subject.commits.at(-2)?.sha ?? null)
    case 'delete branch':
      if (subject.hasBranch) await subject.repository.deleteBranch('main')
      subject.hasBranch = false
      return
    case 'recreate branch':
      return commit(subject, contentsAfter(subject, 'good', ['web']), null)
    case 'hand over':
      return lane.gate.handOver(subject.repository.fullName)
    case 'redeliver':
      return lane.gate.redeliver(subject.repository.fullName, (count) => Math.floor(count / 2))
    case 'stop':
    case 'start':
    case 'restart':
    case 'scale':
      return askOfService(stage, act)
    case 'rollback':
    case 'cancel':
      return askOfRelease(stage, act.kind)
    case 'pause':
    case 'resume':
      return askOfEnvironment(stage, act.kind)
    case 'kill container':
    case 'remove container':
    case 'change limits':
      return handleContainer(stage, act.kind, act.service)
    case 'restore what differs':
      return restoreDrifts(stage)
    case 'fault':
      return beginFault(stage, act.fault)
  }
}

async function askOfService({ lane, subject }: Stage, act: Act & { readonly service: ServiceName }): Promise<void> {
  const service = await serviceOf(lane, subject, act.service)
  if (service === undefined) return
  const attributes = act.kind === 'scale' ? { replicas: act.replicas } : act.kind === 'stop' ? { reason: 'the history says so' } : {}
  const data = { type: 'service_instances', id: service.id, attributes }
  await ask({ lane, subject }, act, { path: `/service_instances/${service.id}/${act.kind}`, data })
}

async function askOfRelease({ lane, subject }: Stage, kind: 'rollback' | 'cancel'): Promise<void> {
  const environment = await environmentOf(lane, subject)
  if (environment === undefined) return
  const states = kind === 'cancel' ? 'queued,running' : 'live,replaced,unchanged'
  const releases = (await lane.api.get(`/releases?filter[environment]=${environment.id}&filter[state]=${states}`)) ?? []
  const chosen = kind === 'cancel' ? releases[0] : releases.find(({ attributes }) => attributes.state === 'replaced')
  if (chosen === undefined) return
  await ask({ lane, subject }, { kind }, { path: `/releases/${chosen.id}/${kind}` })
}

async function askOfEnvironment({ lane, subject }: Stage, kind: 'pause' | 'resume'): Promise<void> {
  const environment = await environmentOf(lane, subject)
  if (environment === undefined) return
  const attributes = kind === 'pause' ? { reason: 'the history says so' } : {}
  const data = { type: 'environments', id: environment.id, attributes }
  await ask({ lane, subject }, { kind }, { path: `/environments/${environment.id}/${kind}`, data })
}

/** Asks kyozo, and writes down what it was asked and answered. */
async function ask(
  { lane, subject }: Pick<Stage, 'lane' | 'subject'>,
  act: { readonly kind: string; readonly service?: ServiceName; readonly replicas?: number },
  { path, data }: { readonly path: string; readonly data?: object },
): Promise<void> {
  const askedMs = Date.now()
  const { status, text } = await lane.api.send('POST', path, data)
  const operationId = status === 202 ? (JSON.parse(text) as { data: { id: string } }).data.id : undefined
  const { kind, service, replicas } = act
  const asked = { kind, service, status, operationId, askedMs, answeredMs: Date.now() }
  subject.asked.push(replicas === undefined ? asked : { ...asked, replicas })
}

/** Waits for a difference a little: kyozo finds one within a second of its making. */
async function restoreDrifts({ lane, subject }: Stage): Promise<void> {
  const environment = await environmentOf(lane, subject)
  if (environment === undefined) return
  const open = async () => {
    const drifts = (await lane.api.get(`/drifts?filter[environment]=${environment.id}`)) ?? []
    return drifts.find(({ attributes }) => attributes.ended_at === null && String(attributes.field).startsWith('limits.'))
  }
  const drift = await until('a difference to be found', open, { deadlineMs: findMs * slowness(), everyMs: 100 }).catch(() => undefined)
  if (!drift) return
  await ask({ lane, subject }, { kind: 'restore what differs' }, { path: `/drifts/${drift.id}/restore` })
}

const findMs = 6_000

const byHand = {
  'kill container': ['kill'],
  'remove container': ['rm', '--force'],
  'change limits': ['update', '--memory', '32m', '--memory-swap', '64m'],
} as const

async function handleContainer({ lane, subject }: Stage, kind: keyof typeof byHand, service: ServiceName): Promise<void> {
  const found = await containersOf(lane, subject)
  const container = found?.find((seen) => seen.service === service)
  if (container === undefined) return
  // Other limits end nothing.
  if (kind !== 'change limits') subject.handled.add(service)
  const how = byHand[kind]
  // Somebody else may have been faster, and the engine may be away.
  await lane.engine.docker('container', ...how, container.id).catch(() => undefined)
}
