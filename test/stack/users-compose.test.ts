import { describe, expect, test } from 'vitest'
import { stackLines, stackOf } from './stack-lines.ts'

const app = {
  'app/package.json': JSON.stringify({ name: 'app', scripts: { start: 'node server.js' }, dependencies: { pg: '8' } }),
  'app/server.js': "import pg from 'pg'\nnew pg.Pool({ connectionString: process.env.DATABASE_URL })\nserver.listen(3000)\n",
  'app/Dockerfile': 'FROM node:24-slim\nCOPY server.js /\nUSER node\nEXPOSE 3000\nCMD ["node", "/server.js"]\n',
}
const composed = (services: string) => stackLines({ ...app, 'compose.yaml': `services:\n${services}` })

describe("the names of a user's compose file", () => {
  test.each(['my_db', 'My_DB', 'my.db', 'my-db'])('a database called %s is the one that the application is given', (name) => {
    const label = name.toLowerCase().replace(/[_.]/g, '-')
    expect(composed(`  app: {build: ./app}\n  ${name}: {image: "postgres:16", environment: {POSTGRES_PASSWORD: p}}\n`)).toEqual([
      `app built DATABASE_URL=postgres://postgres:p@${label}:5432/postgres ← ${label}`,
      `${label} postgres:16${label === name ? '' : ` ~${name}`} POSTGRES_PASSWORD=p`,
    ])
  })

  test('an address, a link or an order that uses the name of the file means the service of that name', () => {
    expect(
      composed(
        '  app: {build: ./app, environment: {DATABASE_URL: "postgres://u:p@my_db/x"}, depends_on: [my_db]}\n  other:\n    build: ./app\n    links: ["my_db:database"]\n  my_db: {image: "postgres:16"}\n',
      ),
    ).toEqual([
      'app built DATABASE_URL=postgres://u:p@my_db/x ← my-db',
      'my-db postgres:16 ~database ~my_db',
      'other built DATABASE_URL=postgres://postgres:@my-db:5432/postgres ← my-db',
    ])
  })

  test('a container by its own name or its host name stays in reach; none takes the name of another service', () => {
    expect(
      composed(
        '  app: {build: ./app, environment: {DATABASE_URL: "postgres://u:p@shop_pg/x"}}\n  db: {image: "postgres:16", container_name: shop_pg, hostname: pg-1}\n  cache: {image: "redis:7", container_name: db}\n',
      ),
    ).toEqual(['app built DATABASE_URL=postgres://u:p@shop_pg/x ← db', 'cache redis:7', 'db postgres:16 ~pg-1 ~shop_pg'])
  })
})

describe("profiles of a user's compose file", () => {
  test('when every service waits for one, the profile is asked for, and the database stays the one of the file', () => {
    const services =
      '  app: {build: ./app, profiles: [prod]}\n  db: {image: "postgres:16", profiles: [prod], environment: {POSTGRES_PASSWORD: p}}\n'
    expect(composed(services)).toEqual([
      'app built DATABASE_URL=postgres://postgres:p@db:5432/postgres ← db',
      'db postgres:16 POSTGRES_PASSWORD=p',
    ])
    expect(stackOf({ ...app, 'compose.yaml': `services:\n${services}` }).differences[0]).toEqual({
      file: 'compose.yaml',
      pointer: '/services/app',
      change: 'the service runs',
      reason: 'kyozo asks for its profile prod',
    })
  })

  test('of several the one for production is asked for, else all that are not for working on the code', () => {
    const two = (first: string, second: string) =>
      composed(
        `  app: {build: ./app, profiles: [${first}]}\n  app-${second}: {build: ./app, profiles: [${second}]}\n  db: {image: "postgres:16", profiles: [${first}, ${second}]}\n`,
      ).map((line) => line.split(' ')[0])
    expect([two('prod', 'dev'), two('app', 'dev'), two('dev', 'test')]).toEqual([
      ['app', 'db'],
      ['app', 'db'],
      ['app', 'app-test', 'db'],
    ])
  })

  test('a service beside others that wait for none stays left out', () => {
    expect(composed('  app: {build: ./app}\n  db: {image: "postgres:16"}\n  tools: {image: "adminer:4", profiles: [tools]}\n')).toEqual([
      'app built DATABASE_URL=postgres://postgres:@db:5432/postgres ← db',
      'db postgres:16',
    ])
  })
})
