// What is asked of one service. The intent stands in its row already (desired_state, settings); the release reads it there, so that a push that
// comes in between carries it out as well.
import { KyozoError } from '../../errors.ts'
import { findServiceInstance } from '../../store/service-instances.ts'
import { askForRelease } from './ask-for-release.ts'
import type { OperationWork } from './operation.ts'

/** New containers of the commit that is live, although nothing changed. */
export const deployService: OperationWork = async (operation, context) =>
  askForRelease(operation, context, { redeploy: [await nameOf(operation, context)] })

/** One container after the other. */
export const restartService: OperationWork = async (operation, context) =>
  askForRelease(operation, context, { restart: [await nameOf(operation, context)] })

/** Brings containers to what is wanted of the service: running, stopped, or gone. */
export const obeyDesiredState: OperationWork = (operation, context) => askForRelease(operation, context, {})

/** The settings decide what should run, so the commit is analyzed anew. */
export const obeySettings: OperationWork = (operation, context) => askForRelease(operation, context, { analyze: true })

async function nameOf(...[operation, { kyozo }]: Parameters<OperationWork>): Promise<string> {
  const found = operation.serviceInstanceId === null ? undefined : await findServiceInstance(kyozo.db, operation.serviceInstanceId)
  if (found === undefined) throw new KyozoError('not_found', 'the service was deleted')
  return found.name
}
