import { describe, expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

describe('a database', () => {
  test('is a folder that seeds one, told with its kind, version and seeds', () => {
    const files = {
      'db/Dockerfile': 'FROM postgres:16.2-alpine\nENV POSTGRES_DB=shop\nCOPY initdb/ /docker-entrypoint-initdb.d/\n',
      'db/initdb/0_tables.sql': 'create table a ();',
    }
    expect(servicesIn(files)).toEqual(['db db database/postgres :5432 dockerfile(db/Dockerfile in db) tcp'])
    expect(serviceNamed(files, 'db').facts).toEqual({ database: 'postgres', imageVersion: '16.2', seeds: ['db/initdb/0_tables.sql'] })
  })

  test.each([
    ['mysql:8', 'mysql', 3306],
    ['mongo:7', 'mongodb', 27017],
    ['apache/kafka:4.3.1', 'kafka', 9092],
    ['mcr.microsoft.com/mssql/server:2022-latest', 'sqlserver', 1433],
    ['opensearchproject/opensearch:3', 'opensearch', 9200],
  ])('of %s is %s', (image, kind, port) => {
    const service = serviceNamed({ 'd/Dockerfile': `FROM ${image}\nCOPY x /x\n`, 'd/x': '' }, 'd')
    expect([service.type, service.framework, service.port]).toEqual(['database', kind, port])
  })

  test('is not another kind of the one around it, nor scripts that no image takes', () => {
    const files = { 'db/Dockerfile': 'FROM postgres\nCOPY a.sql /a\n', 'db/a.sql': '', 'db/mysql/Dockerfile': 'FROM mysql\nENV A=b\n' }
    expect(servicesIn(files).map((line) => line.split(' ')[1])).toEqual(['db'])
    expect(rolesIn(files)).toEqual({ 'db/mysql': 'tooling' })
    expect(servicesIn({ 'sql/a.sql': '', 'sql/my.cnf': '' })).toEqual([])
  })

  test('needs no Dockerfile where scripts lie in the folder made for them and something says which database it is', () => {
    const script = 'CREATE TABLE teas (id SERIAL PRIMARY KEY);\n'
    const files = { 'db/initdb/01.sql': script }
    expect(servicesIn(files)).toEqual(['db db database/postgres :5432 template(database in db) tcp'])
    expect(serviceNamed(files, 'db').facts).toEqual({ database: 'postgres', initFolder: 'initdb' })
    expect(serviceNamed({ 'db/initdb/01.sql': 'id int AUTO_INCREMENT' }, 'db').framework).toBe('mysql')
    expect(serviceNamed({ 'mongo/init/seed.js': 'db.teas.insertOne({})' }, 'mongo').framework).toBe('mongodb')
  })

  test('is not one whose kind nothing says, one that a compose file runs, nor scripts at the root', () => {
    const script = 'CREATE TABLE teas (id SERIAL PRIMARY KEY);\n'
    expect(servicesIn({ 'db/initdb/01.sql': 'SELECT 1;' })).toEqual([])
    expect(servicesIn({ 'initdb/01.sql': script })).toEqual([])
    expect(servicesIn({ 'tools/init/01.sql': script })).toEqual([])
    const composed = { 'db/initdb/01.sql': script, 'compose.yaml': 'services:\n  db:\n    image: postgres:17\n' }
    expect(servicesIn(composed).filter((line) => line.includes('template(database'))).toEqual([])
  })
})
