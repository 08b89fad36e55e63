// Images that keep data or pass it on, and where they listen.

export interface DatabaseImage {
  /** What it is, in the word that dependencies use. */
  readonly kind: string
  readonly port: number
}

/** By the last part of an image's name. */
export const databaseImages: Readonly<Record<string, DatabaseImage>> = {
  postgres: { kind: 'postgres', port: 5432 }, postgresql: { kind: 'postgres', port: 5432 }, postgis: { kind: 'postgres', port: 5432 }, pgvector: { kind: 'postgres', port: 5432 },
  timescaledb: { kind: 'postgres', port: 5432 }, 'timescaledb-ha': { kind: 'postgres', port: 5432 }, 'spilo-15': { kind: 'postgres', port: 5432 }, 'supabase-postgres': { kind: 'postgres', port: 5432 },
  mysql: { kind: 'mysql', port: 3306 }, 'mysql-server': { kind: 'mysql', port: 3306 }, percona: { kind: 'mysql', port: 3306 }, mariadb: { kind: 'mariadb', port: 3306 },
  mongo: { kind: 'mongodb', port: 27017 }, mongodb: { kind: 'mongodb', port: 27017 }, 'mongodb-community-server': { kind: 'mongodb', port: 27017 },
  redis: { kind: 'redis', port: 6379 }, 'redis-stack': { kind: 'redis', port: 6379 }, 'redis-stack-server': { kind: 'redis', port: 6379 }, keydb: { kind: 'redis', port: 6379 }, dragonfly: { kind: 'redis', port: 6379 },
  valkey: { kind: 'valkey', port: 6379 }, memcached: { kind: 'memcached', port: 11211 },
  kafka: { kind: 'kafka', port: 9092 }, 'cp-kafka': { kind: 'kafka', port: 9092 }, redpanda: { kind: 'kafka', port: 9092 }, rabbitmq: { kind: 'rabbitmq', port: 5672 }, nats: { kind: 'nats', port: 4222 },
  zookeeper: { kind: 'zookeeper', port: 2181 }, 'cp-zookeeper': { kind: 'zookeeper', port: 2181 }, activemq: { kind: 'activemq', port: 61616 },
  elasticsearch: { kind: 'elasticsearch', port: 9200 }, opensearch: { kind: 'opensearch', port: 9200 }, solr: { kind: 'solr', port: 8983 }, meilisearch: { kind: 'meilisearch', port: 7700 }, typesense: { kind: 'typesense', port: 8108 },
  cassandra: { kind: 'cassandra', port: 9042 }, scylla: { kind: 'cassandra', port: 9042 }, neo4j: { kind: 'neo4j', port: 7687 }, dgraph: { kind: 'dgraph', port: 8080 }, arangodb: { kind: 'arangodb', port: 8529 },
  influxdb: { kind: 'influxdb', port: 8086 }, 'clickhouse-server': { kind: 'clickhouse', port: 8123 }, clickhouse: { kind: 'clickhouse', port: 8123 }, questdb: { kind: 'questdb', port: 9000 },
  cockroach: { kind: 'cockroachdb', port: 26257 }, couchdb: { kind: 'couchdb', port: 5984 }, couchbase: { kind: 'couchbase', port: 8091 }, rethinkdb: { kind: 'rethinkdb', port: 28015 }, surrealdb: { kind: 'surrealdb', port: 8000 },
  etcd: { kind: 'etcd', port: 2379 }, minio: { kind: 'minio', port: 9000 }, 'dynamodb-local': { kind: 'dynamodb', port: 8000 }, 'azure-sql-edge': { kind: 'sqlserver', port: 1433 }, 'mssql-server-linux': { kind: 'sqlserver', port: 1433 },
  'oracle-xe': { kind: 'oracle', port: 1521 }, 'oracle-free': { kind: 'oracle', port: 1521 }, db2: { kind: 'db2', port: 50000 }, qdrant: { kind: 'qdrant', port: 6333 }, weaviate: { kind: 'weaviate', port: 8080 },
  milvus: { kind: 'milvus', port: 19530 }, chroma: { kind: 'chroma', port: 8000 },
} // biome-ignore format: a table

/** What a database image runs, or undefined for any other image. */
export function databaseOfImage(image: string | undefined): DatabaseImage | undefined {
  if (image === undefined) return undefined
  const repository = (image.split('@')[0] ?? '').replace(/:[^:/]{0,128}$/, '')
  if (/(?:^|\/)mssql\/(?:rhel\/)?server$/.test(repository)) return { kind: 'sqlserver', port: 1433 }
  const name = repository.split('/').at(-1) ?? ''
  return Object.hasOwn(databaseImages, name) ? databaseImages[name] : undefined
}
