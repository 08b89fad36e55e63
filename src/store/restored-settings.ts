// Settings that did not prove themselves: a change that failed leaves a service with those that it was deployed with last, so that the next commit
// does not fail by them as well.
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'

const kinds = ['update_service', 'scale_service']

export interface EndedOperation {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly serviceInstanceId: string | null
}

/** Of services whose last change has failed or was taken back; one that still waits to be tried keeps what it asks for. */
export async function restoreSettings(db: Executor, ended: readonly EndedOperation[]): Promise<void> {
  const lost = ended.filter(({ kind, state }) => kinds.includes(kind) && state !== 'succeeded')
  for (const { id, serviceInstanceId } of lost) if (serviceInstanceId !== null) await restore(db, { operation: id, serviceInstanceId })
}

async function restore(db: Executor, by: { readonly operation: string; readonly serviceInstanceId: string }): Promise<void> {
  const service = await db
    .selectFrom('serviceInstances as s')
    .select(['s.id', 's.teamId', 's.name', 's.settings', 's.deploymentConfig'])
    .where('s.id', '=', by.serviceInstanceId)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('operations as o')
            .select('o.id')
            .whereRef('o.serviceInstanceId', '=', 's.id')
            .where('o.kind', 'in', kinds)
            .where('o.finishedAt', 'is', null),
        ),
      ),
    )
    .forUpdate()
    .executeTakeFirst()
  const before = service?.deploymentConfig.settings as Readonly<Record<string, unknown>> | undefined
  if (service === undefined || before === undefined) return
  const keys = [...new Set([...Object.keys(before), ...Object.keys(service.settings)])]
  const restored = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(service.settings[key])).sort()
  if (restored.length === 0) return
  await db
    .updateTable('serviceInstances')
    .set({ settings: JSON.stringify(before), updatedAt: databaseNow })
    .where('id', '=', service.id)
    .execute()
  await db
    .insertInto('auditEvents')
    .values({
      ...{ id: newId(), teamId: service.teamId, actor: 'kyozo', actorKind: 'system', action: 'service_instances.restore_settings' },
      ...{ subjectType: 'service_instances', subjectId: service.id, subjectName: service.name },
      details: JSON.stringify({ settings: restored, operation: by.operation }),
    })
    .execute()
}
