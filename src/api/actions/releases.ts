// What people ask of a release.
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import { reasonAgainst } from '../../release/rollback-target.ts'
import { hasEnded } from '../../release/states.ts'
import { short } from '../../release/verdict.ts'
import type { Executor } from '../../store/database.ts'
import { findEnvironment } from '../../store/environments.ts'
import { lockRow } from '../../store/locking.ts'
import { notify } from '../../store/notify.ts'
import { type Release, requestCancel } from '../../store/releases.ts'
import type { Action, Resource } from '../resources/resource.ts'
import { ask } from './ask.ts'

const rollback: Action = {
  right: 'releases.rollback',
  description:
    'Runs the stack of this release again: its images, compose file and the values that variables had. The next push goes forward as usual, with the values of its time.',
  attributes: {
    current_secrets: z
      .boolean()
      .optional()
      .describe('Whether secrets keep the values that they have now. Default is the values of the release.'),
  },
  run: (context, request) =>
    ask(context, request, async (trx) => {
      const release = await lockRow(trx, request.viewer, 'releases', String(request.row.id))
      const input = {
        ...{ release_id: release.id, sha: release.sha },
        ...(request.attributes.current_secrets === true ? { current_secrets: true } : {}),
      }
      return {
        operation: { kind: 'rollback_release', ...place(release), input },
        action: 'releases.rollback',
        subject: subjectOf(release),
        ...('current_secrets' in input ? { details: { current_secrets: true } } : {}),
        joins: 'waiting',
        store: () => assertCanComeBack(trx, release),
      }
    }),
}

async function assertCanComeBack(trx: Executor, release: Release): Promise<void> {
  const environment = await findEnvironment(trx, release.environmentId)
  if (environment?.liveReleaseId === release.id)
    throw new KyozoError('state_conflict', `${short(release.sha)} is what runs in ${environment.name} now`, {
      hint: 'choose an earlier release',
    })
  const reason = reasonAgainst(release)
  if (reason !== undefined)
    throw new KyozoError('state_conflict', `${short(release.sha)} cannot run again: ${reason}`, {
      hint: 'those that can have is_kept; `kyozo rollback --list` names them',
    })
}

const cancel: Action = {
  right: 'releases.cancel',
  description: 'Takes back a release that waits or is under way. What served before goes on serving.',
  attributes: {},
  run: (context, request) =>
    ask(context, request, async (trx) => {
      const release = await lockRow(trx, request.viewer, 'releases', String(request.row.id))
      return {
        operation: { kind: 'cancel_release', ...place(release), input: { release_id: release.id } },
        action: 'releases.cancel',
        subject: subjectOf(release),
        joins: 'open',
        store: async () => {
          if (hasEnded(release.state))
            throw new KyozoError(
              'state_conflict',
              `this release has ended: it is ${release.state}; one that is queued or running can be cancelled`,
            )
          await requestCancel(trx, release.id, request.viewer.name)
          await notify(trx, 'queue', release.environmentId)
        },
      }
    }),
}

function place({ workspaceId, environmentId }: Release) {
  return { workspaceId, environmentId }
}

function subjectOf({ id, sha }: Release) {
  return { type: 'releases', id, name: short(sha) }
}

export const releaseActions: Pick<Resource, 'actions'> = { actions: { rollback, cancel } }
