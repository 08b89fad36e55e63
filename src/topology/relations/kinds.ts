// The backing services that kyozo knows: by which images they run, and which addresses and variables name them. Data: add a row, no code.
import type { BackingKind } from '../topology.ts'

export interface KindRule {
  readonly kind: BackingKind
  /** Last parts of image names that run it. */
  readonly images: readonly string[]
  readonly schemes: readonly string[]
  /** Words of which every name of a variable below holds one. */
  readonly stems: readonly string[]
  /** Names of variables that hold the whole address. */
  readonly urls: RegExp
  /** Names of variables that hold a part: group `part`. */
  readonly parts: RegExp
  /** Names of variables that can mean no other kind and nothing else, so that one alone speaks for it. Default is none. */
  readonly plain?: RegExp
  /** The variable when the code names none. */
  readonly usual: string
  /** The address, without the scheme where the kind has one. */
  readonly template: string
  /** Kinds whose clients it serves as well. */
  readonly speaks: readonly BackingKind[]
}

/** Generic names such as DATABASE_URL match several kinds: the driver, or the scheme of a stated value, says which is meant. */
export const kindRules: readonly KindRule[] = [
  {
    kind: 'postgres',
    images: ['postgres', 'postgresql', 'postgis', 'pgvector', 'timescaledb', 'postgresql-repmgr', 'alloydbomni', 'supabase-postgres'],
    schemes: ['postgres', 'postgresql'],
    stems: ['PG', 'POSTGRES', 'DB', 'DATABASE'],
    urls: /^(?:[A-Z0-9]{1,30}_)?(?:DATABASE|POSTGRES|POSTGRESQL|PG|DB|SQLALCHEMY_DATABASE)_(?:URL|URI|DSN|CONNECTION_STRING)$|^DATABASE$/,
    parts: /^(?:PG|POSTGRES_|POSTGRESQL_|DB_|DATABASE_)(?<part>HOST|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASS|DATABASE|NAME|DB)$/,
    plain: plainNames('POSTGRES|POSTGRESQL'),
    usual: 'DATABASE_URL',
    template: '://{user}:{password}@{host}:{port}/{database}',
    speaks: [],
  },
  {
    kind: 'redis',
    images: ['redis', 'redis-stack', 'redis-stack-server', 'redismod', 'keydb', 'dragonfly', 'redis-sentinel', 'redis-cluster'],
    schemes: ['redis', 'rediss', 'valkey'],
    stems: ['REDIS', 'CELERY', 'BROKER', 'QUEUE'],
    urls: /^(?:[A-Z0-9]{1,30}_)?REDIS(?:_[A-Z0-9]{1,30})?_(?:URL|URI|DSN)$|^CELERY_(?:BROKER_URL|RESULT_BACKEND)$|^BROKER_URL$|^QUEUE_URL$/,
    parts: /^REDIS_?(?<part>HOST|HOSTNAME|PORT|PASSWORD|PASS|ADDR|ADDRESS|USERNAME|USER)$/,
    plain: plainNames('REDIS'),
    usual: 'REDIS_URL',
    template: '://:{password}@{host}:{port}',
    speaks: [],
  },
  {
    kind: 'mysql',
    images: ['mysql', 'mysql-server', 'percona', 'percona-server'],
    schemes: ['mysql', 'mariadb'],
    stems: ['MYSQL', 'MARIADB', 'DB', 'DATABASE'],
    urls: /^(?:[A-Z0-9]{1,30}_)?(?:DATABASE|MYSQL|MARIADB|DB|SQLALCHEMY_DATABASE)_(?:URL|URI|DSN)$/,
    parts: /^(?:MYSQL_|MARIADB_|DB_|DATABASE_)(?<part>HOST|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASS|DATABASE|NAME|DB)$/,
    plain: plainNames('MYSQL'),
    usual: 'DATABASE_URL',
    template: '://{user}:{password}@{host}:{port}/{database}',
    speaks: [],
  },
  {
    kind: 'mongodb',
    images: ['mongo', 'mongodb', 'mongodb-community-server', 'mongodb-sharded', 'percona-server-mongodb', 'ferretdb'],
    schemes: ['mongodb', 'mongodb+srv'],
    stems: ['MONGO', 'DB', 'DATABASE'],
    urls: /^(?:[A-Z0-9]{1,30}_)?(?:DATABASE|MONGO|MONGODB|DB)_(?:URL|URI|DSN|CONNECTION_STRING)$/,
    parts: /^(?:MONGO_|MONGODB_)(?<part>HOST|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASS|DATABASE|NAME|DB)$/,
    plain: plainNames('MONGO|MONGODB'),
    usual: 'MONGODB_URI',
    template: '://{user}:{password}@{host}:{port}/{database}?authSource=admin',
    speaks: [],
  },
  {
    kind: 'rabbitmq',
    images: ['rabbitmq', 'lavinmq'],
    schemes: ['amqp', 'amqps', 'pyamqp'],
    stems: ['AMQP', 'RABBIT', 'BROKER'],
    urls: /^(?:[A-Z0-9]{1,30}_)?(?:AMQP|RABBITMQ|RABBIT|CLOUDAMQP|BROKER)_(?:URL|URI)$|^CELERY_BROKER_URL$/,
    parts: /^(?:RABBITMQ_|RABBIT_|AMQP_)(?<part>HOST|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASS)$/,
    plain: plainNames('AMQP|RABBITMQ|CLOUDAMQP'),
    usual: 'AMQP_URL',
    template: '://{user}:{password}@{host}:{port}',
    speaks: [],
  },
  rule('cockroachdb', 'COCKROACH|COCKROACHDB|CRDB', { images: ['cockroach', 'cockroachdb'], schemes: ['cockroachdb'], template: '://{user}@{host}:{port}/{database}', speaks: ['postgres'] }),
  rule('mariadb', 'MARIADB', { isPlain: true, images: ['mariadb', 'mariadb-galera'], template: 'mariadb://{user}:{password}@{host}:{port}/{database}', speaks: ['mysql'] }),
  rule('sqlserver', 'MSSQL|SQLSERVER|SQL_SERVER', { images: ['mssql', 'mssql-server', 'azure-sql-edge', 'mssql-server-linux'], schemes: ['sqlserver', 'mssql'], template: '://{user}:{password}@{host}:{port}?database={database}' }),
  rule('oracle', 'ORACLE', { images: ['oracle-xe', 'oracle-free', 'oracle-database'], schemes: ['oracle'], template: '://{user}:{password}@{host}:{port}/{database}' }),
  rule('documentdb', 'DOCUMENTDB', { images: ['documentdb', 'documentdb-local'], template: 'mongodb://{user}:{password}@{host}:{port}/{database}', speaks: ['mongodb'] }),
  rule('valkey', 'VALKEY', { isPlain: true, images: ['valkey', 'valkey-bundle', 'valkey-cluster'], template: 'redis://:{password}@{host}:{port}', speaks: ['redis'] }),
  rule('memcached', 'MEMCACHED?|MEMCACHE|MEMCACHIER', { isPlain: true, images: ['memcached'], schemes: ['memcached'], usual: 'MEMCACHED_SERVERS', template: '{host}:{port}' }),
  rule('activemq', 'ACTIVEMQ|ARTEMIS', { images: ['activemq', 'activemq-classic', 'activemq-artemis'], usual: 'ACTIVEMQ_BROKER_URL', template: 'tcp://{host}:{port}' }),
  rule('kafka', 'KAFKA|REDPANDA', { isPlain: true, images: ['kafka', 'cp-kafka', 'cp-server', 'kafka-native', 'redpanda', 'strimzi-kafka', 'wurstmeister-kafka'], schemes: ['kafka'], usual: 'KAFKA_BROKERS', template: '{host}:{port}' }),
  rule('nats', 'NATS', { isPlain: true, images: ['nats', 'nats-streaming'], schemes: ['nats'], template: '://{host}:{port}' }),
  rule('elasticsearch', 'ELASTICSEARCH|ELASTIC|ES', { isPlain: true, images: ['elasticsearch'], usual: 'ELASTICSEARCH_URL', template: 'http://{host}:{port}' }),
  rule('opensearch', 'OPENSEARCH', { isPlain: true, images: ['opensearch'], template: 'http://{host}:{port}', speaks: ['elasticsearch'] }),
  rule('meilisearch', 'MEILI|MEILISEARCH', { isPlain: true, images: ['meilisearch'], usual: 'MEILI_HOST', template: 'http://{host}:{port}' }),
  rule('typesense', 'TYPESENSE', { isPlain: true, images: ['typesense'], usual: 'TYPESENSE_HOST', template: '{host}' }),
  rule('dynamodb', 'DYNAMODB|DYNAMO', { images: ['dynamodb-local'], usual: 'DYNAMODB_ENDPOINT', template: 'http://{host}:{port}' }),
  rule('firestore', 'FIRESTORE', { images: ['firestore-emulator', 'firestore', 'google-cloud-firestore-emulator'], usual: 'FIRESTORE_EMULATOR_HOST', template: '{host}:{port}' }),
  rule('cassandra', 'CASSANDRA|SCYLLA', { isPlain: true, images: ['cassandra', 'scylla'], schemes: ['cassandra'], usual: 'CASSANDRA_CONTACT_POINTS', template: '{host}' }),
  rule('clickhouse', 'CLICKHOUSE', { isPlain: true, images: ['clickhouse', 'clickhouse-server'], schemes: ['clickhouse'], template: '://{user}:{password}@{host}:{port}/{database}' }),
  rule('neo4j', 'NEO4J', { isPlain: true, images: ['neo4j'], schemes: ['neo4j', 'bolt'], usual: 'NEO4J_URI', template: '://{host}:{port}' }),
  rule('influxdb', 'INFLUX|INFLUXDB', { images: ['influxdb'], template: 'http://{host}:{port}' }),
  rule('s3', 'S3|MINIO|AWS_S3', { images: ['minio', 'localstack', 'seaweedfs', 'garage', 's3mock', 'rustfs'], schemes: ['s3'], usual: 'S3_ENDPOINT', template: 'http://{host}:{port}' }),
  rule('azurite', 'AZURITE', { images: ['azurite'], usual: 'AZURE_STORAGE_CONNECTION_STRING', template: 'UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://{host}' }),
  rule('consul', 'CONSUL', { images: ['consul'], usual: 'CONSUL_HTTP_ADDR', template: 'http://{host}:{port}' }),
  rule('zookeeper', 'ZOOKEEPER|ZK', { images: ['zookeeper', 'cp-zookeeper'], schemes: ['zookeeper', 'zk'], usual: 'ZOOKEEPER_CONNECT', template: '{host}:{port}' }),
  rule('etcd', 'ETCD|ETCDCTL', { images: ['etcd'], schemes: ['etcd'], usual: 'ETCD_ENDPOINTS', template: 'http://{host}:{port}' }),
  rule('vault', 'VAULT', { images: ['vault', 'openbao'], usual: 'VAULT_ADDR', template: 'http://{host}:{port}' }),
  rule('keycloak', 'KEYCLOAK', { images: ['keycloak'], template: 'http://{host}:{port}' }),
  rule('zipkin', 'ZIPKIN', { images: ['zipkin', 'zipkin-slim'], template: 'http://{host}:{port}/api/v2/spans' }),
  rule('jaeger', 'JAEGER', { images: ['jaeger', 'all-in-one', 'jaeger-all-in-one', 'jaeger-collector'], usual: 'JAEGER_ENDPOINT', template: 'http://{host}:{port}' }),
  rule('opentelemetry-collector', 'OTEL|OTEL_COLLECTOR|OTEL_EXPORTER_OTLP', { images: ['opentelemetry-collector', 'opentelemetry-collector-contrib', 'opentelemetry-collector-k8s', 'otelcol', 'aws-otel-collector', 'alloy'], usual: 'OTEL_EXPORTER_OTLP_ENDPOINT', template: 'http://{host}:{port}' }),
  rule('prometheus', 'PROMETHEUS', { images: ['prometheus'], template: 'http://{host}:{port}' }),
  rule('grafana', 'GRAFANA', { images: ['grafana', 'grafana-oss', 'grafana-enterprise', 'otel-lgtm'], template: 'http://{host}:{port}' }),
  rule('mailpit', 'MAILPIT', { images: ['mailpit'], usual: 'SMTP_HOST', template: '{host}', speaks: ['smtp'] }),
  rule('maildev', 'MAILDEV', { images: ['maildev'], usual: 'SMTP_HOST', template: '{host}', speaks: ['smtp'] }),
  rule('smtp', 'SMTP|MAIL|EMAIL|MAILER', { images: ['mailhog', 'mailcatcher', 'inbucket', 'mailcow', 'postfix', 'smtp4dev', 'greenmail', 'fake-smtp-server', 'docker-mailserver'], schemes: ['smtp', 'smtps'], usual: 'SMTP_HOST', template: '{host}' }),
  rule('flagd', 'FLAGD', { images: ['flagd'], usual: 'FLAGD_HOST', template: '{host}' }),
  rule('envoy', 'ENVOY', { images: ['envoy', 'envoy-alpine'], template: 'http://{host}:{port}' }),
  rule('temporal', 'TEMPORAL', { images: ['temporal', 'auto-setup', 'temporalite'], usual: 'TEMPORAL_ADDRESS', template: '{host}:{port}' }),
  rule('qdrant', 'QDRANT', { isPlain: true, images: ['qdrant'], template: 'http://{host}:{port}' }),
  rule('couchdb', 'COUCHDB', { isPlain: true, images: ['couchdb'], template: 'http://{user}:{password}@{host}:{port}' }),
] // biome-ignore format: a table

