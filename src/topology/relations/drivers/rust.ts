import type { DriverLanguage } from './driver.ts'

export const rust: DriverLanguage = {
  // A crate is listed with dashes and imported with underscores.
  plain: (name) => name.replaceAll('_', '-'),
  drivers: {
    postgres: ['tokio-postgres', 'postgres', 'deadpool-postgres', 'bb8-postgres', 'r2d2_postgres', 'sqlx-postgres', 'cornucopia_async', 'diesel-async/postgres', 'diesel/postgres', 'sqlx/postgres', 'sea-orm/sqlx-postgres', 'rocket_db_pools/sqlx_postgres'],
    mysql: ['mysql', 'mysql_async', 'mysql_async_wasi', 'mysql-async-wasi', 'mysql_common', 'sqlx-mysql', 'diesel/mysql', 'sqlx/mysql', 'sea-orm/sqlx-mysql'],
    sqlserver: ['tiberius', 'bb8-tiberius', 'odbc-api'],
    oracle: ['oracle'],
    mongodb: ['mongodb', 'wither'],
    redis: ['redis', 'fred', 'deadpool-redis', 'bb8-redis', 'r2d2_redis', 'redis-async', 'actix-redis', 'apalis-redis', 'rustis'],
    memcached: ['memcache', 'async-memcached'],
    rabbitmq: ['lapin', 'amqprs', 'amiquip', 'deadpool-lapin'],
    kafka: ['rdkafka', 'kafka', 'rskafka'],
    nats: ['async-nats', 'nats'],
    elasticsearch: ['elasticsearch'],
    opensearch: ['opensearch'],
    meilisearch: ['meilisearch-sdk'],
    dynamodb: ['aws-sdk-dynamodb', 'rusoto_dynamodb'],
    firestore: ['firestore'],
    cassandra: ['scylla', 'cdrs-tokio', 'cassandra-cpp'],
    clickhouse: ['clickhouse', 'clickhouse-rs', 'klickhouse'],
    neo4j: ['neo4rs'],
    influxdb: ['influxdb', 'influxdb2'],
    etcd: ['etcd-client'],
    vault: ['vaultrs'],
    qdrant: ['qdrant-client'],
  },
} // biome-ignore format: a table
