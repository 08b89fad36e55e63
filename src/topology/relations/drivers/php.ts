import type { DriverLanguage } from './driver.ts'

export const php: DriverLanguage = {
  plain: (name) => name.toLowerCase(),
  drivers: {
    postgres: ['ext-pdo_pgsql', 'ext-pgsql', 'amphp/postgres'],
    mysql: ['ext-pdo_mysql', 'ext-mysqli', 'ext-mysql', 'amphp/mysql', 'react/mysql'],
    sqlserver: ['ext-sqlsrv', 'ext-pdo_sqlsrv'],
    oracle: ['yajra/laravel-oci8', 'ext-oci8'],
    mongodb: ['ext-mongodb', 'mongodb/mongodb', 'mongodb/laravel-mongodb', 'jenssegers/mongodb', 'doctrine/mongodb-odm', 'doctrine/mongodb-odm-bundle'],
    redis: ['ext-redis', 'predis/predis', 'laravel/horizon', 'snc/redis-bundle', 'symfony/redis-messenger', 'ext-relay', 'clue/redis-react'],
    memcached: ['ext-memcached', 'ext-memcache'],
    rabbitmq: ['ext-amqp', 'php-amqplib/php-amqplib', 'symfony/amqp-messenger', 'bunny/bunny', 'vladimir-yuldashev/laravel-queue-rabbitmq', 'enqueue/amqp-lib', 'enqueue/amqp-ext'],
    kafka: ['ext-rdkafka', 'enqueue/rdkafka', 'mateusjunges/laravel-kafka', 'longlang/phpkafka'],
    nats: ['basis-company/nats'],
    elasticsearch: ['elasticsearch/elasticsearch', 'ruflin/elastica', 'friendsofsymfony/elastica-bundle'],
    opensearch: ['opensearch-project/opensearch-php'],
    meilisearch: ['meilisearch/meilisearch-php', 'meilisearch/search-bundle'],
    typesense: ['typesense/typesense-php'],
    firestore: ['google/cloud-firestore'],
    cassandra: ['ext-cassandra'],
    clickhouse: ['smi2/phpclickhouse'],
    neo4j: ['laudis/neo4j-php-client'],
    influxdb: ['influxdata/influxdb-client-php'],
    consul: ['sensiolabs/consul-php-sdk'],
    temporal: ['temporal/sdk'],
  },
} // biome-ignore format: a table
