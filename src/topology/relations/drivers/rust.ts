import type { DriverLanguage } from './driver.ts'

export const rust: DriverLanguage = {
  // A crate is listed with dashes and imported with underscores.
  plain: (name) => name.replaceAll('_', '-'),
  drivers: {
    postgres: ['tokio-postgres', 'postgres', 'deadpool-postgres', 'bb8-postgres', 'r2d2_postgres', 'sqlx-postgres', 'cornucopia_async', 'diesel-async/postgres', 'diesel/postgres', 'sqlx/postgres', 'sea-orm/sqlx-postgres', 'rocket_db_pools/sqlx_postgres', 'rocket_db_pools/deadpool_postgres', 'rocket_db_pools/diesel_postgres', 'rocket_sync_db_pools/diesel_postgres_pool', 'rocket_sync_db_pools/postgres_pool', 'diesel/postgres_backend', 'apalis/postgres', 'apalis-postgres', 'apalis-sql/postgres', 'fang/asynk-postgres', 'rbdc-pg', 'clorinde', 'graphile_worker', 'pgmq', 'sqlxmq', 'tower-sessions-sqlx-store/postgres', 'sea-orm-migration/sqlx-postgres', 'toasty/postgresql', 'loco-rs/bg_pg', 'refinery/tokio-postgres', 'pgvector', 'postgres-es'],
    mysql: ['mysql', 'mysql_async', 'mysql_async_wasi', 'mysql-async-wasi', 'mysql_common', 'sqlx-mysql', 'diesel/mysql', 'sqlx/mysql', 'sea-orm/sqlx-mysql', 'rocket_db_pools/sqlx_mysql', 'rocket_db_pools/diesel_mysql', 'rocket_sync_db_pools/diesel_mysql_pool', 'rocket_sync_db_pools/mysql_pool', 'diesel/mysql_backend', 'diesel-async/mysql', 'rbdc-mysql', 'sea-orm-migration/sqlx-mysql', 'toasty/mysql', 'apalis-sql/mysql', 'tower-sessions-sqlx-store/mysql'],
    sqlserver: ['tiberius', 'bb8-tiberius', 'odbc-api'],
    oracle: ['oracle'],
    mongodb: ['mongodb', 'wither', 'rocket_db_pools/mongodb'],
    redis: ['redis', 'fred', 'deadpool-redis', 'bb8-redis', 'r2d2_redis', 'redis-async', 'actix-redis', 'apalis-redis', 'rustis', 'rocket_db_pools/deadpool_redis', 'actix-session/redis-session', 'actix-session/redis-rs-session', 'apalis/redis', 'tower-sessions-redis-store', 'rusty-sidekiq', 'loco-rs/bg_redis', 'cached/redis_store', 'cached/redis_tokio', 'mobc-redis'],
    memcached: ['memcache', 'async-memcached', 'rocket_sync_db_pools/memcache_pool', 'bb8-memcached'],
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
