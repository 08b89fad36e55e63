import type { DriverLanguage } from './driver.ts'

export const elixir: DriverLanguage = {
  drivers: {
    postgres: ['postgrex', 'postgrex_pgoutput', 'pog', 'epgsql', 'pgo', 'ash_postgres', 'ecto_psql_extras', 'geo_postgis', 'eventstore', 'commanded_eventstore_adapter', 'pgvector'],
    mysql: ['myxql', 'mariaex', 'ecto_mysql_extras'],
    sqlserver: ['tds', 'tds_ecto'],
    mongodb: ['mongodb_driver', 'mongodb', 'mongodb_ecto'],
    redis: ['redix', 'exq', 'phoenix_pubsub_redis', 'eredis', 'nebulex_redis_adapter', 'radish', 'valkyrie', 'hammer_backend_redis', 'verk', 'toniq', 'redlock'],
    memcached: ['memcachex'],
    rabbitmq: ['amqp', 'broadway_rabbitmq', 'gen_rmq', 'amqp_client', 'carotte'],
    kafka: ['kafka_ex', 'brod', 'broadway_kafka', 'elsa', 'kaffe', 'franz'],
    nats: ['gnat', 'glats'],
    elasticsearch: ['elasticsearch', 'elastix', 'snap'],
    meilisearch: ['meilisearch', 'meilisearch_ex'],
    cassandra: ['xandra'],
    clickhouse: ['ch', 'ecto_ch', 'clickhousex'],
    neo4j: ['bolt_sips', 'boltx'],
    influxdb: ['instream'],
    dynamodb: ['ex_aws_dynamo'],
    oracle: ['jamdb_oracle'],
    typesense: ['ex_typesense'],
  },
} // biome-ignore format: a table
