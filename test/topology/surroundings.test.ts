// What lies around a program without being one itself: pages that another program sends, images of the root, programs for other machines.
import { describe, expect, test } from 'vitest'
import { json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

const server = {
  'package.json': json({ name: 'books', dependencies: { express: '4' }, scripts: { start: 'node index.js' } }),
  'index.js': 'app.listen(3333)',
}
const pages = {
  'client/package.json': json({ name: 'client', devDependencies: { vite: '7' }, scripts: { build: 'vite build' } }),
  'client/index.html': '<div>',
}
const imageOf = (lines: readonly string[]) => ({ Dockerfile: lines.join('\n') })
const built = ['FROM node:22 AS pages', 'WORKDIR /client', 'COPY client /client', 'RUN npm run build']
const run = ['FROM node:22', 'COPY . .', 'COPY --from=pages /client/dist /client/dist', 'EXPOSE 80', 'CMD ["node", "index.js"]']

describe('pages', () => {
  test('that are built into the image of a program are its assets', () => {
    const files = { ...server, ...pages, ...imageOf([...built, ...run]) }
    expect([servicesIn(files).length, rolesIn(files).client]).toEqual([1, 'asset'])
  })

  test('that only stand beside a program are a service of their own', () => {
    const files = { ...server, ...pages, ...imageOf(run.filter((line) => !line.includes('--from'))) }
    expect(servicesIn(files).map((line) => line.split(' ')[0])).toEqual(['books', 'client'])
  })

  test('with an image of their own are a service, though a server has them too', () => {
    const own = { 'client/Dockerfile': 'FROM nginx\nCOPY dist /usr/share/nginx/html' }
    expect(servicesIn({ ...server, ...pages, ...own, ...imageOf([...built, ...run]) })).toHaveLength(2)
  })

  test('that a configuration puts among the static files of a program are its assets', () => {
    const config = { 'client/vite.config.ts': "const dist = resolve(root, '../server/static/themes')" }
    const files = {
      'server/main.py': 'app = FastAPI()',
      'server/requirements.txt': 'fastapi',
      'server/static/a.txt': '',
      ...pages,
      ...config,
    }
    expect(servicesIn(files).map((line) => line.split(' ')[0])).toEqual(['server'])
  })

  test('whose result lands where a workspace keeps all results are a service', () => {
    const files = { ...pages, 'client/vite.config.ts': "build: { outDir: '../dist/client' }" }
    expect(serviceNamed(files, 'client').confidence).toBeGreaterThan(0.75)
  })
})

describe('programs for other machines', () => {
  test.each([
    ['an extension of browsers', { dependencies: { '@trpc/server': '11' }, devDependencies: { '@crxjs/vite-plugin': '2' } }],
    ['an application for phones', { dependencies: { expo: '53', '@trpc/server': '11' }, main: 'index.ts' }],
    ['a command that a bundler makes', { bin: { mcp: 'dist/index.js' }, devDependencies: { vite: '7' }, scripts: { build: 'vite build' } }],
  ])('such as %s are no services', (_, manifest) => {
    const files = {
      'apps/it/package.json': json({ name: 'it', ...manifest }),
      'apps/it/index.ts': 'start()',
      'package.json': '{"workspaces":["apps/*"]}',
    }
    expect(servicesIn(files)).toEqual([])
  })
})

describe('a package for others', () => {
  const axios = { name: 'ask', main: 'index.js', exports: './index.js', types: 'index.d.ts' }

  test('is no service by a start script that shows how it is used', () => {
    const start = { start: 'node ./sandbox/server.js' }
    const files = {
      'package.json': json({ ...axios, scripts: start }),
      'index.js': 'export default 1',
      'sandbox/server.js': 'http.createServer().listen(3000)',
    }
    expect([servicesIn(files), rolesIn(files)['.']]).toEqual([[], 'library'])
  })

  test('is no service when its only file is no text that could be read', () => {
    const files = { 'package.json': json({ name: 'dash', private: true, main: 'dash.js' }), 'dash.js': '\0' }
    expect([servicesIn(files), rolesIn(files)['.']]).toEqual([[], 'library'])
  })

  test('of Mix that starts processes for whoever uses it is a library', () => {
    const mix =
      'def project do\n[app: :web, package: package(), deps: deps()]\nend\ndef application do\n[mod: {Web, []}]\nend\n{:plug_cowboy, "~> 2"}'
    expect(servicesIn({ 'mix.exs': mix, 'lib/web/endpoint.ex': '{MyApp.Endpoint, []}' })).toEqual([])
  })
})

describe('a folder', () => {
  const next = json({ name: 'x', dependencies: { next: '15' }, scripts: { build: 'next build', start: 'next start' } })

  test.each([
    ['apps/ssr-testing', 'tests'],
    ['react-examples/one', 'example'],
    ['templates/shop', 'example'],
    ['apps/storybook', 'tooling'],
  ])('called %s is none that serves', (folder, role) => {
    const files = { [`${folder}/package.json`]: next, 'lib/package.json': json({ name: 'lib', exports: './x.js' }) }
    expect([servicesIn(files), Object.values(rolesIn(files)).includes(role)]).toEqual([[], true])
  })

  test('that a generator fills in is no program', () => {
    const files = {
      'cookiecutter.json': '{}',
      'pyproject.toml': '[project]\nname = "t"\ndependencies = ["cookiecutter"]',
      'hooks/x.py': '',
      '{{cookiecutter.slug}}/manage.py': '',
    }
    expect(servicesIn(files)).toEqual([])
  })
})

describe('images of the root', () => {
  const rails = {
    Gemfile: 'gem "rails"\ngem "puma"',
    'config.ru': 'run App',
    'config/application.rb': 'class Application < Rails::Application',
  }
  const image = 'FROM ruby:3.4\nCOPY Gemfile Gemfile.lock /app/\nCOPY docker/scripts/prepare /\nCOPY . /app\nEXPOSE 3000\nCMD ["/init"]'

  test('are no services of their own, and of several none is chosen', () => {
    const files = { ...rails, 'docker/scripts/prepare': '', 'docker/single/Dockerfile': image, 'docker/multi/Dockerfile': image }
    expect([servicesIn(files).length, serviceNamed(files, 'app').build.kind, rolesIn(files)['docker/single']]).toEqual([
      1,
      'template',
      'tooling',
    ])
  })

  test('build it when there is one', () => {
    const files = { ...rails, 'docker/scripts/prepare': '', 'docker/production/Dockerfile': image }
    expect(serviceNamed(files, 'app').build).toEqual({ kind: 'dockerfile', dockerfile: 'docker/production/Dockerfile', context: '.' })
  })

  test('build it under the name of a variant, when they copy what it holds', () => {
    const files = {
      'requirements.txt': 'flask',
      'searx/webapp.py': 'app = Flask(__name__)',
      'app.py': 'app.run()',
      'container/dist.dockerfile':
        'FROM example.org/base\nCOPY ./searx/ ./searx/\nCOPY ./container/ ./\nEXPOSE 8080\nENTRYPOINT ["/entrypoint.sh"]',
      'container/builder.dockerfile': 'FROM example.org/base:builder',
    }
    expect(servicesIn(files)).toEqual([expect.stringContaining('app . python/flask :8080 dockerfile(container/dist.dockerfile in .)')])
  })
})

describe('how a program starts', () => {
  test('is what Angular builds of its server, not the source', () => {
    const angular = {
      'package.json': json({
        name: 'shop',
        dependencies: { '@angular/core': '19', '@angular/ssr': '19', express: '4' },
        devDependencies: { '@angular/cli': '19' },
        scripts: { start: 'ng serve', build: 'ng build' },
      }),
      'angular.json': json({ projects: { shop: {} } }),
      'src/server.ts': 'app.listen(4000)',
    }
    expect(serviceNamed(angular, 'shop').start).toBe('node dist/shop/server/server.mjs')
    const script = json({ ...JSON.parse(angular['package.json']), scripts: { 'serve:ssr:shop': 'node dist/shop/server/main.js' } })
    expect(serviceNamed({ ...angular, 'package.json': script }, 'shop').start).toBe('node dist/shop/server/main.js')
  })

  test.each([
    ['heroku-php-apache2 web/', 'web'],
    ['vendor/bin/heroku-php-nginx -C nginx.conf htdocs', 'htdocs'],
    ['heroku-php-apache2', '.'],
  ])('is no script of another host, such as %s, which only names the web root', (web, root) => {
    const page = root === '.' ? 'index.php' : `${root}/index.php`
    const files = { Procfile: `web: ${web}`, 'composer.json': '{"require":{"php":"^8.2"}}', [page]: '<?php echo 1;' }
    expect(serviceNamed(files, 'app')).toMatchObject({
      type: 'php',
      start: expect.stringContaining(`--root ${root}`),
      facts: { webRoot: root },
    })
  })

  test('reads no port from data that its source imports', () => {
    const files = {
      'package.json': json({ name: 'x', dependencies: { express: '4' }, config: { port: 51063 }, scripts: { start: 'node index.js' } }),
      'index.js': "const { version } = require('./package.json')\nrequire('express')().listen(process.env.PORT)",
    }
    expect(serviceNamed(files, 'x').port).toBe(3000)
  })

  test('has no framework of commands when it has pages for a web server', () => {
    const files = { 'composer.json': json({ require: { 'symfony/console': '7' } }), 'index.php': '<?php echo 1;' }
    expect(serviceNamed(files, 'app').framework).toBeUndefined()
  })
})

describe('a database', () => {
  const shop = { 'requirements.txt': 'fastapi\npsycopg2-binary', 'main.py': 'import psycopg2\napp = FastAPI()' }
  const needs = (files: Record<string, string>) => serviceNamed(files, 'app').dependsOn.map(({ service, kind }) => `${service} ${kind}`)

  test('is optional when a variable chooses a file', () => {
    expect(needs({ ...shop, '.env.example': 'DB_ENGINE=sqlite\nPOSTGRES_HOST=db' })).toEqual(['postgres optional'])
    expect(needs({ ...shop, '.env.example': 'DB_ENGINE=postgres\nPOSTGRES_HOST=db' })).toEqual(['postgres requires'])
  })

  test('is optional among many that a program can talk to', () => {
    const drivers = ['kafkajs', 'mongodb', 'pg', 'mysql2', 'redis', 'amqplib']
    const files = {
      'package.json': json({
        name: 'app',
        dependencies: Object.fromEntries(['express', ...drivers].map((name) => [name, '1'])),
        scripts: { start: 'node index.js' },
      }),
      'index.js': `${drivers.map((name) => `require('${name}')`).join('\n')}\napp.listen(80)`,
    }
    expect(new Set(serviceNamed(files, 'app').dependsOn.map(({ kind }) => kind))).toEqual(new Set(['optional']))
  })

  test('is required by the program of a module that imports its driver, whatever the others of the module import', () => {
    const modules = [
      'github.com/jackc/pgx/v5',
      'github.com/go-sql-driver/mysql',
      'github.com/redis/go-redis/v9',
      'github.com/segmentio/kafka-go',
      'github.com/hashicorp/consul/api',
      'go.mongodb.org/mongo-driver',
    ]
    const files = {
      'go.mod': `module example.com/app\n\ngo 1.24\n\nrequire (\n${modules.map((name) => `\t${name} v1.0.0`).join('\n')}\n)\n`,
      'main.go':
        'package main\n\nimport (\n\t"net/http"\n\n\t"github.com/jackc/pgx/v5"\n)\n\nfunc main() {\n\tpgx.Connect(nil, "")\n\thttp.ListenAndServe(":8080", nil)\n}\n',
    }
    expect(needs(files)).toEqual(['postgres requires'])
  })

  test('is what the default of its address says', () => {
    const settings = 'DATABASES = {"default": dj_database_url.config(default="postgres://shop:shop@localhost/shop")}'
    const files = {
      'manage.py': 'import django',
      'requirements.txt': 'django\npsycopg',
      'shop/settings.py': settings,
      'shop/wsgi.py': 'application = 1',
    }
    expect(needs(files)).toEqual(['postgres requires'])
  })

  test('or a tool that only a folder for development starts is nobody’s need', () => {
    const dev = {
      '.devcontainer/docker-compose.yml':
        'services:\n  app:\n    build: {context: ..}\n    environment: {MAIL_URL: "smtp://mailpit:1025"}\n    depends_on: [mailpit]\n  mailpit:\n    image: axllent/mailpit\n',
    }
    expect(needs({ ...shop, ...dev }).filter((line) => line.startsWith('mailpit'))).toEqual([])
  })
})

describe('what could be had as a package', () => {
  const manifest =
    '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "gym"\nclassifiers = ["Framework :: Django"]\ndependencies = ["django"]'
  const project = { 'pyproject.toml': manifest, 'manage.py': 'import django' }

  test('is a service when Django serves it, and none when that only tests it', () => {
    expect(servicesIn({ ...project, 'gym/wsgi.py': 'application = 1', 'gym/__init__.py': '' })).toEqual([
      expect.stringContaining('python/django'),
    ])
    expect(servicesIn({ ...project, 'gym/models.py': '', 'gym/__init__.py': '', 'testproject/wsgi.py': 'application = 1' })).toEqual([])
  })

  test('is a service when Composer calls it a project and it has pages', () => {
    const composer = (type: string) => json({ name: 'short/links', type, autoload: { 'psr-4': { 'Links\\': 'includes/' } } })
    const pages = { 'go.php': '<?php', 'links-loader.php': '<?php', 'admin/index.php': '<?php' }
    expect(servicesIn({ 'composer.json': composer('project'), ...pages })).toEqual([expect.stringContaining('links . php :8080')])
    expect(servicesIn({ 'composer.json': composer('library'), ...pages })).toEqual([])
    expect(servicesIn({ 'composer.json': composer('project'), 'rector.php': '<?php', 'ecs.php': '<?php' })).toEqual([])
  })
})
