import { describe, expect, test } from 'vitest'
import { kindsOf } from '../../src/topology/relations/drivers.ts'
import { backingOfImage, kindRules, providedKinds } from '../../src/topology/relations/kinds.ts'
import { backingKinds } from '../../src/topology/topology.ts'
import { analyzeFiles, json, serviceNamed } from './summary.ts'

const express = { name: 'api', scripts: { start: 'node index.js' }, dependencies: { express: '5' } }
const api = { 'api/package.json': json(express), 'api/package-lock.json': '{}', 'api/index.js': 'app.listen(3000)\n' }
const needsOf = (files: Record<string, string>, name = 'api') =>
  serviceNamed(files, name).dependsOn.map(({ backing, kind, connection }) => [backing, kind, connection?.variable, connection?.template])

describe('a kind of backing service', () => {
  test('has one rule each, and a recipe where kyozo can add it', () => {
    expect(kindRules.map(({ kind }) => kind).sort()).toEqual([...backingKinds].sort())
    expect(providedKinds.every((kind) => (backingKinds as readonly string[]).includes(kind))).toBe(true)
  })

  test.each([
    ['postgres:17-alpine', 'postgres'],
    ['mcr.microsoft.com/mssql/server:2022-latest', 'sqlserver'],
    ['docker.redpanda.com/vectorized/redpanda:v22', 'kafka'],
    ['ghcr.io/valkey-io/valkey:9.0', 'valkey'],
    ['localhost:5000/library/mariadb@sha256:abc', 'mariadb'],
    ['otel/opentelemetry-collector-contrib', 'opentelemetry-collector'],
    ['amazon/dynamodb-local:1.20.0', 'dynamodb'],
    ['shop/server:1', undefined],
    ['shop/api', undefined],
    ['', undefined],
  ])('is told by the image %s', (image, kind) => {
    expect(backingOfImage(image)).toBe(kind)
  })

  test.each([
    ['nodejs', 'kafkajs', 'kafka'],
    ['bun', 'pg', 'postgres'],
    ['deno', 'npm:ioredis', 'redis'],
    ['python', 'Confluent_Kafka', 'kafka'],
    ['golang', 'github.com/jackc/pgx/v5/pgxpool', 'postgres'],
    ['java', 'org.springframework.boot:spring-boot-starter-amqp', 'rabbitmq'],
    ['java', 'mssql-jdbc', 'sqlserver'],
    ['dotnet', 'stackexchange.redis', 'redis'],
    ['php', 'ext-pdo_pgsql', 'postgres'],
    ['ruby', 'sidekiq', 'redis'],
    ['elixir', 'postgrex', 'postgres'],
    ['rust', 'tokio_postgres', 'postgres'],
    ['swift', 'fluent-postgres-driver', 'postgres'],
  ] as const)('is told by the %s driver %s', (type, name, kind) => {
    expect([kindsOf(type, name), kindsOf(type, 'express')]).toEqual([[kind], []])
  })
})

