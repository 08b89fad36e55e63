// The commands that fill and copy databases: MySQL, MariaDB and MongoDB by their arguments alone, PostgreSQL on a real one beside (engine/exec-stream.test.ts).
import { expect, it } from 'vitest'
import { type ClientPlace, clientOf, seededKindOf } from '../../../src/stack/seeds/clients.ts'

const place = (environment: ClientPlace['environment'], more: Partial<ClientPlace> = {}): ClientPlace => ({
  ...{ environment, address: '10.213.0.7' },
  ...more,
})

it('PostgreSQL is spoken to as the made user in the made database, and its password stands in no argument', () => {
  const client = clientOf('postgres', place({ POSTGRES_USER: 'app', POSTGRES_PASSWORD: 'secret', POSTGRES_DB: 'shop' }))
  const login = '--host 127.0.0.1 --username app --dbname shop --no-password'
  const psql = 'psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set VERBOSITY=terse --set SHOW_CONTEXT=never'
  expect(client.load.command.join(' ')).toBe(`${psql} ${login} --single-transaction --file -`)
  expect(client.dump?.command.join(' ')).toBe(`pg_dump ${login} --lock-wait-timeout=30000 --no-owner --no-privileges --clean --if-exists`)
  expect(client.restore).toEqual(client.load)
  expect(client.ask.command.join(' ')).toBe(`${psql} ${login} --command select 1`)
  expect([client.load, client.dump, client.ask].map((one) => one?.environment)).toEqual(Array(3).fill({ PGPASSWORD: 'secret' }))
})

it('PostgreSQL without a word is the user postgres and the database of that name', () => {
  const { command, environment } = clientOf('postgres', place({ POSTGRES_HOST_AUTH_METHOD: 'trust' })).load
  expect(command.join(' ')).toContain('--username postgres --dbname postgres')
  expect(environment).toEqual({})
})

it('MySQL is spoken to as root where that has a password, since a dump may say who else defined what', () => {
  const client = clientOf('mysql', place({ MYSQL_ROOT_PASSWORD: 'r', MYSQL_USER: 'app', MYSQL_PASSWORD: 'a', MYSQL_DATABASE: 'shop' }))
  const login = '--protocol=tcp --host=127.0.0.1 --user=root --default-character-set=utf8mb4'
  expect(client.load).toEqual({ command: `mysql ${login} --database=shop`.split(' '), environment: { MYSQL_PWD: 'r' }, password: 'r' })
  expect(client.restore).toEqual(client.load)
  const options = '--single-transaction --no-tablespaces --routines --set-gtid-purged=OFF'
  expect(client.dump?.command.join(' ')).toBe(`mysqldump ${login} ${options} -- shop`)
})

it('MariaDB has programs of its own, and the made user where root has a password that nobody knows', () => {
  const made = { MARIADB_USER: 'app', MARIADB_PASSWORD: 'a', MARIADB_DATABASE: 'app', MARIADB_RANDOM_ROOT_PASSWORD: 'yes' }
  const client = clientOf('mariadb', place(made))
  const login = '--protocol=tcp --host=127.0.0.1 --user=app --default-character-set=utf8mb4'
  expect(client.load).toEqual({ command: `mariadb ${login} --database=app`.split(' '), environment: { MYSQL_PWD: 'a' }, password: 'a' })
  expect(client.dump?.command.join(' ')).toBe(`mariadb-dump ${login} --single-transaction --no-tablespaces --routines -- app`)
  // Of one that names no database nobody knows what all of it is.
  expect(clientOf('mariadb', place({ MARIADB_ROOT_PASSWORD: 'r' })).dump).toBeUndefined()
  expect(clientOf('mariadb', place({ MARIADB_ROOT_PASSWORD: 'r' })).load.command).not.toContainEqual(expect.stringContaining('--database'))
})

it('MongoDB is asked at its address, since its image makes users with a server on the loopback, and a script ends with its first error', () => {
  const open = clientOf('mongodb', place({}, { database: 'app' }))
  expect(open.load.command.join(' ')).toBe('mongosh --quiet --norc --host 10.213.0.7 --file /dev/stdin app')
  expect(open.dump?.command.join(' ')).toBe('mongodump --quiet --host 10.213.0.7 --archive')
  expect(open.restore.command.join(' ')).toBe('mongorestore --quiet --host 10.213.0.7 --archive --nsExclude admin.* --nsExclude config.*')
  const closed = clientOf('mongodb', place({ MONGO_INITDB_ROOT_USERNAME: 'root', MONGO_INITDB_ROOT_PASSWORD: 'secret' }))
  expect(closed.load.command.join(' ')).not.toContain('secret')
  expect(closed.load.environment).toEqual({ KYOZO_SEED_USER: 'root', KYOZO_SEED_PASSWORD: 'secret' })
  expect(closed.load.command.slice(-3)).toEqual(['--file', '/dev/stdin', 'test'])
  expect(closed.dump?.command.join(' ')).toBe(
    'mongodump --quiet --host 10.213.0.7 --username root --authenticationDatabase admin --config /dev/stdin --archive',
  )
  expect(closed.dump?.input).toBe('{"password":"secret"}')
  expect(closed.restore.command.join(' ')).toContain('--username root --authenticationDatabase admin --password secret --archive')
})

it('a service is known by the image that it runs or is built on', () => {
  const built = { image: 'kyozo/shop/db:1', build: { context: 'db', files: [], dockerfile: 'FROM postgis/postgis:17-3.5\n', args: {} } }
  expect(seededKindOf(built)).toBe('postgres')
  expect(seededKindOf({ image: 'ghcr.io/acme/mysql:8.4' })).toBe('mysql')
  expect([seededKindOf({ image: 'redis:7' }), seededKindOf({ image: 'busybox:stable' })]).toEqual([undefined, undefined])
})
