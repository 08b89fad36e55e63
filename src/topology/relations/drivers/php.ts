import type { DriverLanguage } from './driver.ts'

export const php: DriverLanguage = {
  plain: (name) => name.toLowerCase(),
  drivers: {
    postgres: ['ext-pdo_pgsql', 'ext-pgsql', 'amphp/postgres', 'tpetry/laravel-postgresql-enhanced', 'yiisoft/db-pgsql', 'martin-georgiev/postgresql-for-doctrine', 'pgvector/pgvector'],
    mysql: ['ext-pdo_mysql', 'ext-mysqli', 'ext-mysql', 'amphp/mysql', 'react/mysql', 'yiisoft/db-mysql'],
    sqlserver: ['ext-sqlsrv', 'ext-pdo_sqlsrv'],
    oracle: ['yajra/laravel-oci8', 'ext-oci8'],
    mongodb: ['ext-mongodb', 'mongodb/mongodb', 'mongodb/laravel-mongodb', 'jenssegers/mongodb', 'doctrine/mongodb-odm', 'doctrine/mongodb-odm-bundle', 'yiisoft/yii2-mongodb', 'hyperf/mongodb'],
    redis: ['ext-redis', 'predis/predis', 'laravel/horizon', 'snc/redis-bundle', 'symfony/redis-messenger', 'ext-relay', 'clue/redis-react', 'yiisoft/yii2-redis', 'yiisoft/db-redis', 'amphp/redis', 'hyperf/redis', 'enqueue/redis', 'resque/php-resque', 'cheprasov/php-redis-client', 'colinmollenhour/credis'],
    memcached: ['ext-memcached', 'ext-memcache'],
    rabbitmq: ['ext-amqp', 'php-amqplib/php-amqplib', 'symfony/amqp-messenger', 'bunny/bunny', 'vladimir-yuldashev/laravel-queue-rabbitmq', 'enqueue/amqp-lib', 'enqueue/amqp-ext', 'php-amqplib/rabbitmq-bundle', 'hyperf/amqp', 'enqueue/amqp-bunny', 'swarrot/swarrot'],
    kafka: ['ext-rdkafka', 'enqueue/rdkafka', 'mateusjunges/laravel-kafka', 'longlang/phpkafka', 'hyperf/kafka', 'jobcloud/php-kafka-lib'],
    nats: ['basis-company/nats'],
    elasticsearch: ['elasticsearch/elasticsearch', 'ruflin/elastica', 'friendsofsymfony/elastica-bundle', 'yiisoft/yii2-elasticsearch', 'matchish/laravel-scout-elasticsearch', 'babenkoivan/elastic-scout-driver', 'jolicode/elastically'],
    opensearch: ['opensearch-project/opensearch-php'],
    meilisearch: ['meilisearch/meilisearch-php', 'meilisearch/search-bundle'],
    typesense: ['typesense/typesense-php', 'typesense/laravel-scout-typesense-driver'],
    firestore: ['google/cloud-firestore'],
    cassandra: ['ext-cassandra'],
    clickhouse: ['smi2/phpclickhouse'],
    neo4j: ['laudis/neo4j-php-client'],
    influxdb: ['influxdata/influxdb-client-php'],
    consul: ['sensiolabs/consul-php-sdk'],
    temporal: ['temporal/sdk'],
    dynamodb: ['baopham/dynamodb'],
  },
} // biome-ignore format: a table