describe('configuration that chooses a database', () => {
  test.each([
    [
      "Prisma's schema, with the variable that it reads",
      { 'api/prisma/schema.prisma': 'datasource db {\n  provider = "mysql"\n  url      = env("SHOP_DB")\n}\n' },
      [['mysql', 'requires', 'SHOP_DB', 'mysql://{user}:{password}@{host}:{port}/{database}']],
    ],
    [
      "Drizzle's configuration",
      { 'api/drizzle.config.ts': "export default { dialect: 'postgresql', dbCredentials: { url: process.env.PG_URL } }\n" },
      [['postgres', 'requires', 'PG_URL', 'postgres://{user}:{password}@{host}:{port}/{database}']],
    ],
    [
      "Rails's production adapter",
      {
        'api/config/database.yml':
          'default: &default\n  adapter: postgresql\ndevelopment:\n  adapter: sqlite3\nproduction:\n  <<: *default\n  url: <%= ENV["DATABASE_URL"] %>\n',
      },
      [['postgres', 'requires', 'DATABASE_URL', 'postgres://{user}:{password}@{host}:{port}/{database}']],
    ],
    [
      "Spring's data source, with the variables that Spring binds",
      {
        'api/src/main/resources/application.yml':
          'spring:\n  datasource:\n    url: jdbc:postgresql://localhost:5432/shop\n  rabbitmq:\n    host: localhost\n',
      },
      [
        ['postgres', 'requires', 'SPRING_DATASOURCE_URL', 'jdbc:postgresql://{host}:{port}/{database}'],
        ['rabbitmq', 'requires', 'AMQP_URL', 'amqp://{user}:{password}@{host}:{port}'],
      ],
    ],
    [
      "a connection string of .NET's settings",
      {
        'api/appsettings.json':
          '{\n  // for the shop\n  "ConnectionStrings": { "Shop": "Server=db;Database=Shop;User Id=sa;Password=x;TrustServerCertificate=true" },\n}\n',
      },
      [
        [
          'sqlserver',
          'requires',
          'ConnectionStrings__Shop',
          'Server={host},{port};Database={database};User Id={user};Password={password};TrustServerCertificate=true',
        ],
      ],
    ],
    [
      "Laravel's example",
      { 'api/artisan': '', 'api/.env.example': 'DB_CONNECTION=pgsql\nQUEUE_CONNECTION=redis\nDB_HOST=127.0.0.1\n' },
      [
        ['postgres', 'requires', 'DB_HOST', '{host}'],
        ['redis', 'requires', 'REDIS_HOST', '{host}'],
      ],
    ],
    [
      "Ecto's repository",
      {
        'api/mix.exs': '',
        'api/lib/shop/repo.ex': 'defmodule R do\n  use Ecto.Repo, otp_app: :shop, adapter: Ecto.Adapters.Postgres\nend\n',
      },
      [['postgres', 'requires', 'DATABASE_URL', 'postgres://{user}:{password}@{host}:{port}/{database}']],
    ],
    [
      "Django's settings",
      {
        'api/manage.py': '',
        'api/shop/settings.py':
          "# 'django.db.backends.mysql'\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': os.environ['PGHOST']}}\n",
      },
      [['postgres', 'requires', 'PGHOST', '{host}']],
    ],
  ])('is %s', (_, configuration, expected) => {
    expect(needsOf({ ...api, ...configuration } as Record<string, string>)).toEqual(expected)
  })

  test.each([
    ['SQLite', { 'api/prisma/schema.prisma': 'datasource db {\n provider = "sqlite"\n url = "file:x"\n}\n' }],
    ['an H2 data source', { 'api/src/main/resources/application.properties': 'spring.datasource.url=jdbc:h2:mem:x\n' }],
    ['settings for development', { 'api/appsettings.Development.json': '{"ConnectionStrings":{"A":"Host=x;Username=y"}}' }],
    ['a profile of its own', { 'api/src/main/resources/application-mysql.properties': 'spring.datasource.url=jdbc:mysql://x/y\n' }],
    ['broken files', { 'api/appsettings.json': '{', 'api/prisma/schema.prisma': 'datasource {', 'api/config/database.yml': '\t{{{' }],
  ])('is none in %s', (_, configuration) => {
    expect(needsOf({ ...api, ...configuration } as Record<string, string>)).toEqual([])
  })
})

