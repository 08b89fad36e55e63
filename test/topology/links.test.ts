import { describe, expect, test } from 'vitest'
import { findNeeds } from '../../src/topology/relations/backing.ts'
import { analyzeFiles, json, serviceNamed, servicesIn } from './summary.ts'

const node = (name: string, source: string, dependencies: Record<string, string> = {}) => ({
  [`${name}/package.json`]: json({ name, scripts: { start: 'node index.js' }, dependencies: { express: '5', ...dependencies } }),
  [`${name}/package-lock.json`]: '{}',
  [`${name}/index.js`]: `app.get('/healthz', ok)\n${source}\napp.listen(3000)\n`,
})
const kindsOf = (files: Record<string, string>, name: string) =>
  serviceNamed(files, name).dependsOn.map(({ service, kind, connection }) => [service, kind, connection?.variable, connection?.template])

describe('a link between services', () => {
  test('comes from an address in the example file, a default in source, or a variable named after a sibling', () => {
    const files = {
      ...node('api', ''),
      ...node('mail', ''),
      ...node('search', ''),
      ...node('web', "fetch(process.env.MAIL_URL ?? 'http://mail:3000')\nprocess.env.SEARCH_URL"),
      'web/.env.example': 'UPSTREAM=http://api:3000/v1\nSEARCH_URL=http://localhost:9999\n',
    }
    expect(kindsOf(files, 'web')).toEqual([
      ['api', 'requires', 'UPSTREAM', 'http://{host}:{port}/v1'],
      ['mail', 'optional', 'MAIL_URL', 'http://{host}:{port}'],
      ['search', 'optional', 'SEARCH_URL', 'http://{host}:{port}'],
    ])
    expect(analyzeFiles(files).startOrder).toEqual(['api', 'mail', 'search', 'web'])
  })

  test("comes from a developer's own machine and a port that one sibling listens on, or from a name without `-service`", () => {
    const listens = (port: number) => `require('express')().listen(${port})`
    const files = {
      ...node('mail', listens(4001)),
      ...node('order-service', listens(4002)),
      ...node('twin-a', listens(4003)),
      ...node('twin-b', listens(4003)),
      ...node(
        'web',
        "fetch(process.env.POST_URL ?? 'http://localhost:4001')\nfetch(process.env.ORDER_URL ?? '')\nfetch(process.env.OTHER_URL ?? 'http://localhost:4003')",
      ),
    }
    expect(kindsOf(files, 'web')).toEqual([
      ['mail', 'optional', 'POST_URL', 'http://{host}:{port}'],
      ['order-service', 'optional', 'ORDER_URL', 'http://{host}:{port}'],
    ])
  })

  test('that a registry resolves sets no variable, nor does one of a list that the framework takes from one place', () => {
    const spring = (name: string, settings: string) => ({
      [`${name}/pom.xml`]: `<project><modelVersion>4.0.0</modelVersion><parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.4.0</version></parent><artifactId>${name}</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>`,
      [`${name}/src/main/java/a/App.java`]:
        'package a;\n@SpringBootApplication\npublic class App { public static void main(String[] a) { SpringApplication.run(App.class, a); } }\n',
      [`${name}/src/main/resources/application.yml`]: settings,
    })
    const routes = `spring:\n  cloud:\n    gateway:\n      routes:\n        - {id: orders, uri: "lb://orders"}\n        - {id: stock, uri: "http://stock:8102"}\n`
    const files = {
      ...spring('gateway', routes),
      ...spring('orders', 'server: {port: 8101}\n'),
      ...spring('stock', 'server: {port: 8102}\n'),
    }
    expect(kindsOf(files, 'gateway').map(([service, , variable]) => [service, variable])).toEqual([
      ['orders', undefined],
      ['stock', undefined],
    ])
  })

  test('in a circle of inferred addresses orders what it can and forbids nothing', () => {
    const files = { ...node('a', ''), ...node('b', ''), 'a/.env.example': 'B=http://b:3000\n', 'b/.env.example': 'A=http://a:3000\n' }
    expect([kindsOf(files, 'a'), kindsOf(files, 'b'), analyzeFiles(files).startOrder]).toEqual([
      [['b', 'optional', 'B', 'http://{host}:{port}']],
      [['a', 'optional', 'A', 'http://{host}:{port}']],
      ['a', 'b'],
    ])
  })

  test('in a circle that is inferred names it, and which links nobody waits for', () => {
    const stack = 'services:\n  a:\n    build: ./a\n    environment: {B_URL: "http://b:3000"}\n  b:\n    build: ./b\n    depends_on: [a]\n'
    const files = { ...node('a', ''), ...node('b', ''), 'compose.yaml': stack }
    const { warnings } = analyzeFiles(files)
    expect([kindsOf(files, 'a').map(([to, kind]) => [to, kind]), kindsOf(files, 'b').map(([to, kind]) => [to, kind]), warnings]).toEqual([
      [['b', 'optional']],
      [['a', 'requires']],
      [
        'Services need one another in a circle, a -> b -> a: a -> b (compose.yaml:4) was inferred and is taken as optional, so that one can start first.',
      ],
    ])
  })

  test('in a circle that is declared is an error that names it with its places', () => {
    const files = {
      ...node('a', ''),
      ...node('b', ''),
      ...node('c', ''),
      'kyozo.yaml': 'services:\n  a:\n    depends_on: [b]\n  b:\n    depends_on: [c]\n  c:\n    depends_on:\n      a: {kind: requires}\n',
    }
    expect(() => analyzeFiles(files)).toThrow(
      'Services depend on one another in a circle: a->b->c->a (kyozo.yaml:3, kyozo.yaml:5, kyozo.yaml:8).',
    )
    expect(() =>
      analyzeFiles({
        ...node('a', ''),
        ...node('b', ''),
        'compose.yaml': 'services:\n  a: {build: ./a, depends_on: [b]}\n  b: {build: ./b, depends_on: [a]}\n',
      }),
    ).toThrow('a->b->a (compose.yaml:2, compose.yaml:3)')
  })

  test('is not made by an address that only comes back', () => {
    expect(
      kindsOf(
        {
          ...node('api', ''),
          ...node('web', ''),
          'api/.env.example': 'CORS_ORIGIN=http://web:3000\n',
          'web/.env.example': 'API_URL=http://api:3000\n',
        },
        'api',
      ).map(([, kind]) => kind),
    ).toEqual(['optional'])
  })
})

