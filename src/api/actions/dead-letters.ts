// What people ask of what kyozo gave up.
import { KyozoError } from '../../errors.ts'
import { whyUnapprovedIn } from '../../pipeline/pull-requests/approval.ts'
import { startRelease } from '../../pipeline/receive.ts'
import type { Executor } from '../../store/database.ts'
import { type DeadLetter, holdDeadLetter, reviveMessage, reviveOperation } from '../../store/dead-letters.ts'
import { findEnvironment } from '../../store/environments.ts'
import { findRelease } from '../../store/releases.ts'
import type { Viewer } from '../../store/viewer.ts'
import { findWorkspace } from '../../store/workspaces.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { Action, Resource } from '../resources/resource.ts'
import { audit } from './ask.ts'

const retry: Action = {
  right: 'dead_letters.retry',
  description: 'Tries again what was given up, with all its tries; it is then no dead letter any more.',
  attributes: {},
  run: (context, { viewer, row }) =>
    context.db.transaction().execute(async (trx) => {
      const letter = await holdDeadLetter(trx, { teamId: viewer.teamId, id: String(row.id) })
      await revive(trx, context, { letter, viewer })
      const subject = { type: 'dead_letters', id: letter.id, name: letter.subject }
      await audit(trx, context, { viewer, action: 'dead_letters.retry', subject, details: { kind: letter.kind } })
      return { kind: 'done' }
    }),
}

interface Reviving {
  readonly letter: DeadLetter
  readonly viewer: Viewer
}

async function revive(trx: Executor, context: ActionContext, { letter, viewer }: Reviving): Promise<void> {
  if (letter.kind === 'release') return releaseAgain(trx, context, { letter, viewer })
  if (letter.kind !== 'operation') return assertRevived(await reviveMessage(trx, letter.id))
  assertRevived(await reviveOperation(trx, letter.id))
  await context.queue.enqueueOperation(trx, letter.id)
}

/** Another release of the same commit, with what was asked of it: what ended has ended. */
async function releaseAgain(trx: Executor, context: ActionContext, { letter, viewer }: Reviving): Promise<void> {
  const given = await findRelease(trx, letter.id)
  const environment = given && (await findEnvironment(trx, given.environmentId))
  const workspace = given && (await findWorkspace(trx, given.workspaceId))
  if (given === undefined || environment === undefined || workspace === undefined)
    throw new KyozoError('not_found', 'the environment of this release was deleted')
  // What was to run again what is live is looked at when it is begun.
  const unapproved = Object.keys(given.options).length > 0 ? undefined : await whyUnapprovedIn(trx, environment, given.sha)
  if (unapproved !== undefined) throw unapproved
  await startRelease(context, trx, {
    ...{ workspace, environment, sha: given.sha, triggeredBy: viewer.name, triggeredById: viewer.userId },
    ...(Object.keys(given.options).length === 0 ? {} : { asked: given.options }),
  })
}

function assertRevived(isRevived: boolean): void {
  if (!isRevived) throw new KyozoError('state_conflict', 'this was tried again already')
}

export const deadLetterActions: Pick<Resource, 'actions'> = { actions: { retry } }
