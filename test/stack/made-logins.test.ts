// The login of a database that kyozo adds, as it reaches services whose code has the login of another.
import { describe, expect, test } from 'vitest'
import type { MemoryFiles } from '../support/source-tree.ts'
import { stackOf } from './stack-lines.ts'

function environmentsOf(files: MemoryFiles) {
  return Object.fromEntries(Object.entries(stackOf(files).document.services).map(([name, { environment }]) => [name, environment]))
}

const password = ['$', '{KYOZO_POSTGRES_PASSWORD:-local-only}'].join('')
const mysqlPassword = ['$', '{KYOZO_MYSQL_PASSWORD:-local-only}'].join('')

function nodeFiles(config: string, more: MemoryFiles = {}): MemoryFiles {
  return {
    'api/package.json': JSON.stringify({ name: 'api', scripts: { start: 'node s.js' }, dependencies: { pg: '8' } }),
    'api/package-lock.json': '{}',
    'api/s.js': `${config}\nrequire('http').createServer().listen(process.env.PORT ?? 3000)\n`,
    ...more,
  }
}

const inParts = `const { Pool } = require('pg')
new Pool({ host: process.env.DB_HOST || 'localhost', user: process.env.DB_USER || 'shop', password: process.env.DB_PASSWORD || 'shop', database: process.env.DB_NAME || 'shop' })`

