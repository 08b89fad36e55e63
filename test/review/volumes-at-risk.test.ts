// Data that a change would put out of reach, and data that it would not.
import { describe, expect, it } from 'vitest'
import { databaseOf, unreadable } from '../../src/review/databases.ts'
import { type Files, nodeService, reviewOf } from './sides.ts'

const app = (services: string, volumes: string): Files => ({
  'compose.yaml': `services:\n  web:\n    build: ./web\n    ports: ["3000:3000"]\n${services}volumes:\n${volumes}`,
  ...nodeService('web'),
  'web/Dockerfile': 'FROM node:24\nCOPY . .\nEXPOSE 3000\nCMD ["node", "server.js"]\n',
})
const database = (image: string, { name = 'db', volume = 'pgdata', at = '/var/lib/postgresql/data' } = {}) =>
  `  ${name}:\n    image: ${image}\n    environment: {POSTGRES_PASSWORD: x}\n    volumes: ["${volume}:${at}"]\n`
const pgdata = '  pgdata: {}\n'

function risksOf(before: Files, after: Files): readonly string[] {
  return reviewOf(before, after).risks.map(
    ({ kind, volume, service, words, advice }) => `${kind} ${volume} of ${service}: ${words}. ${advice}`,
  )
}

describe('a volume is at risk', () => {
  it('when the service that mounts it is removed', () => {
    expect(risksOf(app(database('postgres:17'), pgdata), app('', '  other: {}\n'))).toEqual([
      'unmounted pgdata of db: db is removed; kyozo keeps the volume, and nothing reads it. copy what is still needed, or keep the service',
    ])
  })

  it('when its service mounts another one instead', () => {
    const after = app(database('postgres:17', { volume: 'newdata' }), '  newdata: {}\n')
    expect(risksOf(app(database('postgres:17'), pgdata), after)).toEqual([
      'unmounted pgdata of db: db does not mount it any more and begins with newdata, which is empty; kyozo keeps the volume, and nothing reads it. keep the name pgdata, or move the data',
    ])
  })

  it('when it is mounted in another place', () => {
    const after = app(database('postgres:17', { at: '/var/lib/postgresql' }), pgdata)
    expect(risksOf(app(database('postgres:17'), pgdata), after)).toEqual([
      'elsewhere pgdata of db: db finds it at /var/lib/postgresql and no longer at /var/lib/postgresql/data. make sure that it looks there, or mount it at /var/lib/postgresql/data again',
    ])
  })

  it('when another version of its database does not read it', () => {
    expect(risksOf(app(database('postgres:16-alpine'), pgdata), app(database('postgres:17.2'), pgdata))).toEqual([
      'other_version pgdata of db: postgres 17 does not read what postgres 16 wrote. dump the data with the old version and load it into the new one, or run pg_upgrade',
    ])
  })

  it('when another product is given it', () => {
    expect(risksOf(app(database('postgres:17'), pgdata), app(database('mysql:8.4'), pgdata))).toEqual([
      'other_product pgdata of db: db was postgres and is mysql, which does not read what the other wrote. give it a volume of its own, and move the data',
    ])
  })

  it('when the code turns to another product, which begins empty', () => {
    const using = (driver: string, variable: string): Files =>
      nodeService('api', { dependencies: [driver], code: `connect(process.env.${variable})\n` })
    expect(risksOf(using('pg', 'DATABASE_URL'), using('mysql2', 'DATABASE_URL'))).toEqual([
      'other_product postgres-data of postgres: mysql takes the place of postgres, and begins empty; kyozo keeps the volume, and nothing reads it. move the data from postgres to mysql before postgres goes',
    ])
  })

  it('of a folder whose Dockerfile builds on another version', () => {
    const folder = (image: string): Files => ({
      'db/Dockerfile': `FROM ${image}\nCOPY init.sql /docker-entrypoint-initdb.d/\n`,
      'db/init.sql': 'select 1;\n',
    })
    expect(risksOf(folder('postgres:15'), folder('postgres:16')).map((line) => line.split(':')[1])).toEqual([
      ' postgres 16 does not read what postgres 15 wrote. dump the data with the old version and load it into the new one, or run pg_upgrade',
    ])
  })
})

describe('a volume is not at risk', () => {
  it.each([
    ['when nothing of its service changes', app(database('postgres:17'), pgdata), app(database('postgres:17'), pgdata)],
    ['when its database gets a corrected version', app(database('postgres:17.2'), pgdata), app(database('postgres:17.4'), pgdata)],
    [
      'when its service is called otherwise and mounts it still',
      app(database('postgres:17'), pgdata),
      app(database('postgres:17', { name: 'store' }), pgdata),
    ],
  ])('%s', (_, before, after) => {
    expect(risksOf(before, after)).toEqual([])
  })
})

describe('which version reads what which one wrote', () => {
  it.each([
    ['postgres:16', 'postgres:17', 'postgres 17 does not read what postgres 16 wrote'],
    ['postgres:17', 'postgres:16', 'postgres 16 may not read what postgres 17 wrote'],
    ['postgres:9.5', 'postgres:9.6', 'postgres 9.6 does not read what postgres 9.5 wrote'],
    ['postgres:17.1', 'postgres:17-alpine', undefined],
    ['docker.io/library/postgres:17@sha256:aa', 'postgres:17@sha256:bb', undefined],
    ['postgres:16', 'pgvector/pgvector:pg16', undefined],
    ['pgvector/pgvector:pg16', 'pgvector/pgvector:0.8.0-pg17', 'postgres 17 does not read what postgres 16 wrote'],
    ['timescale/timescaledb:2.14.2-pg15', 'timescale/timescaledb:2.15.0-pg15', undefined],
    ['postgres:17', 'postgres:latest', 'postgres:latest does not say which version it holds'],
    ['mysql:8.0', 'mysql:8.4', undefined],
    ['mysql:8.4', 'mysql:8.0', 'mysql 8.0 may not read what mysql 8.4 wrote'],
    ['mysql:8', 'mysql:8.4', undefined],
    ['mongo:6', 'mongo:8', 'mongodb 8 may not read what mongodb 6 wrote'],
    ['redis:7', 'redis:8', undefined],
    ['redis:8', 'redis:7', 'redis 7 may not read what redis 8 wrote'],
    ['rabbitmq:3.13', 'rabbitmq:4', 'rabbitmq 4 may not read what rabbitmq 3 wrote'],
    ['elasticsearch:8.15.0', 'elasticsearch:9.0.0', 'elasticsearch 9 may not read what elasticsearch 8 wrote'],
  ])('%s → %s: %s', (before, after, words) => {
    const [old, young] = [before, after].map((image) => databaseOf({ image }))
    expect(unreadable(old!, young!)?.words).toBe(words)
  })

  it('of what is no database nothing is said', () => {
    expect(databaseOf({ image: 'nginx:1' })).toBeUndefined()
  })
})
