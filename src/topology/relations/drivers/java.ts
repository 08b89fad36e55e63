import { type DriverLanguage, leadingParts } from './driver.ts'

export const java: DriverLanguage = {
  partsOf: artifactNames,
  drivers: {
    postgres: ['postgresql', 'r2dbc-postgresql', 'quarkus-jdbc-postgresql', 'quarkus-reactive-pg-client', 'vertx-pg-client', 'pgjdbc-ng', 'micronaut-jdbc-postgresql', 'org.postgresql', 'doobie-postgres', 'skunk-core', 'quill-async-postgres', 'jasync-postgresql', 'flyway-database-postgresql', 'spring-ai-starter-vector-store-pgvector'],
    mysql: ['mysql-connector-java', 'mysql-connector-j', 'r2dbc-mysql', 'quarkus-jdbc-mysql', 'quarkus-reactive-mysql-client', 'vertx-mysql-client', 'com.mysql', 'jasync-mysql', 'flyway-mysql', 'quill-async-mysql'],
    mariadb: ['mariadb-java-client', 'r2dbc-mariadb', 'quarkus-jdbc-mariadb', 'org.mariadb.jdbc'],
    sqlserver: ['mssql-jdbc', 'r2dbc-mssql', 'quarkus-jdbc-mssql', 'com.microsoft.sqlserver', 'flyway-sqlserver'],
    oracle: ['ojdbc8', 'ojdbc10', 'ojdbc11', 'ojdbc17', 'oracle-r2dbc', 'quarkus-jdbc-oracle', 'flyway-database-oracle', 'ojdbc6', 'ojdbc7'],
    mongodb: ['spring-boot-starter-data-mongodb', 'spring-boot-starter-data-mongodb-reactive', 'spring-data-mongodb', 'mongodb-driver-sync', 'mongodb-driver-reactivestreams', 'mongo-java-driver', 'mongodb-driver', 'quarkus-mongodb-client', 'quarkus-mongodb-panache', 'vertx-mongo-client', 'micronaut-mongo-sync', 'micronaut-mongo-reactive', 'morphia-core', 'kmongo', 'com.mongodb', 'spring-session-data-mongodb', 'mongo-scala-driver', 'reactivemongo', 'play2-reactivemongo', 'mongo4cats-core', 'mongodb-driver-kotlin-coroutine', 'kmongo-coroutine', 'com.novemberain/monger', 'morphia', 'spring-ai-starter-vector-store-mongodb-atlas'],
    redis: ['spring-boot-starter-data-redis', 'spring-boot-starter-data-redis-reactive', 'spring-session-data-redis', 'jedis', 'io.lettuce.core', 'redisson', 'redisson-spring-boot-starter', 'quarkus-redis-client', 'vertx-redis-client', 'micronaut-redis-lettuce', 'com.taoensso/carmine', 'rediscala', 'scredis', 'redis4cats-effects', 'kreds', 'micronaut-redis', 'quarkus-redis-cache', 'spring-integration-redis', 'redis-om-spring', 'bucket4j-redis', 'org.redisson'],
    memcached: ['spymemcached', 'xmemcached', 'simple-spring-memcached'],
    rabbitmq: ['spring-boot-starter-amqp', 'spring-rabbit', 'spring-cloud-starter-stream-rabbit', 'spring-cloud-stream-binder-rabbit', 'spring-cloud-starter-bus-amqp', 'amqp-client', 'quarkus-smallrye-reactive-messaging-rabbitmq', 'quarkus-messaging-rabbitmq', 'micronaut-rabbitmq', 'vertx-rabbitmq-client', 'com.novemberain/langohr', 'spring-boot-starter-rabbitmq', 'op-rabbit-core', 'fs2-rabbit', 'spring-rabbit-stream', 'reactor-rabbitmq', 'akka-stream-alpakka-amqp', 'pekko-connectors-amqp'],
    activemq: ['spring-boot-starter-activemq', 'spring-boot-starter-artemis', 'activemq-client', 'activemq-broker', 'artemis-jms-client'],
    kafka: ['spring-kafka', 'kafka-clients', 'kafka-streams', 'spring-cloud-starter-stream-kafka', 'spring-cloud-stream-binder-kafka', 'spring-cloud-starter-bus-kafka', 'quarkus-kafka-client', 'quarkus-smallrye-reactive-messaging-kafka', 'quarkus-messaging-kafka', 'micronaut-kafka', 'reactor-kafka', 'vertx-kafka-client', 'alpakka-kafka', 'fs2-kafka', 'zio-kafka', 'akka-stream-kafka', 'pekko-connectors-kafka', 'spring-boot-starter-kafka', 'kafka-streams-scala'],
    nats: ['jnats', 'nats-spring-boot-starter'],
    elasticsearch: ['spring-boot-starter-data-elasticsearch', 'elasticsearch-java', 'elasticsearch-rest-client', 'elasticsearch-rest-high-level-client', 'quarkus-elasticsearch-rest-client', 'spring-data-elasticsearch', 'elastic4s-core', 'elastic4s-client-esjava', 'micronaut-elasticsearch'],
    opensearch: ['opensearch-java', 'opensearch-rest-client', 'opensearch-rest-high-level-client', 'spring-data-opensearch-starter'],
    meilisearch: ['meilisearch-java'],
    dynamodb: ['dynamodb', 'dynamodb-enhanced', 'aws-java-sdk-dynamodb', 'spring-data-dynamodb', 'quarkus-amazon-dynamodb', 'spring-cloud-aws-starter-dynamodb'],
    firestore: ['google-cloud-firestore', 'spring-cloud-gcp-starter-data-firestore'],
    cassandra: ['spring-boot-starter-data-cassandra', 'spring-boot-starter-data-cassandra-reactive', 'java-driver-core', 'cassandra-driver-core', 'cassandra-quarkus-client', 'akka-persistence-cassandra', 'phantom-dsl', 'pekko-persistence-cassandra', 'micronaut-cassandra'],
    clickhouse: ['clickhouse-jdbc', 'clickhouse-http-client', 'client-v2'],
    neo4j: ['spring-boot-starter-data-neo4j', 'neo4j-java-driver', 'quarkus-neo4j', 'neo4j-ogm-core'],
    influxdb: ['influxdb-java', 'influxdb-client-java'],
    s3: ['minio'],
    azurite: ['azure-storage-blob'],
    consul: ['spring-cloud-starter-consul-discovery', 'spring-cloud-starter-consul-config', 'spring-cloud-starter-consul', 'consul-api', 'consul-client', 'micronaut-discovery-client-consul'],
    zookeeper: ['spring-cloud-starter-zookeeper-discovery', 'spring-cloud-starter-zookeeper-config', 'zookeeper', 'curator-framework', 'curator-recipes'],
    etcd: ['jetcd-core'],
    vault: ['spring-cloud-starter-vault-config', 'spring-vault-core', 'quarkus-vault'],
    keycloak: ['keycloak-spring-boot-starter', 'keycloak-admin-client', 'keycloak-spring-security-adapter'],
    temporal: ['temporal-sdk', 'temporal-spring-boot-starter'],
    qdrant: ['spring-ai-starter-vector-store-qdrant'],
    cockroachdb: ['cockroachdb-jdbc-driver'],
    valkey: ['valkey-glide', 'spring-boot-starter-data-valkey', 'valkey-java'],
  },
} // biome-ignore format: a table

/** Of `group:artifact` the artifact, of Leiningen's `group/artifact` likewise, and of an imported package the groups around it. */
function artifactNames(name: string): string[] {
  const [first = '', second] = name.split(/[:%]{1,2}/)
  const last = first.slice(first.lastIndexOf('/') + 1)
  return [...(second === undefined ? [] : [second.trim()]), last, ...leadingParts(first, '.')]
}
