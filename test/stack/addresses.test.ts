// The addresses that services get of one another, as their drivers take them.
import { describe, expect, test } from 'vitest'
import { specifyFromSource } from '../../src/stack/from-source.ts'
import { loadTemplates } from '../../src/templates.ts'
import { type Files, identity, sourceTree } from './support.ts'

const templates = await loadTemplates()

function environmentsOf(files: Files) {
  const { stack } = specifyFromSource(sourceTree(files), { templates, identity, revision: 'r1', release: '1', generation: 1 })
  return Object.fromEntries(Object.entries(stack.document.services).map(([name, { environment }]) => [name, environment]))
}

function nodeService(dependencies: Record<string, string>, source: string): Files {
  return {
    'api/package.json': JSON.stringify({ name: 'api', scripts: { start: 'node s.js' }, dependencies }),
    'api/package-lock.json': '{}',
    'api/s.js': `${source}\nrequire('http').createServer().listen(process.env.PORT ?? 3000)\n`,
  }
}

describe('an address', () => {
  test('of a database without a login has no place for one', () => {
    const { api } = environmentsOf(
      nodeService(
        { mongodb: '6', redis: '5' },
        `new (require('mongodb').MongoClient)(process.env.MONGO_URI)\nrequire('redis').createClient({ url: process.env.REDIS_URL })`,
      ),
    )
    expect(api).toEqual({ MONGO_URI: 'mongodb://mongodb:27017/app', PORT: '3000', REDIS_URL: 'redis://redis:6379' })
  })

  test('in parts leaves out the name and the password that nobody has', () => {
    const source = `require('ioredis')({ host: process.env.REDIS_HOST, port: process.env.REDIS_PORT, password: process.env.REDIS_PASSWORD })`
    expect(environmentsOf(nodeService({ ioredis: '5' }, source)).api).toEqual({ PORT: '3000', REDIS_HOST: 'redis', REDIS_PORT: '6379' })
  })

  test("of MySQL is for Go what its driver calls a data source's name", () => {
    const { '.': _, ...environments } = environmentsOf({
      'go.mod': 'module example.com/app\n\ngo 1.24\n\nrequire github.com/go-sql-driver/mysql v1.9.0\n',
      'go.sum': '',
      'main.go': `package main\n\nimport (\n\t"database/sql"\n\t"net/http"\n\t"os"\n\n\t_ "github.com/go-sql-driver/mysql"\n)\n\nfunc main() {\n\tsql.Open("mysql", os.Getenv("DB_DSN"))\n\thttp.ListenAndServe(":8080", nil)\n}\n`,
    })
    expect(Object.values(environments)).toContainEqual(
      expect.objectContaining({ DB_DSN: ['app:$', '{KYOZO_MYSQL_PASSWORD:-local-only}@tcp(mysql:3306)/app'].join('') }),
    )
  })
})
