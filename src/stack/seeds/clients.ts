// How one asks, fills and copies a database with the client that lies beside it in its own container. All of it is arguments, nothing is pasted into text; a
// password is in none of them where the client takes it in another way, since the engine tells everybody who listens which commands it runs.
import { databaseOfImage } from '../../topology/database/images.ts'
import { readDockerfile } from '../../topology/reading/dockerfile.ts'
import type { StackService } from '../stack.ts'

export const seededKinds = ['postgres', 'mysql', 'mariadb', 'mongodb'] as const
export type SeededKind = (typeof seededKinds)[number]

export interface ClientCommand {
  readonly command: readonly string[]
  /** Variables beyond those of the container. Default is none. */
  readonly environment?: Readonly<Record<string, string>>
  /** What must never be printed. Default is nothing. */
  readonly password?: string | undefined
}

export interface DumpCommand extends ClientCommand {
  /** Goes to its standard input. Default is nothing. */
  readonly input?: string
}

export interface DatabaseClient {
  /** Ends with 0 once the database itself answers, not the one that an image prepares the data with. */
  readonly ask: ClientCommand
  /** Takes a dump file on its standard input. */
  readonly load: ClientCommand
  /** Gives everything on its standard output, as `restore` takes it. Undefined where no variable says what everything is. */
  readonly dump: DumpCommand | undefined
  readonly restore: ClientCommand
}

/** What is known of the container that the client runs in. */
export interface ClientPlace {
  /** The container's variables. */
  readonly environment: Readonly<Record<string, string>>
  /** Its address on its network. */
  readonly address: string | null
  /** The database where no variable names one. */
  readonly database?: string
}

/** The database that a service runs, by the image that it is or is built on; undefined for what cannot be seeded. */
export function seededKindOf({ image, build }: Pick<StackService, 'image' | 'build'>): SeededKind | undefined {
  const base = build === undefined ? image : readDockerfile('Dockerfile', build.dockerfile, build.target).image
  const kind = databaseOfImage(base)?.kind
  return seededKinds.find((known) => known === kind)
}

export function clientOf(kind: SeededKind, place: ClientPlace): DatabaseClient {
  return clients[kind](place)
}

const clients: Readonly<Record<SeededKind, (place: ClientPlace) => DatabaseClient>> = {
  postgres,
  mysql: (place) => mysql(place, { client: 'mysql', dump: 'mysqldump', dumpOptions: ['--set-gtid-purged=OFF'] }),
  mariadb: (place) => mysql(place, { client: 'mariadb', dump: 'mariadb-dump', dumpOptions: [] }),
  mongodb,
}

/** The first that is set and not empty. */
function firstOf({ environment }: ClientPlace, names: readonly string[]): string | undefined {
  return names.map((name) => environment[name]).find((value) => value !== undefined && value !== '')
}

/** While the image makes its data it listens on a socket only, so all of it goes through TCP. */
const loopback = '127.0.0.1'

function postgres(place: ClientPlace): DatabaseClient {
  const user = firstOf(place, ['POSTGRES_USER', 'POSTGRESQL_USERNAME']) ?? 'postgres'
  const database = firstOf(place, ['POSTGRES_DB', 'POSTGRESQL_DATABASE']) ?? user
  const password = firstOf(place, ['POSTGRES_PASSWORD', 'POSTGRESQL_PASSWORD'])
  const login = ['--host', loopback, '--username', user, '--dbname', database, '--no-password']
  const environment: Readonly<Record<string, string>> = password === undefined ? {} : { PGPASSWORD: password }
  // Rows that a statement failed on are said in the details: those belong in no comment.
  const psql = ['psql', '--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--set', 'VERBOSITY=terse', '--set', 'SHOW_CONTEXT=never']
  const secret = { environment, password }
  const load = { command: [...psql, ...login, '--single-transaction', '--file', '-'], ...secret }
  return {
    ask: { command: [...psql, ...login, '--command', 'select 1'], ...secret },
    load,
    // What an image has made before, such as PostGIS' schemas, is made anew.
    dump: { command: ['pg_dump', ...login, lockWait, '--no-owner', '--no-privileges', '--clean', '--if-exists'], ...secret },
    restore: load,
  }
}

