// Services that code evidently needs and no folder holds, as data: one entry a kind.
import type { ProvidedKind } from '../topology/relations/kinds.ts'
import { type ComposeValue, interpolate, type Variable } from './compose-value.ts'

export interface BackingRecipe {
  readonly image: string
  readonly port: number
  readonly command?: readonly string[]
  /** Where the image keeps its data: the named volume's place. None for what keeps nothing. */
  readonly dataFolder?: string
  readonly environment: Readonly<Record<string, ComposeValue>>
  /** How siblings sign in; absent parts are not used. */
  readonly login: { readonly user?: string; readonly password?: Variable; readonly database?: string }
  /** Runs in the container; as Compose's `test`. */
  readonly healthcheck: readonly string[]
  readonly resources: { readonly memory: string; readonly cpu: string }
  readonly capabilities: readonly string[]
  readonly isReadOnly: boolean
  readonly writableFolders: readonly string[]
  /** Set where the data belongs to a host name, which would otherwise be new with each container. */
  readonly hasFixedHostname: boolean
}

const user = 'app'
const database = 'app'
/** What the official images' entrypoints need to give the data folder to their user and become that user. */
const capabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] as const
const resources = { memory: '512Mi', cpu: '1' } as const

/**
 * The recipe of one service. Its password is a variable: kyozo makes one per environment, and a laptop gets a value that is no secret.
 * Passwords that kyozo makes are letters and digits, because they stand in connection addresses. The checks ask through TCP where the
 * entrypoint prepares the data with a server that listens on a socket only, so that "healthy" means the real one.
 */
export function backingRecipe(kind: ProvidedKind, name: string): BackingRecipe {
  return recipes[kind]({ variable: passwordVariable(name), default: 'local-only' })
}

/** `postgres` → `KYOZO_POSTGRES_PASSWORD`. */
function passwordVariable(name: string): string {
  return `KYOZO_${name.toUpperCase().replaceAll('-', '_')}_PASSWORD`
}

const recipes: Readonly<Record<ProvidedKind, (password: Variable) => BackingRecipe>> = {
  postgres: (password) => ({
    image: 'postgres:17',
    port: 5432,
    dataFolder: '/var/lib/postgresql/data',
    environment: {
      POSTGRES_USER: user,
      POSTGRES_PASSWORD: interpolate([password]),
      POSTGRES_DB: database,
      PGDATA: '/var/lib/postgresql/data',
    },
    login: { user, password, database },
    healthcheck: ['CMD', 'pg_isready', '--host', '127.0.0.1', '--username', user, '--dbname', database],
    resources,
    capabilities,
    isReadOnly: true,
    writableFolders: ['/run/postgresql', '/tmp'],
    hasFixedHostname: false,
  }),
  redis: () => ({
    image: 'redis:7',
    port: 6379,
    command: ['redis-server', '--appendonly', 'yes'],
    dataFolder: '/data',
    environment: {},
    login: {},
    healthcheck: ['CMD-SHELL', 'redis-cli ping | grep -q PONG'],
    resources: { memory: '256Mi', cpu: '0.5' },
    capabilities,
    isReadOnly: true,
    writableFolders: ['/tmp'],
    hasFixedHostname: false,
  }),
  mysql: (password) => ({
    image: 'mysql:8.4',
    port: 3306,
    dataFolder: '/var/lib/mysql',
    environment: { MYSQL_USER: user, MYSQL_PASSWORD: interpolate([password]), MYSQL_DATABASE: database, MYSQL_RANDOM_ROOT_PASSWORD: 'yes' },
    login: { user, password, database },
    healthcheck: ['CMD-SHELL', 'MYSQL_PWD="$MYSQL_PASSWORD" mysqladmin ping --silent --protocol=tcp --user="$MYSQL_USER"'],
    resources: { memory: '1Gi', cpu: '1' },
    capabilities,
    isReadOnly: false,
    writableFolders: [],
    hasFixedHostname: false,
  }),
  mongodb: () => ({
    image: 'mongo:8',
    port: 27017,
    dataFolder: '/data/db',
    environment: {},
    login: { database },
    healthcheck: ['CMD', 'mongosh', '--quiet', '--eval', 'quit(db.runCommand({ ping: 1 }).ok ? 0 : 1)'],
    resources: { memory: '1Gi', cpu: '1' },
    capabilities,
    isReadOnly: false,
    writableFolders: [],
    hasFixedHostname: false,
  }),
  rabbitmq: (password) => ({
    image: 'rabbitmq:4',
    port: 5672,
    dataFolder: '/var/lib/rabbitmq',
    environment: { RABBITMQ_DEFAULT_USER: user, RABBITMQ_DEFAULT_PASS: interpolate([password]) },
    login: { user, password },
    healthcheck: ['CMD', 'rabbitmq-diagnostics', '-q', 'check_port_connectivity'],
    resources: { memory: '512Mi', cpu: '1' },
    capabilities,
    isReadOnly: false,
    writableFolders: [],
    hasFixedHostname: true,
  }),
  mariadb: (password) => ({
    image: 'mariadb:11.4',
    port: 3306,
    dataFolder: '/var/lib/mysql',
    environment: {
      MARIADB_USER: user,
      MARIADB_PASSWORD: interpolate([password]),
      MARIADB_DATABASE: database,
      MARIADB_RANDOM_ROOT_PASSWORD: 'yes',
    },
    login: { user, password, database },
    healthcheck: ['CMD', 'healthcheck.sh', '--connect', '--innodb_initialized'],
    resources: { memory: '1Gi', cpu: '1' },
    capabilities,
    isReadOnly: false,
    writableFolders: [],
    hasFixedHostname: false,
  }),
  valkey: () => ({
    image: 'valkey/valkey:8',
    port: 6379,
    command: ['valkey-server', '--appendonly', 'yes'],
    dataFolder: '/data',
    environment: {},
    login: {},
    healthcheck: ['CMD-SHELL', 'valkey-cli ping | grep -q PONG'],
    resources: { memory: '256Mi', cpu: '0.5' },
    capabilities,
    isReadOnly: true,
    writableFolders: ['/tmp'],
    hasFixedHostname: false,
  }),
  // Alpine's image has a shell and nc; Debian's has nothing that could ask. It starts as its own user and writes nowhere.
  memcached: () => ({
    image: 'memcached:1.6-alpine',
    port: 11211,
    environment: {},
    login: {},
    healthcheck: ['CMD-SHELL', 'printf "version\\r\\nquit\\r\\n" | nc -w 2 127.0.0.1 11211 | grep -q VERSION'],
    resources: { memory: '128Mi', cpu: '0.5' },
    capabilities: [],
    isReadOnly: true,
    writableFolders: [],
    hasFixedHostname: false,
  }),
}

/** Where the official images keep their data, by image name: each declares that folder as a volume. */
export const dataFolders: ReadonlyMap<string, string> = new Map(
  Object.values(recipes).flatMap((recipe) => {
    const { image, dataFolder } = recipe({ variable: 'KYOZO_UNUSED', default: '' })
    return dataFolder === undefined ? [] : [[image.replace(/:.*$/, ''), dataFolder] as const]
  }),
)
