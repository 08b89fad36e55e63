// A database that a folder of the repository makes.
import { describe, expect, test } from 'vitest'
import { specifyFromSource } from '../../src/stack/from-source.ts'
import type { StackSpec } from '../../src/stack/stack.ts'
import { loadTemplates } from '../../src/templates.ts'
import { type Files, identity, sourceTree } from './support.ts'

const templates = await loadTemplates()
const api = {
  'api/package.json': JSON.stringify({ name: 'api', scripts: { start: 'node s.js' }, dependencies: { pg: '8' } }),
  'api/package-lock.json': '{}',
  'api/s.js': `const { Pool } = require('pg')\nnew Pool({ connectionString: process.env.DATABASE_URL })\nrequire('http').createServer().listen(3000)\n`,
}

function stackOf(files: Files): StackSpec {
  const context = { templates, identity, revision: 'r1', release: '1', generation: 1 }
  return specifyFromSource(sourceTree(files), context).stack
}

describe('a folder of scripts for the first start of a database', () => {
  const stack = stackOf({ ...api, 'db/initdb/01.sql': 'CREATE TABLE teas (id SERIAL PRIMARY KEY);\n' })

  test('stands in for the one that would be added: no second one, and its users get its address', () => {
    expect(stack.services.map(({ name }) => name)).toEqual(['db', 'api'])
    expect(stack.document.services.api?.environment).toMatchObject({
      DATABASE_URL: ['postgres://app:$', '{KYOZO_DB_PASSWORD:-local-only}@db:5432/app'].join(''),
    })
    expect(stack.secrets).toEqual([{ name: 'db-password', variable: 'KYOZO_DB_PASSWORD' }])
  })

  test('keeps its data, is asked by its own program and published to nobody', () => {
    const { db } = stack.document.services
    expect([db?.volumes, db?.ports, db?.read_only]).toEqual([
      [{ type: 'volume', source: 'db-data', target: '/var/lib/postgresql/data' }],
      undefined,
      true,
    ])
    expect(stack.services[0]?.health).toEqual({
      kind: 'exec',
      command: ['pg_isready', '--host', '127.0.0.1', '--username', 'app', '--dbname', 'app'],
    })
  })
})

test('a database with a Dockerfile that states how one signs in gives that to its users', () => {
  const stack = stackOf({
    ...api,
    'db/Dockerfile':
      'FROM postgres:16\nENV POSTGRES_USER=tea POSTGRES_PASSWORD=leaf POSTGRES_DB=shop\nCOPY a.sql /docker-entrypoint-initdb.d/\n',
    'db/a.sql': '',
  })
  expect(stack.document.services.api?.environment).toMatchObject({ DATABASE_URL: 'postgres://tea:leaf@db:5432/shop' })
  expect(stack.document.services.db?.environment).toMatchObject({ POSTGRES_PASSWORD: 'leaf' })
  expect(stack.secrets).toEqual([])
})
