import { expect, test } from 'vitest'
import { newId } from '../../src/ids.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import { type CheckSubject, completeUntil, recordCheck } from '../../src/store/ledger-checks.ts'
import { testDatabase } from '../support/database.ts'

const { db } = await testDatabase()

test('what was compared while the clock was ahead says nothing once it is put right', async () => {
  const subject: CheckSubject = {
    teamId: await defaultTeam(db),
    workspaceId: null,
    forge: 'github',
    connection: newId(),
    kind: 'deliveries',
  }
  const check = (until: string, words: string) =>
    recordCheck(db, subject, {
      ...{ compared: 1, missed: 0, recovered: 0, askedAgain: 0, error: null, found: [] },
      words,
      completeUntil: new Date(until),
    })
  const now = new Date('2026-03-01T12:00:00Z')
  expect(await completeUntil(db, subject, now)).toBeUndefined()
  await check('2026-03-01T10:00:00Z', 'nothing was missed')
  await check('2027-03-01T10:00:00Z', 'nothing was missed, a year ahead')
  expect(await completeUntil(db, subject, now)).toEqual(new Date('2026-03-01T10:00:00Z'))
})
