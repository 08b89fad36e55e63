// Teams: their names and how much their services may ask for together.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import type { ResourceQuota } from './tables/access.ts'
import type { Viewer } from './viewer.ts'

export async function changeTeam(
  db: Executor,
  viewer: Viewer,
  change: { readonly name?: string; readonly resourceQuota?: ResourceQuota },
): Promise<void> {
  const { name, resourceQuota } = change
  if (name === undefined && resourceQuota === undefined) return
  await db
    .updateTable('teams')
    .set({
      ...(name === undefined ? {} : { name }),
      ...(resourceQuota === undefined ? {} : { resourceQuota: JSON.stringify(resourceQuota) }),
    })
    .where('id', '=', viewer.teamId)
    .execute()
}

/** A team's name is unique, and so is its slug. */
export async function isTaken(
  db: Executor,
  of: { readonly name?: string; readonly slug?: string; readonly exceptId?: string },
): Promise<boolean> {
  const found = await db
    .selectFrom('teams')
    .select('id')
    .where((where) =>
      where.or([
        ...(of.name === undefined ? [] : [where(sql`lower(name)`, '=', of.name.toLowerCase())]),
        ...(of.slug === undefined ? [] : [where('slug', '=', of.slug)]),
      ]),
    )
    .$if(of.exceptId !== undefined, (query) => query.where('id', '<>', of.exceptId!))
    .executeTakeFirst()
  return found !== undefined
}

/** Until the transaction ends, nobody else gives a team a name. */
export async function holdTeamNames(db: Executor): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('kyozo team names'))`.execute(db)
}
