// What people ask of one service. Its row holds what is wanted; a worker makes it so.
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import { reasonAgainst, type ServiceAction, stateAfter } from '../../release/service-states.ts'
import { changedSettings } from '../../stack/settings/check-settings.ts'
import type { Executor } from '../../store/database.ts'
import { changeSettings, wantServices } from '../../store/intents.ts'
import { lockRow } from '../../store/locking.ts'
import type { ServiceInstance } from '../../store/service-instances.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { Action, Change, Removal, Resource } from '../resources/resource.ts'
import { type Asked, type Asking, ask } from './ask.ts'
import { createService } from './create-service.ts'
import { assertReleasable } from './releasable.ts'
import { checkedSettings, settingInputs } from './service-settings.ts'

const reason = z.string().trim().max(500).optional()
const update: Change = {
  right: 'service_instances.update',
  description: 'Changes what people set of a service; a release carries it out, and what runs goes on until it is healthy.',
  attributes: settingInputs,
  run: async (context, request) =>
    askService(context, request, async (trx, service) => {
      const change = await checkedSettings(trx, context, { viewer: request.viewer, attributes: request.attributes, service })
      return {
        kind: 'update_service',
        action: 'update',
        input: { settings: change },
        details: { settings: Object.keys(change) },
        store: () => changeSettings(trx, service.id, changedSettings(service.settings, change)),
      }
    }),
}

const remove: Removal = {
  right: 'service_instances.delete',
  description: 'Removes the containers of a service and leaves it out of later releases. Volumes are kept.',
  attributes: { reason },
  run: async (context, request) => {
    const why = textOf(request.attributes.reason)
    return askService(context, request, async (trx, service) => ({
      kind: 'destroy_service',
      action: 'destroy',
      input: { reason: why },
      details: { reason: why },
      joins: 'open',
      store: () => wantServices(trx, request.viewer, [service.id], { state: 'destroyed', reason: why }),
    }))
  },
}

const deploy: Action = {
  right: 'service_instances.deploy',
  description: 'Starts new containers of the commit that is live, although nothing changed.',
  attributes: {},
  run: (context, request) =>
    askService(context, request, async (trx, service) => ({
      kind: 'deploy_service',
      action: 'deploy',
      input: {},
      joins: 'open',
      store: () => assertReleasable(trx, service),
    })),
}

const start: Action = {
  right: 'service_instances.start',
  description: 'Starts a service that was stopped.',
  attributes: { reason },
  run: (context, request) => {
    const why = textOf(request.attributes.reason)
    return askService(context, request, async (trx, service) => ({
      kind: 'start_service',
      action: 'start',
      input: { reason: why },
      details: { reason: why },
      joins: 'open',
      store: () => wantServices(trx, request.viewer, [service.id], { state: 'running', reason: why }),
    }))
  },
}

const stop: Action = {
  right: 'service_instances.stop',
  description: 'Stops a service; it stays stopped, whatever is pushed, until somebody starts it.',
  attributes: { reason },
  run: (context, request) => {
    const why = textOf(request.attributes.reason)
    return askService(context, request, async (trx, service) => ({
      kind: 'stop_service',
      action: 'stop',
      input: { reason: why },
      details: { reason: why },
      joins: 'open',
      store: () => wantServices(trx, request.viewer, [service.id], { state: 'stopped', reason: why }),
    }))
  },
}

const restart: Action = {
  right: 'service_instances.restart',
  description: 'Starts its containers again, one after the other.',
  attributes: {},
  run: (context, request) =>
    askService(context, request, async () => ({ kind: 'restart_service', action: 'restart', input: {}, joins: 'waiting' })),
}

const scale: Action = {
  right: 'service_instances.scale',
  description: 'Runs this many copies, now and after later pushes.',
  attributes: { replicas: z.int() },
  run: (context, request) =>
    askService(context, request, async (trx, service) => {
      const attributes = { scaling_config: { replicas: request.attributes.replicas } }
      const change = await checkedSettings(trx, context, {
        viewer: request.viewer,
        attributes,
        service,
        pointers: { scaling_config: '/data/attributes' },
      })
      return {
        kind: 'scale_service',
        action: 'scale',
        input: { replicas: request.attributes.replicas },
        details: { replicas: request.attributes.replicas },
        store: () => changeSettings(trx, service.id, changedSettings(service.settings, change)),
      }
    }),
}

interface ServiceAsked extends Pick<Asked, 'joins' | 'details'> {
  readonly kind: string
  readonly action: ServiceAction
  readonly input: Readonly<Record<string, unknown>>
  readonly store?: () => Promise<void>
}

type OneService = Asking & { readonly row: Readonly<Record<string, unknown>> }

function askService(
  context: ActionContext,
  request: OneService,
  decide: (trx: Executor, service: ServiceInstance) => Promise<ServiceAsked>,
) {
  return ask(context, request, async (trx) => {
    const service = await lockRow(trx, request.viewer, 'serviceInstances', String(request.row.id))
    const { kind, action, input, store, joins, ...rest } = await decide(trx, service)
    // Somebody may have asked for the contrary since: then it is asked for anew.
    const isStillWanted = service.desiredState === stateAfter(action)
    return {
      ...rest,
      ...(joins !== undefined && isStillWanted ? { joins } : {}),
      operation: { kind, input, workspaceId: service.workspaceId, environmentId: service.environmentId, serviceInstanceId: service.id },
      action: `service_instances.${action === 'destroy' ? 'delete' : action}`,
      subject: { type: 'service_instances', id: service.id, name: service.name },
      store: async () => {
        assertAllowed(action, service)
        await store?.()
      },
    }
  })
}

function assertAllowed(action: ServiceAction, service: ServiceInstance): void {
  const gone = service.removedAt === null || action === 'destroy' ? undefined : 'is no longer in the repository'
  const against = gone ?? reasonAgainst(action, service)
  if (against !== undefined) throw new KyozoError('state_conflict', `${service.name} ${against}`)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

export const serviceInstanceWrites: Pick<Resource, 'create' | 'update' | 'remove' | 'actions'> = {
  create: createService,
  update,
  remove,
  actions: { deploy, start, stop, restart, scale },
}
