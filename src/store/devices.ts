// Terminals that wait to be let in.
import type { Executor } from './database.ts'
import type { Viewer } from './viewer.ts'

/** The team that the terminal will act in: the one that the approving person is in. Only who typed the code first can answer. */
export async function setDeviceTeam(db: Executor, viewer: Viewer, userCode: string): Promise<void> {
  await db
    .updateTable('deviceCodes')
    .set({ scope: viewer.teamId })
    .where('userCode', '=', userCode)
    .where('userId', '=', viewer.userId)
    .where('status', '=', 'pending')
    .execute()
}