describe('the login of a database that kyozo adds', () => {
  test('replaces the defaults of Node source with the host', () => {
    expect(environmentsOf(nodeFiles(inParts)).api).toEqual({
      DB_HOST: 'postgres',
      DB_USER: 'app',
      DB_PASSWORD: password,
      DB_NAME: 'app',
      PORT: '3000',
    })
  })

  test('replaces the defaults of a source that names its host as kyozo does', () => {
    expect(environmentsOf(nodeFiles(inParts.replace("'localhost'", "'postgres'"))).api).toMatchObject({
      DB_HOST: 'postgres',
      DB_USER: 'app',
      DB_PASSWORD: password,
      DB_NAME: 'app',
    })
  })

  test('replaces a whole address that states another login at the same host', () => {
    const source = `new (require('pg').Pool)({ connectionString: process.env.DATABASE_URL || 'postgres://shop:shop@postgres:5432/shop' })`
    expect(environmentsOf(nodeFiles(source)).api).toEqual({ DATABASE_URL: `postgres://app:${password}@postgres:5432/app`, PORT: '3000' })
  })

  test('stands beside an address that is read whole', () => {
    const source = `new (require('pg').Pool)({ connectionString: process.env.DATABASE_URL, user: process.env.DATABASE_USERNAME || 'shop', password: process.env.DATABASE_PASSWORD || 'shop' })`
    expect(environmentsOf(nodeFiles(source)).api).toEqual({
      DATABASE_URL: `postgres://app:${password}@postgres:5432/app`,
      DATABASE_USERNAME: 'app',
      DATABASE_PASSWORD: password,
      PORT: '3000',
    })
  })

  test('leaves what kyozo.yaml says of the login', () => {
    const files = nodeFiles(inParts, { 'kyozo.yaml': 'services:\n  api:\n    env: {DB_USER: reader, DB_PASSWORD: secret}\n' })
    expect(environmentsOf(files).api).toEqual({
      DB_HOST: 'postgres',
      DB_USER: 'reader',
      DB_PASSWORD: 'secret',
      DB_NAME: 'app',
      PORT: '3000',
    })
  })

  test('has no say where kyozo.yaml names the host of another database', () => {
    const files = nodeFiles(inParts, { 'kyozo.yaml': 'services:\n  api:\n    env: {DB_HOST: db.example.com}\n' })
    expect(environmentsOf(files).api).toEqual({
      DB_HOST: 'db.example.com',
      DB_USER: 'shop',
      DB_PASSWORD: 'shop',
      DB_NAME: 'shop',
      PORT: '3000',
    })
  })

  test("leaves the login of the database of a user's compose file", () => {
    const compose = `services:
  api:
    build: api
    environment: {DB_HOST: db, DB_USER: own, DB_PASSWORD: own, DB_NAME: own}
  db:
    image: postgres:16
    environment: {POSTGRES_USER: own, POSTGRES_PASSWORD: own}
`
    const files = nodeFiles(inParts, { 'compose.yaml': compose, 'api/Dockerfile': 'FROM node:24\nCMD ["node", "s.js"]\n' })
    expect(environmentsOf(files).api).toMatchObject({ DB_HOST: 'db', DB_USER: 'own', DB_PASSWORD: 'own', DB_NAME: 'own' })
  })

  test('replaces the defaults of a Spring configuration', () => {
    const environments = environmentsOf({
      'pom.xml':
        '<project><artifactId>orders</artifactId><parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.4.0</version></parent><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency><dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId></dependency></dependencies><build><plugins><plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>',
      'src/main/java/a/App.java':
        '@SpringBootApplication public class App { public static void main(String[] a) { SpringApplication.run(App.class, a); } }',
      'src/main/resources/application.properties': [
        'spring.datasource.url=$',
        '{DB_URL:jdbc:postgresql://localhost:5432/orders}\nspring.datasource.username=$',
        '{DB_USER:orders}\nspring.datasource.password=$',
        '{DB_PASS}\n',
      ].join(''),
    })
    expect(Object.values(environments)).toContainEqual({
      DB_URL: 'jdbc:postgresql://postgres:5432/app',
      DB_USER: 'app',
      DB_PASS: password,
      PORT: '8080',
    })
  })

  test('replaces the defaults of Django settings', () => {
    const environments = environmentsOf({
      'requirements.txt': 'django\npsycopg[binary]\ngunicorn\n',
      'manage.py':
        'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "s.settings")\nfrom django.core.management import execute_from_command_line\n',
      's/__init__.py': '',
      's/wsgi.py': 'from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n',
      's/settings.py':
        'import os\nDATABASES={"default":{"ENGINE":"django.db.backends.postgresql","NAME":os.environ.get("DB_NAME","shop"),"USER":os.environ.get("DB_USER","shop"),"PASSWORD":os.environ.get("DB_PASSWORD","shop"),"HOST":os.environ.get("DB_HOST","localhost")}}\n',
    })
    expect(Object.values(environments)).toContainEqual(
      expect.objectContaining({ DB_HOST: 'postgres', DB_NAME: 'app', DB_USER: 'app', DB_PASSWORD: password }),
    )
  })

  test("replaces the defaults of Go's lookups", () => {
    const environments = environmentsOf({
      'go.mod': 'module example.com/app\n\ngo 1.24\n\nrequire github.com/lib/pq v1.10.9\n',
      'go.sum': '',
      'main.go': `package main\n\nimport (\n\t"database/sql"\n\t"fmt"\n\t"net/http"\n\t"os"\n\n\t_ "github.com/lib/pq"\n)\n\nfunc getEnv(k, d string) string {\n\tif v := os.Getenv(k); v != "" {\n\t\treturn v\n\t}\n\treturn d\n}\n\nfunc main() {\n\tsql.Open("postgres", fmt.Sprintf("host=%s user=%s password=%s dbname=%s", getEnv("POSTGRES_HOST", "localhost"), getEnv("POSTGRES_USER", "shop"), getEnv("POSTGRES_PASSWORD", "shop"), getEnv("POSTGRES_DB", "shop")))\n\thttp.ListenAndServe(":8080", nil)\n}\n`,
    })
    expect(Object.values(environments)).toContainEqual(
      expect.objectContaining({ POSTGRES_HOST: 'postgres', POSTGRES_USER: 'app', POSTGRES_PASSWORD: password, POSTGRES_DB: 'app' }),
    )
  })

  test('replaces the defaults of Ruby', () => {
    const environments = environmentsOf({
      Gemfile: "source 'https://rubygems.org'\ngem 'sinatra'\ngem 'puma'\ngem 'pg'\n",
      'config.ru': "require './app'\nrun Sinatra::Application\n",
      'app.rb':
        "require 'sinatra'\nrequire 'pg'\nPG.connect(host: ENV.fetch('PGHOST', 'localhost'), user: ENV.fetch('PGUSER', 'shop'), password: ENV.fetch('PGPASSWORD', 'shop'), dbname: ENV.fetch('PGDATABASE', 'shop'))\n",
    })
    expect(Object.values(environments)).toContainEqual(
      expect.objectContaining({ PGHOST: 'postgres', PGUSER: 'app', PGPASSWORD: password, PGDATABASE: 'app' }),
    )
  })

  test('replaces the defaults of PHP with those of MySQL', () => {
    const environments = environmentsOf({
      'composer.json': '{"require": {"php": "^8.3", "ext-pdo_mysql": "*"}}',
      'public/index.php':
        "<?php\n$pdo = new PDO('mysql:host=' . (getenv('MYSQL_HOST') ?: 'localhost') . ';dbname=' . (getenv('MYSQL_DATABASE') ?: 'shop'), getenv('MYSQL_USER') ?: 'shop', getenv('MYSQL_PASSWORD') ?: 'shop');\n",
    })
    expect(Object.values(environments)).toContainEqual(
      expect.objectContaining({ MYSQL_HOST: 'mysql', MYSQL_USER: 'app', MYSQL_PASSWORD: mysqlPassword, MYSQL_DATABASE: 'app' }),
    )
  })
})