describe('a database', () => {
  test.each([
    [
      'a driver that is used',
      node('a', "import pg from 'pg'", { pg: '8' }),
      [['postgres', 'requires', 'DATABASE_URL', 'postgres://{user}:{password}@{host}:{port}/{database}']],
    ],
    [
      'a driver without any sign of use',
      node('a', '', { pg: '8' }),
      [['postgres', 'optional', 'DATABASE_URL', 'postgres://{user}:{password}@{host}:{port}/{database}']],
    ],
    [
      'a variable of another name',
      node('a', "import Redis from 'ioredis'\nnew Redis(process.env.CACHE_REDIS_URL)", { ioredis: '5' }),
      [['redis', 'requires', 'CACHE_REDIS_URL', 'redis://:{password}@{host}:{port}']],
    ],
    [
      'a stated address with a database number',
      node('a', "import Redis from 'ioredis'\nnew Redis(process.env.Q_URL || 'redis://localhost:6379/2')", { ioredis: '5' }),
      [['redis', 'requires', 'Q_URL', 'redis://:{password}@{host}:{port}/2']],
    ],
    [
      'DATABASE_URL under a MySQL driver',
      node('a', "import mysql from 'mysql2'\nprocess.env.DATABASE_URL", { mysql2: '3' }),
      [['mysql', 'requires', 'DATABASE_URL', 'mysql://{user}:{password}@{host}:{port}/{database}']],
    ],
    [
      'MongoDB and RabbitMQ',
      node('a', "import 'mongoose'\nimport 'amqplib'\nprocess.env.MONGO_URL\nprocess.env.AMQP_URL", { mongoose: '8', amqplib: '0' }),
      [
        ['mongodb', 'requires', 'MONGO_URL', 'mongodb://{user}:{password}@{host}:{port}/{database}?authSource=admin'],
        ['rabbitmq', 'requires', 'AMQP_URL', 'amqp://{user}:{password}@{host}:{port}'],
      ],
    ],
  ])('is needed because of %s', (_, files, expected) => {
    expect(kindsOf(files, 'a')).toEqual(expected)
  })

  test('whose address is read in parts gets every part, the host first', () => {
    const files = node(
      'a',
      "import pg from 'pg'\nnew pg.Pool({ user: process.env.PGUSER, host: process.env.PGHOST, port: process.env.PGPORT, password: process.env.PGPASSWORD, database: process.env.PGDATABASE })",
      { pg: '8' },
    )
    expect(serviceNamed(files, 'a').dependsOn.map(({ connections }) => connections)).toEqual([
      [
        { variable: 'PGHOST', template: '{host}' },
        { variable: 'PGUSER', template: '{user}' },
        { variable: 'PGPORT', template: '{port}' },
        { variable: 'PGPASSWORD', template: '{password}' },
        { variable: 'PGDATABASE', template: '{database}' },
      ],
    ])
  })

  test('is shared by those who need it, and needed by none when nothing says so', () => {
    const files = {
      ...node('a', "import pg from 'pg'", { pg: '8' }),
      ...node('b', "import pg from 'pg'", { pg: '8' }),
      ...node('c', 'process.env.DATABASE_URL'),
    }
    expect(analyzeFiles(files).backing.map(({ name, kind }) => [name, kind])).toEqual([['postgres', 'postgres']])
    expect(kindsOf(files, 'c')).toEqual([])
  })

  test('is the folder that holds one, when there is one', () => {
    const files = {
      ...node('a', "import pg from 'pg'", { pg: '8' }),
      'store/Dockerfile': 'FROM postgres:16\nCOPY seed.sql /docker-entrypoint-initdb.d/\n',
      'store/seed.sql': '',
    }
    expect([kindsOf(files, 'a').map(([service]) => service), analyzeFiles(files).backing]).toEqual([['store'], []])
  })

  test('is added because kyozo.yaml asks for it, though no driver shows it', () => {
    const files = { ...node('a', ''), 'kyozo.yaml': 'services: {a: {depends_on: [postgres]}}\n' }
    expect([kindsOf(files, 'a'), analyzeFiles(files).backing]).toEqual([
      [['postgres', 'requires', 'DATABASE_URL', 'postgres://{user}:{password}@{host}:{port}/{database}']],
      [{ name: 'postgres', kind: 'postgres', evidence: [{ path: 'kyozo.yaml', line: 1, fact: 'a depends on postgres', weight: 1 }] }],
    ])
  })

  test.each(['backing: off', 'backing: {postgres: off}', 'backing: {postgresql: off}'])(
    'runs elsewhere when kyozo.yaml says %s, and its variable is required',
    (yaml) => {
      const files = {
        ...node('a', "import pg from 'pg'\nnew pg.Pool({connectionString: process.env.DATABASE_URL})", { pg: '8' }),
        'kyozo.yaml': yaml,
      }
      const { backing, recommendations } = analyzeFiles(files)
      expect([
        servicesIn(files),
        analyzeFiles(files).services[0]?.environment,
        backing.map(({ name, isExternal }) => [name, isExternal]),
        recommendations.find(({ code }) => code === 'backing_not_provided')?.message,
      ]).toEqual([
        ['a a nodejs/express :3000 template(nodejs in a) /healthz [node index.js] ← postgres'],
        [{ name: 'DATABASE_URL', required: true }],
        [['postgres', true]],
        'a needs postgres, which kyozo does not add.',
      ])
    },
  )

  test('is found by scheme where no driver is known', () => {
    const evidence = { path: 'x', fact: 'x' }
    expect(
      findNeeds({
        type: 'nodejs',
        dependencies: [],
        imports: [],
        addresses: [{ variable: 'DSN', value: 'postgres://u@h/d', evidence, from: 'example' }],
      }).map(({ kind, strength }) => [kind, strength]),
    ).toEqual([['postgres', 'optional']])
  })
})

