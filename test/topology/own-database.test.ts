import { describe, expect, test } from 'vitest'
import { analyzeFiles } from './summary.ts'

const databasesOf = (files: Record<string, string>) => {
  const { backing, services } = analyzeFiles(files)
  return {
    added: backing.filter(({ isExternal }) => isExternal !== true).map(({ kind }) => kind),
    needs: services.flatMap(({ dependsOn }) => dependsOn.map((link) => `${link.kind} ${link.backing}`)),
  }
}
const spring = (settings: string) => ({
  'pom.xml':
    '<project><groupId>a</groupId><artifactId>clinic</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency><dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId><scope>runtime</scope></dependency><dependency><groupId>com.mysql</groupId><artifactId>mysql-connector-j</artifactId><scope>runtime</scope></dependency><dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><scope>runtime</scope></dependency></dependencies><build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>',
  'src/main/java/a/App.java': 'class App { public static void main(String[] a) { SpringApplication.run(App.class, a); } }\n',
  'src/main/resources/application.properties': settings,
  'src/main/resources/application-mysql.properties': 'spring.datasource.url=${MYSQL_URL:jdbc:mysql://localhost/x}\n',
})
const django = (databases: string, requirements = 'django\ngunicorn\npsycopg2-binary\n') => ({
  'requirements.txt': requirements,
  'manage.py': '',
  'shop/wsgi.py': '',
  'shop/settings.py': `import os\nDATABASES = ${databases}\n`,
})
const rails = (adapter: string) => ({
  Gemfile: 'gem "rails"\ngem "puma"\ngem "pg"\n',
  'Gemfile.lock': '',
  'config.ru': 'run Rails.application\n',
  'config/application.rb': '',
  'config/database.yml': `production:\n  adapter: ${adapter}\n`,
})
const laravel = (connection: string) => ({
  'composer.json': '{"require": {"laravel/framework": "^12", "ext-pdo_mysql": "*"}}',
  'composer.lock': '{}',
  artisan: '',
  'public/index.php': '<?php\n',
  '.env.example': `DB_CONNECTION=${connection}\n# DB_HOST=127.0.0.1\n`,
})

describe('an application that keeps its data in itself or in a file', () => {
  test.each([
    ['Spring with H2', spring('database=h2\n'), ['optional mysql', 'optional postgres']],
    ['Django with SQLite', django("{'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'db.sqlite3'}}"), ['optional postgres']],
    ['Rails with SQLite', rails('sqlite3'), ['optional postgres']],
    ['Laravel with SQLite', laravel('sqlite'), ['optional mysql']],
  ])('%s gets no server for the drivers that it has as well', (_, files, needs) => {
    expect(databasesOf(files)).toEqual({ added: [], needs })
  })

  test.each([
    ['Spring with an address', spring('spring.datasource.url=jdbc:postgresql://localhost/x\n'), 'postgres'],
    [
      'Django with another engine',
      django("{'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': os.environ['DB_HOST']}}"),
      'postgres',
    ],
    [
      'Django that is given an address',
      django("{'default': dj_database_url.config('DATABASE_URL', default='sqlite:///db.sqlite3')}\nURL = os.environ.get('DATABASE_URL')"),
      'postgres',
    ],
    ['Rails with PostgreSQL', rails('postgresql'), 'postgres'],
    ['Laravel with MySQL', laravel('mysql'), 'mysql'],
  ])('is not %s', (_, files, kind) => {
    expect(databasesOf(files).added).toEqual([kind])
  })
})

describe('an address whose default is a file', () => {
  const settings = (database: string) => `import os, environ, dj_database_url\nenv = environ.Env()\nDATABASES = {"default": ${database}}\n`
  const djangoWith = (database: string) => ({ ...django('{}'), 'shop/settings.py': settings(database) })
  const flask = (address: string) => ({
    'requirements.txt': 'flask\ngunicorn\npsycopg2-binary\n',
    'app.py': `import os\nfrom flask import Flask\napp = Flask(__name__)\napp.config["SQLALCHEMY_DATABASE_URI"] = ${address}\n`,
  })
  const given = (files: Record<string, string>) => {
    const { backing, services } = analyzeFiles(files)
    return {
      added: backing.filter(({ isExternal }) => isExternal !== true).map(({ kind }) => kind),
      set: services.flatMap(({ dependsOn }) =>
        dependsOn.flatMap((link) =>
          (link.connections ?? (link.connection ? [link.connection] : [])).map(({ variable }) => `${link.kind} ${variable}`),
        ),
      ),
      values: services.flatMap(({ environment }) => environment.flatMap(({ value = '' }) => (/sqlite/.test(value) ? [value] : []))),
    }
  }

  test.each([
    ['dj_database_url', djangoWith('dj_database_url.config(default="sqlite:///db.sqlite3", conn_max_age=600)'), 'DATABASE_URL'],
    ['dj_database_url with a folder', djangoWith("dj_database_url.config(default=f'sqlite:///{BASE_DIR}/db.sqlite3')"), 'DATABASE_URL'],
    ['dj_database_url without a default', djangoWith('dj_database_url.config()'), 'DATABASE_URL'],
    [
      'dj_database_url with a name',
      djangoWith('dj_database_url.config(env="SHOP_DATABASE_URL", default="sqlite:///x")'),
      'SHOP_DATABASE_URL',
    ],
    ['django-environ', djangoWith('env.db(default="sqlite:///db.sqlite3")'), 'DATABASE_URL'],
    ['django-environ with a name', djangoWith('env.db("DATABASE_URL", default="sqlite:///db.sqlite3")'), 'DATABASE_URL'],
    ['Flask', flask('os.getenv("DATABASE_URL", "sqlite:///dev.db")'), 'DATABASE_URL'],
  ])("is for a developer, where a server's driver is there: %s", (_, files, variable) => {
    expect(given(files)).toEqual({ added: ['postgres'], set: [`requires ${variable}`], values: [] })
  })

  test('is kept where no driver of a server is there', () => {
    const files = { ...flask('os.getenv("DATABASE_URL", "sqlite:///dev.db")'), 'requirements.txt': 'flask\ngunicorn\n' }
    expect(given(files)).toEqual({ added: [], set: [], values: [] })
  })

  test('is more than a default where kyozo.yaml gives it', () => {
    const files = {
      ...flask('os.getenv("DATABASE_URL", "sqlite:///dev.db")'),
      'kyozo.yaml': 'services: {web: {path: ., env: {DATABASE_URL: "sqlite:////data/shop.db"}}}\n',
    }
    expect({ ...given(files), set: [] }).toEqual({ added: [], set: [], values: ['sqlite:////data/shop.db'] })
  })
})
