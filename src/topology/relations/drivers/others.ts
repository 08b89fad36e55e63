// Languages with few drivers each.
import type { DriverLanguage } from './driver.ts'

export const swift: DriverLanguage = {
  plain: (name) => name.toLowerCase(),
  drivers: {
    postgres: ['fluent-postgres-driver', 'postgres-nio', 'postgres-kit', 'fluentpostgresdriver', 'postgresnio'],
    mysql: ['fluent-mysql-driver', 'mysql-nio', 'fluentmysqldriver'],
    mongodb: ['fluent-mongo-driver', 'mongokitten', 'mongo-swift-driver', 'fluentmongodriver'],
    redis: ['redis', 'redistack', 'queues-redis-driver'],
    kafka: ['swift-kafka-client'],
  },
} // biome-ignore format: a table

export const haskell: DriverLanguage = {
  drivers: {
    postgres: ['postgresql-simple', 'hasql', 'persistent-postgresql', 'beam-postgres', 'opaleye', 'hasql-pool', 'postgresql-libpq'],
    mysql: ['mysql', 'mysql-simple', 'persistent-mysql', 'mysql-haskell'],
    mongodb: ['mongoDB', 'persistent-mongoDB'],
    redis: ['hedis'],
    rabbitmq: ['amqp'],
    kafka: ['hw-kafka-client'],
  },
} // biome-ignore format: a table

export const crystal: DriverLanguage = {
  drivers: {
    postgres: ['pg', 'avram', 'granite', 'clear', 'jennifer'],
    mysql: ['mysql'],
    mongodb: ['cryomongo', 'moongoon'],
    redis: ['redis', 'sidekiq', 'mosquito'],
    rabbitmq: ['amqp-client'],
  },
} // biome-ignore format: a table

export const dart: DriverLanguage = {
  drivers: {
    postgres: ['postgres', 'postgresql2', 'serverpod', 'stormberry', 'angel3_orm_postgres'],
    mysql: ['mysql1', 'mysql_client', 'mysql_client_plus'],
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