describe('a database that a compose file brings', () => {
  const own = {
    ...node('a', "import pg from 'pg'\nprocess.env.DATABASE_URL", { pg: '8' }),
    'compose.yaml':
      'services:\n  a: {build: a, environment: {DATABASE_URL: "postgres://u:p@db/x"}, depends_on: [db]}\n  db: {image: "postgres:17"}\n',
  }
  const other = (name: string) =>
    `services:\n  a: {build: ../a, environment: {DATABASE_URL: "postgres://u:p@${name}/x"}, depends_on: [${name}]}\n  ${name}: {image: "postgres:16"}\n`

  test.each(['db', 'database'])('is the one that the driver needs, though another file calls its own %s', (name) => {
    const files = { ...own, 'other/docker-compose.prod.yml': other(name) }
    expect([analyzeFiles(files).backing.map((backing) => backing.kind), [...new Set(kindsOf(files, 'a').map(([to]) => to))]]).toEqual([
      ['postgres'],
      ['db'],
    ])
  })

  test('leaves another kind to be added', () => {
    const files = { ...own, ...node('b', "import redis from 'redis'\nprocess.env.REDIS_URL", { redis: '5' }) }
    expect(analyzeFiles(files).backing.map(({ name }) => name)).toEqual(['db', 'redis'])
  })
})
