import { describe, expect, test } from 'vitest'
import { json, serviceNamed } from './summary.ts'

const connectionsOf = (files: Record<string, string>) =>
  serviceNamed(files, 'app').dependsOn.map(({ backing, kind, connection, connections }) => [
    backing,
    kind,
    ...(connections ?? [connection]).map((one) => `${one?.variable} ${one?.template}`),
  ])
const node = (dependency: string, source: string) => ({
  'package.json': json({ scripts: { start: 'node a.js' }, dependencies: { express: '5', [dependency]: '1' } }),
  'a.js': `${source}\napp.listen(3000)\n`,
})
const python = (requirement: string, source: string) => ({
  'requirements.txt': `fastapi\nuvicorn\n${requirement}\n`,
  'main.py': `from fastapi import FastAPI\nimport os\napp = FastAPI()\n${source}\n`,
})
const go = (driver: string, source: string) => ({
  'go.mod': `module app\n\nrequire ${driver} v1.0.0\n`,
  'main.go': `package main\n\nimport (\n\t"net/http"\n\t"os"\n\t_ "${driver}"\n)\n\nfunc main() {\n${source}\n\thttp.ListenAndServe(":8080", nil)\n}\n`,
})
const url = (kind: string) =>
  ({
    redis: 'redis://:{password}@{host}:{port}',
    postgres: 'postgres://{user}:{password}@{host}:{port}/{database}',
    mongodb: 'mongodb://{user}:{password}@{host}:{port}/{database}?authSource=admin',
    rabbitmq: 'amqp://{user}:{password}@{host}:{port}',
  })[kind]

describe('a variable that is handed to a driver', () => {
  test.each([
    [
      'ioredis',
      node('ioredis', "const Redis = require('ioredis')\nconst r = new Redis(process.env.CACHE_URL)"),
      'redis',
      `CACHE_URL ${url('redis')}`,
    ],
    [
      'redis',
      node('redis', "const { createClient } = require('redis')\nconst r = createClient({ url: process.env.SESSIONS })"),
      'redis',
      `SESSIONS ${url('redis')}`,
    ],
    [
      'pg, by a name of its own',
      node('pg', "const pg = require('pg')\nconst where = process.env.MAIN_STORE\nconst p = new pg.Pool({ connectionString: where })"),
      'postgres',
      `MAIN_STORE ${url('postgres')}`,
    ],
    [
      'mongoose',
      node('mongoose', "const mongoose = require('mongoose')\nmongoose.connect(process.env.STORE)"),
      'mongodb',
      `STORE ${url('mongodb')}`,
    ],
    [
      'amqplib',
      node('amqplib', "const amqp = require('amqplib')\namqp.connect(process.env.EVENTS)"),
      'rabbitmq',
      `EVENTS ${url('rabbitmq')}`,
    ],
    [
      'SQLAlchemy',
      python(
        'sqlalchemy\npsycopg2',
        'from sqlalchemy import create_engine\nengine = create_engine(os.environ["MAIN_DB"], echo=os.getenv("ECHO"))',
      ),
      'postgres',
      'MAIN_DB postgresql://{user}:{password}@{host}:{port}/{database}',
    ],
    [
      'psycopg',
      python('psycopg', 'import psycopg\nplace = os.getenv("WAREHOUSE")\nconnection = psycopg.connect(place)'),
      'postgres',
      'WAREHOUSE postgresql://{user}:{password}@{host}:{port}/{database}',
    ],
    [
      'sql.Open',
      go('github.com/lib/pq', '\tdb, _ := sql.Open(os.Getenv("DRIVER"), os.Getenv("STORE"))'),
      'postgres',
      `STORE ${url('postgres')}`,
    ],
    [
      'redis.NewClient',
      go('github.com/redis/go-redis/v9', '\tr := redis.NewClient(&redis.Options{Addr: os.Getenv("SESSIONS")})'),
      'redis',
      'SESSIONS {host}:{port}',
    ],
  ])("by %s is that one's, whatever it is called", (_, files, kind, connection) => {
    expect(connectionsOf(files)).toEqual([[kind, 'requires', connection]])
  })

  test('in parts is each part', () => {
    const source =
      "const { Pool } = require('pg')\nconst p = new Pool({\n  host: process.env.STORE_AT,\n  port: Number(process.env.STORE_PORT),\n  user: process.env.STORE_WHO,\n  password: process.env.STORE_KEY,\n  database: process.env.STORE_IN,\n})"
    expect(connectionsOf(node('pg', source))).toEqual([
      ['postgres', 'requires', 'STORE_AT {host}', 'STORE_PORT {port}', 'STORE_WHO {user}', 'STORE_KEY {password}', 'STORE_IN {database}'],
    ])
  })

  test('is not meant by another call, or by what else the call is told', () => {
    const source =
      "const { Client } = require('discord.js')\nconst { Pool } = require('pg')\nnew Client({ token: process.env.BOT })\nnew Pool({ ssl: process.env.TLS })\nlog(process.env.LEVEL)"
    expect(connectionsOf(node('pg', source))).toEqual([['postgres', 'requires', `DATABASE_URL ${url('postgres')}`]])
  })

  test('in hostile text is looked for in bounded time', () => {
    const source = `${'new Redis('.repeat(4_000)}process.env.A\n${'const a = process.env.B\n'.repeat(2_000)}`
    const start = performance.now()
    connectionsOf(node('ioredis', source))
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})
