// A service that a person adds to an environment, or brings back.
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import { changedSettings, type SettingsChange } from '../../stack/settings/check-settings.ts'
import type { Executor } from '../../store/database.ts'
import type { Environment } from '../../store/environments.ts'
import { addServiceInstance, changeSettings, seekService, wantServices } from '../../store/intents.ts'
import { lockRow } from '../../store/locking.ts'
import { findInstanceByName, type ServiceInstance } from '../../store/service-instances.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { Creation, WriteRequest } from '../resources/resource.ts'
import { ask } from './ask.ts'
import { checkedSettings, settingInputs } from './service-settings.ts'

export const createService: Creation = {
  right: 'service_instances.create',
  description: 'Adds a service to an environment, or brings back one that was destroyed. A release carries it out.',
  attributes: {
    name: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be lower-case letters, digits and dashes, at most 63'),
    folder_path: z.string().min(1).max(1_000),
    service_type: z.string().min(1).max(40).optional(),
    ...settingInputs,
  },
  relationships: { environment: { type: 'environments', isRequired: true } },
  subject: ({ related }) => ({ workspaceId: String(related.environment?.workspaceId) }),
  run: (context, request) =>
    ask(context, request, async (trx) => {
      const environment = await lockRow(trx, request.viewer, 'environments', String(request.related.environment?.id))
      const name = String(request.attributes.name)
      const known = await findInstanceByName(trx, environment.id, name)
      const change = await settingsOf(trx, context, { request, known, environment })
      // The row comes first, so that the operation can name it.
      const id = known?.id ?? (await addServiceInstance(trx, freshRow(environment, request)))
      return {
        operation: {
          kind: 'create_service',
          workspaceId: environment.workspaceId,
          environmentId: environment.id,
          serviceInstanceId: id,
          input: { name, settings: change },
        },
        action: 'service_instances.create',
        subject: { type: 'service_instances', id, name },
        details: { settings: Object.keys(change) },
        store: async () => {
          if (known !== undefined) {
            assertGone(known, environment)
            await seekService(trx, known.id)
          }
          await wantServices(trx, request.viewer, [id], { state: 'running', reason: null })
          await changeSettings(trx, id, changedSettings(known?.settings ?? {}, change))
        },
      }
    }),
}

interface Place {
  readonly request: WriteRequest
  readonly known: ServiceInstance | undefined
  readonly environment: Environment
}

function settingsOf(trx: Executor, context: ActionContext, { request, known, environment }: Place): Promise<SettingsChange> {
  const { viewer, attributes } = request
  const declared = {
    path: attributes.folder_path,
    ...(attributes.service_type === undefined ? {} : { type: attributes.service_type }),
    ...((attributes.settings as SettingsChange | undefined) ?? {}),
  }
  const service = known ?? { name: String(attributes.name), environmentId: environment.id }
  return checkedSettings(trx, context, { viewer, attributes: { ...attributes, settings: declared }, service })
}

function assertGone({ desiredState, removedAt, name }: ServiceInstance, environment: Environment): void {
  if (desiredState === 'destroyed' || removedAt !== null) return
  throw new KyozoError('conflict', `${name} exists already in ${environment.name}`, {
    hint: 'change it with PATCH, or choose another name',
  })
}

function freshRow({ id, teamId, workspaceId }: Environment, { viewer, attributes }: WriteRequest) {
  const { name, folder_path: folder, service_type: type } = attributes
  return {
    teamId,
    workspaceId,
    environmentId: id,
    name: String(name),
    folderPath: String(folder),
    serviceType: typeof type === 'string' ? type : 'containerized',
    status: 'detecting' as const,
    createdById: viewer.userId,
  }
}
