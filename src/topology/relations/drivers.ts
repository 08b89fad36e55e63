// Which packages talk to which backing service, and which variables carry its address. Data: add a line, no code.
import type { BackingKind, ServiceType } from '../topology.ts'

export interface Driver {
  readonly kind: BackingKind
  readonly language: ServiceType
  /** Package names; for Go, import paths, of which a longer one is a part. */
  readonly packages: readonly string[]
}

export const drivers: readonly Driver[] = [
  { kind: 'postgres', language: 'nodejs', packages: ['pg', 'postgres', 'pg-promise', 'slonik', 'pg-boss', 'graphile-worker', '@vercel/postgres', '@neondatabase/serverless'] },
  { kind: 'redis', language: 'nodejs', packages: ['redis', 'ioredis', '@redis/client', 'bullmq', 'bull', 'bee-queue', 'connect-redis'] },
  { kind: 'mysql', language: 'nodejs', packages: ['mysql', 'mysql2', 'mariadb'] },
  { kind: 'mongodb', language: 'nodejs', packages: ['mongodb', 'mongoose', 'agenda'] },
  { kind: 'rabbitmq', language: 'nodejs', packages: ['amqplib', 'amqp-connection-manager', 'rhea'] },
  { kind: 'postgres', language: 'python', packages: ['psycopg', 'psycopg2', 'psycopg2-binary', 'psycopg-binary', 'asyncpg', 'aiopg', 'pg8000'] },
  { kind: 'redis', language: 'python', packages: ['redis', 'aioredis', 'rq', 'arq', 'django-redis'] },
  { kind: 'mysql', language: 'python', packages: ['mysqlclient', 'pymysql', 'aiomysql', 'mysql-connector-python'] },
  { kind: 'mongodb', language: 'python', packages: ['pymongo', 'motor', 'mongoengine', 'beanie'] },
  { kind: 'rabbitmq', language: 'python', packages: ['pika', 'aio-pika', 'aioamqp'] },
  { kind: 'postgres', language: 'golang', packages: ['github.com/lib/pq', 'github.com/jackc/pgx', 'gorm.io/driver/postgres'] },
  { kind: 'redis', language: 'golang', packages: ['github.com/redis/go-redis', 'github.com/go-redis/redis', 'github.com/gomodule/redigo', 'github.com/hibiken/asynq'] },
  { kind: 'mysql', language: 'golang', packages: ['github.com/go-sql-driver/mysql', 'gorm.io/driver/mysql'] },
  { kind: 'mongodb', language: 'golang', packages: ['go.mongodb.org/mongo-driver'] },
  { kind: 'rabbitmq', language: 'golang', packages: ['github.com/rabbitmq/amqp091-go', 'github.com/streadway/amqp'] },
] // biome-ignore format: a table

export interface AddressRule {
  readonly kind: BackingKind
  readonly schemes: readonly string[]
  /** Names of variables that hold the whole address. */
  readonly urls: RegExp
  /** Names of variables that hold a part: group `part`. */
  readonly parts: RegExp
  /** The variable when the code names none. */
  readonly usual: string
  /** What follows the scheme. */
  readonly template: string
}

/** Generic names such as DATABASE_URL match several kinds: the driver, or the scheme of a stated value, says which is meant. */
export const addressRules: readonly AddressRule[] = [
  {
    kind: 'postgres',
    schemes: ['postgres', 'postgresql'],
    urls: /^(?:[A-Z0-9]{1,30}_)?(?:DATABASE|POSTGRES|POSTGRESQL|PG|DB|SQLALCHEMY_DATABASE)_(?:URL|URI|DSN|CONNECTION_STRING)$|^DATABASE$/,
    parts: /^(?:PG|POSTGRES_|POSTGRESQL_|DB_|DATABASE_)(?<part>HOST|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASS|DATABASE|NAME|DB)$/,
    usual: 'DATABASE_URL',
    template: '://{user}:{password}@{host}:{port}/{database}',
  },
  {
    kind: 'redis',
    schemes: ['redis', 'rediss', 'valkey'],
    urls: /^(?:[A-Z0-9]{1,30}_)?REDIS(?:_[A-Z0-9]{1,30})?_(?:URL|URI|DSN)$|^CELERY_(?:BROKER_URL|RESULT_BACKEND)$|^BROKER_URL$|^QUEUE_URL$/,
    parts: /^REDIS_?(?<part>HOST|HOSTNAME|PORT|PASSWORD|PASS|ADDR|ADDRESS|USERNAME|USER)$/,
    usual: 'REDIS_URL',
    template: '://:{password}@{host}:{port}',
  },
  {
    kind: 'mysql',
    schemes: ['mysql', 'mariadb'],
    urls: /^(?:[A-Z0-9]{1,30}_)?(?:DATABASE|MYSQL|MARIADB|DB|SQLALCHEMY_DATABASE)_(?:URL|URI|DSN)$/,
    parts: /^(?:MYSQL_|MARIADB_|DB_|DATABASE_)(?<part>HOST|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASS|DATABASE|NAME|DB)$/,
    usual: 'DATABASE_URL',
    template: '://{user}:{password}@{host}:{port}/{database}',
  },
  {
    kind: 'mongodb',
    schemes: ['mongodb'],
    urls: /^(?:[A-Z0-9]{1,30}_)?(?:DATABASE|MONGO|MONGODB|DB)_(?:URL|URI|DSN|CONNECTION_STRING)$/,
    parts: /^(?:MONGO_|MONGODB_)(?<part>HOST|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASS|DATABASE|NAME|DB)$/,
    usual: 'MONGODB_URI',
    template: '://{user}:{password}@{host}:{port}/{database}?authSource=admin',
  },
  {
    kind: 'rabbitmq',
    schemes: ['amqp', 'amqps', 'pyamqp'],
    urls: /^(?:[A-Z0-9]{1,30}_)?(?:AMQP|RABBITMQ|RABBIT|CLOUDAMQP|BROKER)_(?:URL|URI)$|^CELERY_BROKER_URL$/,
    parts: /^(?:RABBITMQ_|RABBIT_|AMQP_)(?<part>HOST|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASS)$/,
    usual: 'AMQP_URL',
    template: '://{user}:{password}@{host}:{port}',
  },
]

export const partTemplates: Readonly<Record<string, string>> = {
  HOST: '{host}', HOSTNAME: '{host}', PORT: '{port}', USER: '{user}', USERNAME: '{user}', PASSWORD: '{password}', PASS: '{password}',
  DATABASE: '{database}', NAME: '{database}', DB: '{database}', ADDR: '{host}:{port}', ADDRESS: '{host}:{port}',
} // biome-ignore format: a table