/** Kinds that kyozo can add to a stack by itself; stack/backing.ts has a recipe for each. */
export const providedKinds = [
  'postgres',
  'redis',
  'mysql',
  'mongodb',
  'rabbitmq',
  'mariadb',
  'valkey',
  'memcached',
] as const satisfies readonly BackingKind[]

export type ProvidedKind = (typeof providedKinds)[number]

export function isProvided(kind: BackingKind): kind is ProvidedKind {
  return (providedKinds as readonly BackingKind[]).includes(kind)
}

/** The port that clients reach each kind at when nothing says otherwise. */
export const standardPorts: Readonly<Record<BackingKind, number>> = {
  postgres: 5432, cockroachdb: 26257, mysql: 3306, mariadb: 3306, sqlserver: 1433, oracle: 1521, mongodb: 27017, documentdb: 10260, redis: 6379,
  valkey: 6379, memcached: 11211, rabbitmq: 5672, activemq: 61616, kafka: 9092, nats: 4222, elasticsearch: 9200, opensearch: 9200,
  meilisearch: 7700, typesense: 8108, dynamodb: 8000, firestore: 8080, cassandra: 9042, clickhouse: 8123, neo4j: 7687, influxdb: 8086, s3: 9000,
  azurite: 10000, consul: 8500, zookeeper: 2181, etcd: 2379, vault: 8200, keycloak: 8080, zipkin: 9411, jaeger: 16686,
  'opentelemetry-collector': 4317, prometheus: 9090, grafana: 3000, mailpit: 1025, maildev: 1025, smtp: 25, flagd: 8013, envoy: 8080,
  temporal: 7233, qdrant: 6333, couchdb: 5984,
} // biome-ignore format: a table

