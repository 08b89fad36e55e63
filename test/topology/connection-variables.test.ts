// The variable that carries an address is the one that the framework's configuration takes it from.
import { expect, test } from 'vitest'
import { serviceNamed } from './summary.ts'

const needs = (files: Record<string, string>) =>
  serviceNamed(files, 'api').dependsOn.map(({ backing, kind, connection, connections = connection === undefined ? [] : [connection] }) => ({
    [`${backing} ${kind}`]: Object.fromEntries(connections.map(({ variable, template }) => [variable, template])),
  }))

const spring = (configuration: Record<string, string>) => ({
  'api/pom.xml':
    '<project><artifactId>api</artifactId><parent><artifactId>spring-boot-starter-parent</artifactId></parent><dependencies><dependency><artifactId>spring-boot-starter-web</artifactId></dependency><dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId></dependency></dependencies></project>',
  'api/src/main/java/App.java':
    '@SpringBootApplication class App { public static void main(String[] args) { SpringApplication.run(App.class); } }',
  ...Object.fromEntries(Object.entries(configuration).map(([name, text]) => [`api/src/main/resources/${name}`, text])),
})

const variable = (name: string, fallback?: string) => `$\{${name}${fallback === undefined ? '' : `:${fallback}`}}`

test.each([
  [
    'an address without a default, whose database the driver tells',
    {
      'application.yml': `spring:\n  datasource:\n    url: ${variable('DB_URL')}\n    username: ${variable('DB_USER', 'shop')}\n    password: ${variable('DB_PASSWORD')}\n`,
    },
    { DB_URL: 'jdbc:postgresql://{host}:{port}/{database}', DB_USER: '{user}', DB_PASSWORD: '{password}' },
  ],
  [
    'an address with a default',
    { 'application.properties': `spring.datasource.url=${variable('JDBC_URL', 'jdbc:postgresql://localhost:5432/shop')}\n` },
    {
      JDBC_URL: 'jdbc:postgresql://{host}:{port}/{database}',
      SPRING_DATASOURCE_USERNAME: '{user}',
      SPRING_DATASOURCE_PASSWORD: '{password}',
    },
  ],
  [
    'an address of parts',
    {
      'application.yml': `spring:\n  datasource:\n    url: jdbc:postgresql://${variable('DB_HOST', 'localhost')}:${variable('DB_PORT', '5432')}/${variable('DB_NAME')}\n    username: ${variable('DB_USER')}\n`,
    },
    { DB_HOST: '{host}', DB_PORT: '{port}', DB_NAME: '{database}', DB_USER: '{user}', SPRING_DATASOURCE_PASSWORD: '{password}' },
  ],
  [
    'a written address',
    { 'application.yml': 'spring:\n  datasource:\n    url: jdbc:postgresql://localhost/shop\n' },
    {
      SPRING_DATASOURCE_URL: 'jdbc:postgresql://{host}:{port}/{database}',
      SPRING_DATASOURCE_USERNAME: '{user}',
      SPRING_DATASOURCE_PASSWORD: '{password}',
    },
  ],
  [
    'a reactive address',
    { 'application.yml': `spring:\n  r2dbc:\n    url: ${variable('R2DBC_URL')}\n` },
    { R2DBC_URL: 'r2dbc:postgresql://{host}:{port}/{database}', SPRING_R2DBC_USERNAME: '{user}', SPRING_R2DBC_PASSWORD: '{password}' },
  ],
])('Spring: %s', (_, configuration, connections) => {
  expect(needs(spring(configuration as Record<string, string>))).toEqual([{ 'postgres requires': connections }])
})

test('Spring: a database in memory needs nobody', () => {
  const files = spring({ 'application.yml': 'spring:\n  datasource:\n    url: jdbc:h2:mem:shop\n' })
  expect(
    needs({
      ...files,
      'api/pom.xml': files['api/pom.xml'].replace('<artifactId>postgresql', '<artifactId>h2').replace('org.postgresql', 'com.h2database'),
    }),
  ).toEqual([])
})

test('Quarkus: the kind is named, and the address is in a variable', () => {
  const files = {
    'api/pom.xml':
      '<project><artifactId>api</artifactId><dependencies><dependency><groupId>io.quarkus</groupId><artifactId>quarkus-rest</artifactId><version>3.15.0</version></dependency></dependencies><build><plugins><plugin><groupId>io.quarkus</groupId><artifactId>quarkus-maven-plugin</artifactId></plugin></plugins></build></project>',
    'api/src/main/java/Api.java': '@Path("/") class Api {}',
    'api/src/main/resources/application.properties': `quarkus.datasource.db-kind=mysql\nquarkus.datasource.jdbc.url=${variable('JDBC_URL')}\nquarkus.datasource.username=${variable('DB_USER')}\n`,
  }
  expect(needs(files)).toEqual([
    {
      'mysql requires': { JDBC_URL: 'jdbc:mysql://{host}:{port}/{database}', DB_USER: '{user}', QUARKUS_DATASOURCE_PASSWORD: '{password}' },
    },
  ])
})

const dotnet = (program: string) => ({
  'api/Api.csproj':
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference Include="Npgsql.EntityFrameworkCore.PostgreSQL" Version="9.0.0" /></ItemGroup></Project>',
  'api/Program.cs': `var builder = WebApplication.CreateBuilder(args);\n${program}\nvar app = builder.Build();\napp.Run();\n`,
})
const ado = 'Host={host};Port={port};Database={database};Username={user};Password={password}'

