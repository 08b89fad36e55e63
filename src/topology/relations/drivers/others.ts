// Languages with few drivers each.
import type { DriverLanguage } from './driver.ts'

export const swift: DriverLanguage = {
  plain: (name) => name.toLowerCase(),
  drivers: {
    postgres: ['fluent-postgres-driver', 'postgres-nio', 'postgres-kit', 'fluentpostgresdriver', 'postgresnio', 'hummingbird-postgres', 'swift-jobs-postgres', 'jobs-postgres', 'postgresclientkit'],
    mysql: ['fluent-mysql-driver', 'mysql-nio', 'fluentmysqldriver', 'mysql-kit'],
    mongodb: ['fluent-mongo-driver', 'mongokitten', 'mongo-swift-driver', 'fluentmongodriver', 'meow'],
    redis: ['redis', 'redistack', 'queues-redis-driver', 'hummingbird-redis', 'swift-jobs-redis', 'jobs-redis', 'hummingbird-jobs-redis'],
    valkey: ['valkey-swift', 'hummingbird-valkey'],
    rabbitmq: ['rabbitmq-nio'],
    nats: ['swift-nats', 'nats.swift'],
    kafka: ['swift-kafka-client'],
  },
} // biome-ignore format: a table

export const haskell: DriverLanguage = {
  drivers: {
    postgres: ['postgresql-simple', 'hasql', 'persistent-postgresql', 'beam-postgres', 'opaleye', 'hasql-pool', 'postgresql-libpq', 'rel8', 'squeal-postgresql', 'hasql-transaction', 'hasql-th', 'orville-postgresql', 'selda-postgresql', 'postgresql-typed', 'groundhog-postgresql', 'HDBC-postgresql', 'postgresql-query'],
    mysql: ['mysql', 'mysql-simple', 'persistent-mysql', 'mysql-haskell', 'beam-mysql', 'HDBC-mysql', 'groundhog-mysql'],
    mongodb: ['mongoDB', 'persistent-mongoDB'],
    redis: ['hedis'],
    rabbitmq: ['amqp'],
    kafka: ['hw-kafka-client'],
    memcached: ['memcache'],
    nats: ['nats-client'],
    elasticsearch: ['bloodhound'],
    cassandra: ['cql-io'],
  },
} // biome-ignore format: a table

export const crystal: DriverLanguage = {
  drivers: {
    postgres: ['pg', 'avram', 'granite', 'clear', 'jennifer'],
    mysql: ['mysql'],
    mongodb: ['cryomongo', 'moongoon', 'mongo'],
    redis: ['redis', 'sidekiq', 'mosquito'],
    rabbitmq: ['amqp-client', 'amqp'],
  },
} // biome-ignore format: a table

export const dart: DriverLanguage = {
  drivers: {
    postgres: ['postgres', 'postgresql2', 'serverpod', 'stormberry', 'angel3_orm_postgres', 'postgres_pool', 'drift_postgres'],
    mysql: ['mysql1', 'mysql_client', 'mysql_client_plus', 'galileo_mysql'],
    mongodb: ['mongo_dart'],
    redis: ['redis', 'resp_client', 'ioredis'],
    rabbitmq: ['dart_amqp'],
  },
} // biome-ignore format: a table

export const gleam: DriverLanguage = {
  drivers: {
    postgres: ['pog', 'gleam_pgo', 'squirrel'],
    mysql: ['gmysql', 'shork'],
    mongodb: ['mungo'],
    redis: ['radish', 'valkyrie'],
    rabbitmq: ['carotte'],
    kafka: ['franz'],
    nats: ['glats'],
  },
} // biome-ignore format: a table

export const cpp: DriverLanguage = {
  plain: (name) => name.toLowerCase().replace(/^lib|-dev$/g, ''),
  drivers: {
    postgres: ['pqxx', 'pq', 'postgresql', 'soci'],
    mysql: ['mysqlclient', 'mysql-connector-cpp', 'mysqlcppconn', 'mariadb'],
    mongodb: ['mongocxx', 'mongo-cxx-driver', 'mongoc', 'mongo-c-driver'],
    redis: ['hiredis', 'redis-plus-plus', 'redis++'],
    memcached: ['memcached'],
    rabbitmq: ['rabbitmq-c', 'amqpcpp', 'simpleamqpclient', 'amqp-cpp'],
    kafka: ['rdkafka', 'rdkafka++', 'librdkafka', 'cppkafka'],
  },
} // biome-ignore format: a table

export const zig: DriverLanguage = {
  drivers: { postgres: ['pg', 'pg_zig', 'libpq'], mysql: ['myzql'], redis: ['okredis'] },
}
