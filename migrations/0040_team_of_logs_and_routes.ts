import { type Kysely, sql } from 'kysely'

// Every row that belongs to a team says so itself.
const tables = [
  { table: 'log_chunks', parent: 'releases', key: 'release_id' },
  { table: 'routes', parent: 'environments', key: 'environment_id' },
] as const

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const { table, parent, key } of tables) {
    await sql`alter table ${sql.table(table)} add column team_id uuid`.execute(db)
    await sql`update ${sql.table(table)} t set team_id = p.team_id from ${sql.table(parent)} p where p.id = t.${sql.ref(key)}`.execute(db)
    await sql`alter table ${sql.table(table)} alter column team_id set not null,
      add constraint ${sql.ref(`${table}_team_id_fkey`)} foreign key (team_id) references teams (id) on delete cascade`.execute(db)
  }
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const { table } of tables) await sql`alter table ${sql.table(table)} drop column team_id`.execute(db)
}