test.each([
  [
    'in the call that opens the database',
    'builder.Services.AddDbContext<Db>(o => o.UseNpgsql(builder.Configuration.GetConnectionString("Shop")));',
  ],
  [
    'before it',
    'var connection = builder.Configuration.GetConnectionString("Shop");\nbuilder.Services.AddDbContext<Db>(o => o.UseNpgsql(connection));',
  ],
  ['by its key', 'builder.Services.AddNpgsqlDataSource(builder.Configuration["ConnectionStrings:Shop"]!);'],
  ['by Aspire', 'builder.AddNpgsqlDbContext<Db>("Shop");'],
])('.NET: the connection string is the one that is asked for, %s', (_, program) => {
  expect(needs(dotnet(program))).toEqual([{ 'postgres requires': { ConnectionStrings__Shop: ado } }])
})

const symfony = (doctrine: string, env: string) => ({
  'api/composer.json': '{"name":"shop/api","require":{"php":">=8.3","symfony/framework-bundle":"7.*","doctrine/doctrine-bundle":"2.*"}}',
  'api/public/index.php': '<?php',
  'api/config/packages/doctrine.yaml': doctrine,
  ...(env === '' ? {} : { 'api/.env': env }),
})

test('Symfony: Doctrine names the variable, and .env what it is an address of', () => {
  const doctrine = "doctrine:\n    dbal:\n        url: '%env(resolve:SHOP_DSN)%'\n"
  const env = 'SHOP_DSN="mysql://app:pw@127.0.0.1:3306/app?serverVersion=8.0"\n'
  expect(needs(symfony(doctrine, env))).toEqual([{ 'mysql requires': { SHOP_DSN: 'mysql://{user}:{password}@{host}:{port}/{database}' } }])
  const pgsql = "doctrine:\n    dbal:\n        driver: pdo_pgsql\n        url: '%env(SHOP_DSN)%'\n"
  expect(needs(symfony(pgsql, ''))).toEqual([
    { 'postgres requires': { SHOP_DSN: 'postgres://{user}:{password}@{host}:{port}/{database}' } },
  ])
  expect(needs(symfony(doctrine, 'SHOP_DSN="sqlite:///%kernel.project_dir%/var/data.db"\n'))).toEqual([])
})

const ktor = (files: Record<string, string>) => ({
  'api/build.gradle.kts':
    'plugins {\n  kotlin("jvm") version "2.0.21"\n  id("io.ktor.plugin") version "3.0.1"\n}\napplication { mainClass.set("a.AppKt") }\ndependencies {\n  implementation("io.ktor:ktor-server-netty")\n  implementation("org.jetbrains.exposed:exposed-jdbc:0.56.0")\n  implementation("org.postgresql:postgresql:42.7.4")\n}\n',
  'api/src/main/kotlin/App.kt':
    'package a\nimport io.ktor.server.engine.*\nfun main() { embeddedServer(Netty, port = 8080) { module() }.start(wait = true) }\n',
  ...files,
})
const jdbcWithLogin = 'jdbc:postgresql://{host}:{port}/{database}?user={user}&password={password}'

test.each([
  ["Ktor's YAML", { 'api/src/main/resources/application.yaml': 'database:\n  url: "$DATABASE_URL"\n' }],
  [
    "Ktor's YAML with a default",
    { 'api/src/main/resources/application.yaml': 'database:\n  url: "$DATABASE_URL:jdbc:postgresql://localhost/shop"\n' },
  ],
  [
    'HOCON',
    {
      'api/src/main/resources/application.conf':
        'database {\n  url = "jdbc:postgresql://localhost/shop"\n  url = $' + '{?DATABASE_URL}\n}\n',
    },
  ],
  [
    'the source',
    {
      'api/src/main/kotlin/App.kt':
        'package a\nimport io.ktor.server.engine.*\nfun main() { Database.connect(System.getenv("DATABASE_URL")); embeddedServer(Netty, port = 8080) { }.start(wait = true) }\n',
    },
  ],
])('a program of the JVM takes an address of JDBC with the login, by %s', (_, files) => {
  expect(needs(ktor(files))).toEqual([{ 'postgres requires': { DATABASE_URL: jdbcWithLogin } }])
})

test('a driver of the JVM that is none of JDBC keeps the address of its kind', () => {
  const files = ktor({ 'api/src/main/resources/application.conf': 'database.url = $' + '{?DATABASE_URL}\n' })
  const manifest = files['api/build.gradle.kts'].replace('org.postgresql:postgresql:42.7.4', 'io.vertx:vertx-pg-client:4.5.0')
  expect(needs({ ...files, 'api/build.gradle.kts': manifest })).toEqual([
    { 'postgres requires': { DATABASE_URL: 'postgres://{user}:{password}@{host}:{port}/{database}' } },
  ])
})

test('a program of the JVM that takes an address apart keeps the form that it states', () => {
  const files = ktor({ 'api/.env.example': 'DATABASE_URL=postgres://shop:shop@localhost:5432/shop\n' })
  expect(needs(files)).toEqual([{ 'postgres requires': { DATABASE_URL: 'postgres://{user}:{password}@{host}:{port}/{database}' } }])
})