/** `REDIS_URL`, `KAFKA_BROKERS`, `MONGODB_HOST`: a prefix such as `ORDERS_` may be another product's. */
function plainNames(stems: string): RegExp {
  return new RegExp(`^(?:${stems})_(?:URLS?|URI|DSN|HOSTS?|BROKERS?|SERVERS?|NODES?|BOOTSTRAP_SERVERS|CONNECTION_STRING)$`)
}

const byKind: ReadonlyMap<string, KindRule> = new Map(kindRules.map((item) => [item.kind, item]))
const byImage: ReadonlyMap<string, BackingKind> = new Map(
  kindRules.flatMap(({ kind, images }) => images.map((image) => [image, kind] as const)),
)

/** The kinds that a variable of this name may hold an address of, or a part of one. */
export function kindsNamedBy(name: string): BackingKind[] {
  const rules = kindRules.filter(({ stems }) => stems.some((stem) => name.includes(stem)))
  return rules.filter(({ urls, parts }) => urls.test(name) || parts.test(name)).map(({ kind }) => kind)
}

export function ruleOf(kind: string): KindRule | undefined {
  return byKind.get(kind)
}

/** A kind as people call it: by its own name or by its image's, such as `postgresql` or `mongo`, or by the name that an added one has. */
export function ruleCalled(word: string): KindRule | undefined {
  const plain = word.toLowerCase().replace(/^(?:backing|external)-/, '')
  return byKind.get(plain) ?? kindRules.find(({ images }) => images.includes(plain))
}

