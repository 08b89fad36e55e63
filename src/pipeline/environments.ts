// Environments that kyozo.yaml maps to branches. Only the default branch's file counts: who may push elsewhere must not rule what runs.
import { asKyozoError } from '../errors.ts'
import { findEnvironmentByRef, putEnvironment } from '../store/environments.ts'
import { latestRelease } from '../store/releases.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'
import { productionName, startRelease } from './receive.ts'
import { tipOf } from './tip.ts'

/** Makes the environments that are new, and releases the branches that they follow as far as they exist. */
export async function mapEnvironments(
  attempt: Attempt,
  kyozo: Kyozo,
  declared: Readonly<Record<string, { readonly branch: string }>>,
): Promise<void> {
  const { workspace } = attempt
  if (attempt.environment.ref !== `refs/heads/${workspace.defaultBranch}`) return
  for (const [name, { branch }] of Object.entries(declared)) {
    const ref = `refs/heads/${branch}`
    if (name === productionName || (await findEnvironmentByRef(kyozo.db, workspace.id, ref)) !== undefined) continue
    const environment = await putEnvironment(kyozo.db, workspace, { name, ref })
    attempt.say(`Environment ${name} follows ${branch}`)
    try {
      const sha = await tipOf(attempt, kyozo, ref)
      if ((await latestRelease(kyozo.db, environment.id))?.sha === sha) continue
      await kyozo.db.transaction().execute((trx) =>
        startRelease({ queue: kyozo.queue, baseUrl: kyozo.config.baseUrl }, trx, {
          workspace,
          environment,
          sha,
          triggeredBy: attempt.release.triggeredBy,
        }),
      )
    } catch (error) {
      // The branch need not exist yet: its first push will be released.
      attempt.say(`  nothing to release there yet: ${asKyozoError(error).message}`)
    }
  }
}
