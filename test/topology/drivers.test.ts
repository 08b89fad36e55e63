// Drivers that are chosen by a feature, an extra or a provider of another package.
import { expect, test } from 'vitest'
import { kindsOf } from '../../src/topology/relations/drivers.ts'
import { serviceNamed } from './summary.ts'

const needs = (files: Record<string, string>) =>
  serviceNamed(files, 'api').dependsOn.map(({ backing, kind, connection }) => [backing, kind, connection?.variable, connection?.template])

const rust = (manifest: string) => ({
  'api/Cargo.toml': `[package]\nname = "api"\n[dependencies]\naxum = "0.8"\n${manifest}`,
  'api/src/main.rs': 'fn main() { axum::serve(listener, app); let url = env::var("DATABASE_URL").unwrap(); }\n',
})
const postgres = [['postgres', 'requires', 'DATABASE_URL', 'postgres://{user}:{password}@{host}:{port}/{database}']]
const mysql = [['mysql', 'requires', 'DATABASE_URL', 'mysql://{user}:{password}@{host}:{port}/{database}']]

test.each([
  ['sqlx = { version = "0.8", features = ["runtime-tokio", "postgres"] }', postgres],
  ['sqlx = { version = "0.8", features = ["mysql"] }', mysql],
  ['sea-orm = { version = "1", features = ["sqlx-postgres", "macros"] }', postgres],
  ['diesel = { version = "2", features = ["mysql", "r2d2"] }', mysql],
  ['diesel-async = { version = "0.5", features = ["postgres", "deadpool"] }', postgres],
  ['[dependencies.rocket_db_pools]\nversion = "0.2"\nfeatures = ["sqlx_postgres"]', postgres],
  ['sqlx = "0.8"\n[features]\ndefault = ["pg"]\npg = ["sqlx/postgres"]', postgres],
  ['sqlx = { version = "0.8", features = ["sqlite"] }', []],
])('a crate asks for its database by a feature: %s', (manifest, expected) => {
  expect(needs(rust(manifest))).toEqual(expected)
})

test('a feature that a workspace states for its members counts for whoever inherits it', () => {
  const { 'api/src/main.rs': main } = rust('')
  const files = {
    'Cargo.toml': '[workspace]\nmembers = ["api", "tool"]\n[workspace.dependencies]\nsqlx = { version = "0.8", features = ["postgres"] }\n',
    'api/Cargo.toml': '[package]\nname = "api"\n[dependencies]\naxum = "0.8"\nsqlx = { workspace = true }\n',
    'api/src/main.rs': main,
    'tool/Cargo.toml': '[package]\nname = "tool"\n',
    'tool/src/lib.rs': '',
  }
  expect(needs(files)).toEqual(postgres)
})

test.each([
  ['databases[postgresql]==0.9', [['postgres', 'requires', 'DATABASE_URL', 'postgresql://{user}:{password}@{host}:{port}/{database}']]],
  ['tortoise-orm[asyncmy]', mysql],
  ['celery[redis]>=5', [['redis', 'optional', 'REDIS_URL', 'redis://:{password}@{host}:{port}']]],
  ['celery>=5', []],
])('a Python package asks for its driver by an extra: %s', (requirement, expected) => {
  const files = {
    'api/requirements.txt': `fastapi\nuvicorn\n${requirement}\n`,
    'api/main.py': 'import os\nfrom fastapi import FastAPI\napp = FastAPI()\nos.environ["DATABASE_URL"]\n',
  }
  expect(needs(files)).toEqual(expected)
})

test('an extra that Poetry states in its table is one as well', () => {
  const files = {
    'api/pyproject.toml': '[tool.poetry.dependencies]\nfastapi = "*"\ndatabases = { version = "0.9", extras = ["postgresql"] }\n',
    'api/main.py': 'import os\nfrom fastapi import FastAPI\napp = FastAPI()\nos.environ["DATABASE_URL"]\n',
  }
  expect(needs(files).map(([kind, need]) => [kind, need])).toEqual([['postgres', 'requires']])
})

test('a variable that may be any database is not of the kind that has one by its own name', () => {
  const files = rust('mongodb = "3"')
  const both = files['api/src/main.rs'].replace('let url', 'let mongo = env::var("MONGODB_URI").unwrap(); let url')
  const template = 'mongodb://{user}:{password}@{host}:{port}/{database}?authSource=admin'
  expect(needs({ ...files, 'api/src/main.rs': both })).toEqual([['mongodb', 'requires', 'MONGODB_URI', template]])
  expect(needs(files)).toEqual([['mongodb', 'requires', 'DATABASE_URL', template]])
})

test.each([
  ['golang', 'github.com/jinzhu/gorm/dialects/postgres', 'postgres'],
  ['golang', 'github.com/golang-migrate/migrate/v4/database/mysql', 'mysql'],
  ['java', 'org.tpolecat:doobie-postgres_3', undefined],
  ['java', 'org.tpolecat:doobie-postgres', 'postgres'],
  ['dotnet', 'Volo.Abp.EntityFrameworkCore.PostgreSql', 'postgres'],
  ['dotnet', 'FreeSql.Provider.MySql', 'mysql'],
  ['elixir', 'ash_postgres', 'postgres'],
  ['ruby', 'activerecord-trilogy-adapter', 'mysql'],
  ['php', 'yiisoft/yii2-redis', 'redis'],
  ['nodejs', '@sequelize/postgres', 'postgres'],
  ['nodejs', 'loopback-connector-mongodb', 'mongodb'],
  ['deno', 'jsr:@db/postgres', 'postgres'],
  ['haskell', 'rel8', 'postgres'],
  ['swift', 'valkey-swift', 'valkey'],
  ['dart', 'drift_postgres', 'postgres'],
] as const)('%s talks by %s to %s', (type, name, kind) => {
  expect(kindsOf(type, name)).toEqual(kind === undefined ? [] : [kind])
})
