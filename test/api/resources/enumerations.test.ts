// What the API says an attribute can be, beside what the database lets it be.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { resources } from '../../../src/api/resources/index.ts'
import { columnOf } from '../../../src/api/resources/read-plan.ts'
import { testDatabase } from '../../support/database.ts'

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

it('every enumeration that is described is the one that its column is checked against', async () => {
  const { db } = await testDatabase()
  const { rows } = await sql<{ place: string; rule: string }>`
    select c.conrelid::regclass || '.' || a.attname as place, pg_get_constraintdef(c.oid) as rule
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and c.conkey = array[a.attnum]
    where c.contype = 'c' and pg_get_constraintdef(c.oid) ~ '= ANY'`.execute(db)
  const checked = new Map(rows.map(({ place, rule }) => [place, [...rule.matchAll(/'([a-z_]+)'/g)].map(([, value]) => value!).sort()]))
  // What a view shows has no rule of its own.
  const { rows: views } = await sql<{ name: string }>`select viewname as name from pg_views where schemaname = 'public'`.execute(db)
  const stored = resources.filter(({ table }) => !views.some(({ name }) => name === snakeCase(table)))
  const described = stored.flatMap(({ table, attributes }) =>
    Object.entries(attributes).flatMap(([name, attribute]) =>
      // Which Git hosts there are is the program's to know: forge/index.ts is the list.
      attribute.kind === 'enum' && name !== 'forge'
        ? [[`${snakeCase(table)}.${snakeCase(columnOf(name, attribute)!)}`, [...attribute.values!].sort()] as const]
        : [],
    ),
  )
  expect(described.length).toBeGreaterThan(20)
  expect(Object.fromEntries(described)).toEqual(Object.fromEntries(described.map(([place]) => [place, checked.get(place)])))
})