describe('a kind that kyozo cannot add', () => {
  const files = {
    ...api,
    'api/package.json': json({ ...express, dependencies: { express: '5', mssql: '11' } }),
    'api/index.js': "import sql from 'mssql'\nsql.connect(process.env.MSSQL_URL)\napp.listen(3000)\n",
  }

  test('stays a dependency, and a recommendation says which variable to set', () => {
    const { backing, recommendations } = analyzeFiles(files)
    expect(backing.map(({ name, kind, isExternal }) => [name, kind, isExternal])).toEqual([['sqlserver', 'sqlserver', true]])
    expect(recommendations.filter(({ code }) => code === 'backing_not_provided')).toEqual([
      {
        code: 'backing_not_provided',
        message: 'api needs sqlserver, which kyozo cannot add by itself.',
        fix: 'Run sqlserver in a compose file of the repository or elsewhere, and set MSSQL_URL under `env` in kyozo.yaml.',
        evidence: [
          { path: 'api/package.json', line: 8, fact: 'mssql in dependencies', weight: 0.5 },
          { path: 'api/index.js', line: 1, fact: 'imports mssql', weight: 0.5 },
          { path: 'api/index.js', line: 2, fact: 'reads MSSQL_URL', weight: 0.5 },
        ],
      },
    ])
  })

  test('is recommended too where only a developer has it', () => {
    const advised = (address: string) => {
      const source = `import sql from 'mssql'\nsql.connect(process.env.MSSQL_URL ?? '${address}')\napp.listen(3000)\n`
      return analyzeFiles({ ...files, 'api/index.js': source }).recommendations.some(({ code }) => code === 'backing_not_provided')
    }
    expect([advised('sqlserver://localhost:1433'), advised('sqlserver://sql.acme.dev:1433')]).toEqual([true, false])
  })

  test('is provided by a product that speaks the same protocol', () => {
    const mysql = {
      ...api,
      'api/package.json': json({ ...express, dependencies: { express: '5', mysql2: '3' } }),
      'api/index.js': "import 'mysql2'\napp.listen(3000)\n",
      'compose.yaml': 'services:\n  api: {build: ./api}\n  store: {image: "mariadb:11"}\n',
    }
    expect([needsOf(mysql), analyzeFiles(mysql).backing.map(({ name }) => name)]).toEqual([
      [['mariadb', 'requires', 'DATABASE_URL', 'mysql://{user}:{password}@{host}:{port}/{database}']],
      ['store'],
    ])
  })
})

describe('a variable that names a product', () => {
  const example = (text: string) => ({ ...api, 'api/.env.example': text })

  test.each([
    ['REDIS_URL=', 'redis'],
    ['MONGODB_URI=', 'mongodb'],
    ['RABBITMQ_URL=', 'rabbitmq'],
    ['ELASTICSEARCH_URL=http://localhost:9200', 'elasticsearch'],
    ['KAFKA_BROKERS=localhost:9092', 'kafka'],
    ['POSTGRES_HOST=localhost', 'postgres'],
  ])('%s alone is a weak sign of %s, which is told and not added', (line, kind) => {
    const { services, backing, recommendations } = analyzeFiles(example(`${line}\n`))
    expect(services.flatMap(({ dependsOn }) => dependsOn.map((link) => [link.backing, link.kind]))).toEqual([[kind, 'optional']])
    expect(backing.map((one) => [one.kind, one.isExternal])).toEqual([[kind, true]])
    expect(recommendations.map(({ code }) => code)).not.toContain('backing_not_provided')
  })

  test('may be read by the source instead', () => {
    const files = { ...api, 'api/index.js': 'connect(process.env.REDIS_URL)\napp.listen(3000)\n' }
    expect(needsOf(files)).toEqual([['redis', 'optional', 'REDIS_URL', 'redis://:{password}@{host}:{port}']])
  })

  test.each([
    'DATABASE_URL=',
    'DB_HOST=localhost',
    'S3_ENDPOINT=',
    'SMTP_HOST=',
    'REDIS_PREFIX=x',
    'BROKER_URL=',
    'ACME_REDIS_URL=',
    'ES_URL=',
  ])('%s alone is none: it may mean something else', (line) => {
    expect(needsOf(example(`${line}\n`))).toEqual([])
  })

  test('is none in the example file that every Laravel application comes with', () => {
    const files = {
      'api/composer.json': json({ require: { 'laravel/framework': '^12' } }),
      'api/artisan': '#!/usr/bin/env php\n',
      'api/public/index.php': '<?php\n',
      'api/.env.example': 'DB_CONNECTION=sqlite\nREDIS_HOST=127.0.0.1\nMEMCACHED_HOST=127.0.0.1\n',
    }
    expect(needsOf(files)).toEqual([])
  })

  test('whose driver is there as well is a need, and added', () => {
    const files = { ...example('REDIS_URL=\n'), 'api/package.json': json({ ...express, dependencies: { express: '5', ioredis: '5' } }) }
    expect([
      needsOf(files).map(([kind, strength]) => [kind, strength]),
      analyzeFiles(files).backing.map(({ isExternal }) => isExternal),
    ]).toEqual([[['redis', 'requires']], [undefined]])
  })
})
