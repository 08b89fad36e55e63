// What stands beside a commit of a test, as the outbox has it.
import type { CommitCheck, CommitStatus } from '../../src/forge/messages.ts'
import type { Database } from '../../src/store/database.ts'

export interface Beside {
  readonly repositoryId: string
  readonly sha: string
}

/** Each status and check with its words, such as `['kyozo/preview', 'success: 2 live']`, in the order in which they were told. */
export async function toldBeside(db: Database, { repositoryId, sha }: Beside): Promise<readonly (readonly [string, string])[]> {
  const rows = await db
    .selectFrom('outbox')
    .select(['kind', 'target', 'payload'])
    .where('kind', 'in', ['status', 'check'])
    .where('target', 'like', `% github ${repositoryId} ${sha} %`)
    .orderBy('sequence')
    .execute()
  return rows.map(({ kind, target, payload }) => {
    const { state, description, conclusion, title } = payload as CommitStatus & CommitCheck
    return [target.split(' ').at(-1)!, kind === 'status' ? `${state}: ${description}` : `${conclusion}: ${title}`] as const
  })
}
