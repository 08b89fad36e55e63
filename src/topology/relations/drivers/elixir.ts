import type { DriverLanguage } from './driver.ts'

export const elixir: DriverLanguage = {
  drivers: {
    postgres: ['postgrex', 'postgrex_pgoutput', 'pog', 'epgsql', 'pgo'],
    mysql: ['myxql', 'mariaex'],
    sqlserver: ['tds'],
    mongodb: ['mongodb_driver', 'mongodb', 'mongodb_ecto'],
    redis: ['redix', 'exq', 'phoenix_pubsub_redis', 'eredis', 'nebulex_redis_adapter', 'radish', 'valkyrie'],
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
  },
} // biome-ignore format: a table
