// Environments that kyozo.yaml maps to branches. Only the default branch's file counts: who may push elsewhere must not rule what runs.

import { productionName } from '../environment-names.ts'
import { asKyozoError } from '../errors.ts'
import { type Environment, findEnvironmentByRef, putEnvironment } from '../store/environments.ts'
import { latestRelease } from '../store/releases.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'
import { startRelease } from './receive.ts'
import { tipOf } from './tip.ts'

/** Makes the environments that are new, and returns them. One that cannot be made is said and hinders nothing else. */
export async function declareEnvironments(
  attempt: Attempt,
  kyozo: Kyozo,
  declared: Readonly<Record<string, { readonly branch: string }>>,
): Promise<readonly Environment[]> {
  const { workspace } = attempt
  if (attempt.environment.ref !== `refs/heads/${workspace.defaultBranch}`) return []
  const made: Environment[] = []
  for (const [name, { branch }] of Object.entries(declared)) {
    const ref = `refs/heads/${branch}`
    if (name === productionName || (await findEnvironmentByRef(kyozo.db, workspace.id, ref)) !== undefined) continue
    try {
      made.push(await putEnvironment(kyozo.db, workspace, { name, ref }))
      attempt.say(`Environment ${name} follows ${branch}`)
    } catch (error) {
      attempt.say(`Environment ${name} could not be made: ${asKyozoError(error).message}`)
    }
  }
  return made
}

/** Releases the branches that new environments follow, as far as they exist: the first push of one that does not will be released. */
export async function releaseEnvironments(attempt: Attempt, kyozo: Kyozo, environments: readonly Environment[]): Promise<void> {
  const { workspace } = attempt
  for (const environment of environments) {
    try {
      const sha = await tipOf(attempt, kyozo, environment.ref)
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
      kyozo.log.info({ error, workspace: workspace.name, environment: environment.name }, 'a new environment has nothing to release yet')
    }
  }
}