/** The backing service that an image runs, when it is one of the known kinds: `bitnami/kafka:3` and `mcr.microsoft.com/mssql/server` are. */
export function backingOfImage(image: string | undefined): BackingKind | undefined {
  const [path = ''] = (image ?? '')
    .slice(0, 300)
    .toLowerCase()
    .split(/@|:(?=[^/]{0,128}$)/)
  const [name = '', owner = ''] = path.split('/').reverse()
  return byImage.get(name) ?? (/^(?:server|database|base|core)$/.test(name) ? byImage.get(owner) : undefined)
}

/** Whether a service of one kind serves clients of another. */
export function serves(provider: BackingKind, wanted: BackingKind): boolean {
  return provider === wanted || byKind.get(provider)?.speaks.includes(wanted) === true
}

type Particulars = Pick<KindRule, 'images' | 'template'> &
  Partial<Pick<KindRule, 'schemes' | 'usual' | 'speaks'>> & {
    /** Whether the product's name means nothing else: an address of S3, Consul or SMTP may be anybody's, and telemetry is no need. */
    readonly isPlain?: true
  }

/** Variables of a kind begin with one of its stems: `KAFKA_BROKERS`, `ORDERS_KAFKA_URL`, `KAFKA_HOST`. */
function rule(kind: BackingKind, words: string, { images, template, schemes = [], usual, speaks = [], isPlain }: Particulars): KindRule {
  const stems = words.split('|')
  return {
    kind,
    images,
    schemes,
    stems: stems.map((stem) => stem.replace(/\W/g, '')),
    urls: new RegExp(
      `^(?:[A-Z0-9]{1,30}_){0,2}(?:${words})(?:_[A-Z0-9]{1,30})?_(?:URLS?|URI|DSN|ENDPOINTS?|ADDR|ADDRESS|ADDRESSES|SERVERS?|BROKERS?|NODES?|CONTACT_POINTS|CONNECT|CONNECTION_STRING)$|^(?:${words})$`,
    ),
    parts: new RegExp(`^(?:${words})_(?<part>HOST|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASS|DATABASE|NAME|DB)$`),
    ...(isPlain ? { plain: plainNames(words.replace(/\|ES$/, '')) } : {}),
    usual: usual ?? `${stems[0]}_URL`,
    template,
    speaks,
  }
}
