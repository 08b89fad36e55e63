// What containers stand on when a repair makes them: the network, the volumes, and the live release's own documents and values.
import type { ComposeFiles } from '../../engine/engine.ts'
import { KyozoError } from '../../errors.ts'
import { sayLost } from '../../reconcile/repair.ts'
import { askRelease } from '../../store/asked-releases.ts'
import { notify } from '../../store/notify.ts'
import { valuesOfRelease } from '../release-values.ts'
import type { Work } from './act.ts'
import type { Seen } from './look.ts'

/** The network and the volumes that containers need. */
export async function lay(
  { engine, losing, done }: Work,
  { files, volumes }: { readonly files: ComposeFiles; readonly volumes: readonly string[] },
): Promise<void> {
  for (const volume of await engine.prepare(files, volumes, losing))
    done.push({ service: '', kind: 'make_volume', containers: [], because: sayLost(volume) })
}

/** As the live release made them: its labels, its images, and the values that it ran with. */
export async function filesOrRelease(seen: Seen, { kyozo }: Pick<Work, 'kyozo'>): Promise<ComposeFiles> {
  const { stack, release, identity } = seen
  const values = release === undefined ? undefined : await valuesOfRelease(kyozo, release.id)
  if (stack === undefined || values === undefined)
    return askForRelease({ kyozo, seen }, 'a container has to be made, and the values that the live release ran with were not kept')
  return { identity, document: stack.documentText, overlay: stack.overlayText, ...values }
}

/** The release waits until this repair has ended. */
export async function askForRelease({ kyozo, seen }: Pick<Work, 'kyozo' | 'seen'>, because: string): Promise<never> {
  await kyozo.db.transaction().execute(async (trx) => {
    await askRelease(trx, { environmentId: seen.environment.id, options: {}, triggeredBy: 'kyozo', triggeredById: null })
    await kyozo.queue.enqueueDeploy(trx, seen.environment.id)
    await notify(trx, 'queue', seen.environment.id)
  })
  throw new KyozoError('state_conflict', `${because}: a release of what is live makes it again`)
}