/** It locks all tables before it gives any, and whoever waits for one of them meanwhile waits for the rest too. */
const lockWait = '--lock-wait-timeout=30000'

interface Programs {
  readonly client: string
  readonly dump: string
  readonly dumpOptions: readonly string[]
}

function mysql(place: ClientPlace, { client, dump, dumpOptions }: Programs): DatabaseClient {
  const named = (name: string) => firstOf(place, [`MARIADB_${name}`, `MYSQL_${name}`])
  const rootPassword = named('ROOT_PASSWORD')
  // Whoever may do everything may also make what a dump says that somebody else defined.
  const isRoot = rootPassword !== undefined || named('USER') === undefined
  const password = isRoot ? rootPassword : named('PASSWORD')
  const database = named('DATABASE') ?? place.database
  const login = ['--protocol=tcp', `--host=${loopback}`, `--user=${isRoot ? 'root' : named('USER')}`, '--default-character-set=utf8mb4']
  const environment: Readonly<Record<string, string>> = password === undefined ? {} : { MYSQL_PWD: password }
  const secret = { environment, password }
  // Where none is named, the dump names its own.
  const load = { command: [client, ...login, ...(database === undefined ? [] : [`--database=${database}`])], ...secret }
  const options = ['--single-transaction', '--no-tablespaces', '--routines', ...dumpOptions]
  return {
    ask: { command: [client, ...login, '--execute=select 1'], ...secret },
    load,
    dump: database === undefined ? undefined : { command: [dump, ...login, ...options, '--', database], ...secret },
    restore: load,
  }
}

function mongodb(place: ClientPlace): DatabaseClient {
  const user = firstOf(place, ['MONGO_INITDB_ROOT_USERNAME', 'MONGODB_ROOT_USER'])
  const password = firstOf(place, ['MONGO_INITDB_ROOT_PASSWORD', 'MONGODB_ROOT_PASSWORD'])
  const database = firstOf(place, ['MONGO_INITDB_DATABASE', 'MONGODB_DATABASE']) ?? place.database ?? 'test'
  // The server that an image makes its users with listens on the loopback, too, so the real one is asked at its address.
  const host = ['--host', place.address ?? loopback]
  const hasLogin = user !== undefined && password !== undefined
  const environment: Readonly<Record<string, string>> = hasLogin ? { KYOZO_SEED_USER: user, KYOZO_SEED_PASSWORD: password } : {}
  const signIn = hasLogin ? ['--eval', signInScript] : []
  const login = hasLogin ? ['--username', user, '--authenticationDatabase', 'admin'] : []
  const everything = ['--archive', '--nsExclude', 'admin.*', '--nsExclude', 'config.*']
  return {
    ask: { command: ['mongosh', '--quiet', '--norc', ...host, '--eval', 'quit(db.runCommand({ ping: 1 }).ok ? 0 : 1)'] },
    // Read as a file, the first error ends it; line by line it would go on.
    load: { command: ['mongosh', '--quiet', '--norc', ...host, ...signIn, '--file', '/dev/stdin', database], environment, password },
    // The tools take a password from a file, from an argument or from somebody who types.
    dump: hasLogin
      ? {
          command: ['mongodump', '--quiet', ...host, ...login, '--config', '/dev/stdin', '--archive'],
          input: JSON.stringify({ password }),
          password,
        }
      : { command: ['mongodump', '--quiet', ...host, '--archive'] },
    // Its input is the data, so the password is an argument; it is the preview's own, and goes with it.
    restore: {
      command: ['mongorestore', '--quiet', ...host, ...login, ...(hasLogin ? ['--password', password] : []), ...everything],
      password,
    },
  }
}

const signInScript = "db.getSiblingDB('admin').auth(process.env.KYOZO_SEED_USER, process.env.KYOZO_SEED_PASSWORD)"
