// What stands beside a program or packs one, and is not served as it lies there.
import { describe, expect, test } from 'vitest'
import { analyzeFiles, json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

const express = { 'package.json': json({ name: 'x', scripts: { start: 'node s.js' }, dependencies: { express: '5' } }), 's.js': '' }
const namesIn = (files: Record<string, string>) => servicesIn(files).map((line) => line.split(' ').slice(0, 3).join(' '))
const typesIn = (files: Record<string, string>) =>
  analyzeFiles(files).services.flatMap(({ path, type }) => (type === 'compose_stack' ? [] : [`${path} ${type}`]))

const hasStack = (files: Record<string, string>) => analyzeFiles(files).services.some(({ type }) => type === 'compose_stack')

describe('containers that work in mounted sources', () => {
  const compose = (mount: string) =>
    ['one', 'two']
      .map((name) => `  ${name}:\n    build: {context: ., dockerfile: infra/${name}.Dockerfile}\n    volumes: ["${mount}:/app"]\n`)
      .join('')
  const files = (mount: string, copies: string) => ({
    ...express,
    'compose.yaml': `services:\n${compose(mount)}`,
    'infra/one.Dockerfile': `FROM node:24\n${copies}`,
    'infra/two.Dockerfile': `FROM node:24\n${copies}`,
  })
  const Dockerfile = 'FROM node:24\nCOPY . .\nEXPOSE 3000\nCMD ["node", "s.js"]\n'

  test('are for development where a Dockerfile that nobody builds there serves the folder', () => {
    expect(namesIn({ ...files('.', ''), Dockerfile })).toEqual(['x . nodejs/express'])
  })

  test('are a stack without such a Dockerfile, when their images hold the sources, and when something else is mounted', () => {
    expect(hasStack(files('.', ''))).toBe(true)
    expect(hasStack({ ...files('.', 'COPY . .\n'), Dockerfile })).toBe(true)
    expect(hasStack({ ...files('./data', ''), Dockerfile })).toBe(true)
  })
})

test('A container of a stack that is typed into and answers nobody is no certain service', () => {
  const sure = (lines: string, dockerfile = 'FROM alpine\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]\n') =>
    serviceNamed(
      {
        'compose.yaml': `services:\n  web: {build: web}\n  tool:\n    build: tool\n${lines}`,
        'web/Dockerfile': 'FROM nginx\n',
        'tool/Dockerfile': dockerfile,
      },
      'tool',
    ).confidence
  expect(sure('    stdin_open: true\n    tty: true\n')).toBeLessThan(0.75)
  expect(sure('    tty: true\n')).toBeGreaterThan(0.8)
  expect(sure('    stdin_open: true\n    tty: true\n    ports: ["80:80"]\n')).toBeGreaterThan(0.8)
})

test('A service of a stack whose Dockerfile lies among samples and names its folder there is that sample', () => {
  const files = (copied: string) => ({
    ...express,
    'compose.yaml': 'services:\n  shop:\n    build: {context: ., dockerfile: samples/shop/Dockerfile}\n',
    'samples/shop/Dockerfile': `FROM node:24\nCOPY ${copied} .\nCMD ["node", "s.js"]\n`,
    'samples/shop/s.js': '',
  })
  expect(typesIn(files('samples/shop/s.js'))).toContain('samples/shop containerized')
  expect(typesIn(files('.'))).toEqual(['. nodejs'])
})

test('An address in a command of a compose file is a link, and what the program listens at is none', () => {
  const files = {
    'compose.yaml':
      'services:\n  web:\n    build: web\n    command: ./web --listen http://0.0.0.0:80 --backend http://api:9899/status\n  api:\n    build: api\n',
    'web/Dockerfile': 'FROM alpine\nCOPY web .\nEXPOSE 80\n',
    'api/Dockerfile': 'FROM alpine\nCOPY api .\nEXPOSE 9899\n',
  }
  expect(serviceNamed(files, 'web').dependsOn).toMatchObject([{ service: 'api', kind: 'requires' }])
  expect(serviceNamed(files, 'api').dependsOn).toEqual([])
})

describe('packages of Node', () => {
  test('beside the configuration of a generator only help to make its site', () => {
    const site = { 'config.toml': 'baseURL = "https://x.dev"\n', 'content/_index.md': '# x\n' }
    const Dockerfile = 'FROM node:24\nRUN apt-get install hugo\nCOPY . .\nEXPOSE 1313\nCMD ["hugo", "server"]\n'
    const helping = json({ dependencies: { alpinejs: '3' } })
    expect(typesIn({ ...site, Dockerfile, 'package.json': helping, 'yarn.lock': '' })).toEqual(['. static_site'])
    expect(typesIn({ ...site, ...express })).toEqual(['. nodejs'])
  })

  test('that keep a program for desktops up to date are part of one, whatever answers inside it', () => {
    const manifest = { name: 'x', main: 'electron.js', dependencies: { fastify: '5', 'electron-updater': '6' }, devDependencies: { electron: '40' } } // biome-ignore format: short
    expect(namesIn({ 'desktop/package.json': json(manifest), 'desktop/electron.js': '' })).toEqual([])
  })

  test('beside a library of another language begin nothing, and a platform that is told to stay quiet deploys nothing', () => {
    const files = {
      'composer.json': json({ name: 'a/b', require: { 'illuminate/support': '^12' }, autoload: { 'psr-4': { 'A\\': 'src/' } } }),
      'src/A.php': '<?php\nclass A {}\n',
      'package.json': json({ name: 'x', scripts: { build: 'node build.js' }, dependencies: { alpinejs: '3' } }),
      'package-lock.json': '{}',
      'vercel.json': json({ git: { deploymentEnabled: false } }),
    }
    expect(namesIn(files)).toEqual([])
  })
})

describe('templates that `dotnet new` fills in', () => {
  const web = (folder: string) => ({
    [`${folder}App.csproj`]:
      '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>\n',
    [`${folder}Program.cs`]: 'var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n',
  })

  test('are no services below the repository that packs them, and one where the repository is the template', () => {
    const template = '.template.config/template.json'
    expect(typesIn({ ...web('Content/src/Server/'), [`Content/${template}`]: '{}' })).toEqual([])
    expect(rolesIn({ ...web('Content/src/Server/'), [`Content/${template}`]: '{}' })).toMatchObject({ 'Content/src/Server': 'example' })
    expect(typesIn({ ...web(''), [template]: '{}' })).toEqual(['. dotnet'])
  })
})

test('Pages that are built into the static files of a program beside them are its assets', () => {
  const files = (target: string) => ({
    'manage.py': '',
    'requirements.txt': 'django==5.2\n',
    'shop/settings.py': "ROOT_URLCONF = 'shop.urls'\n",
    'spa/package.json': json({ name: 'spa', scripts: { build: 'vite build' }, devDependencies: { vite: '7' } }),
    'spa/index.html': '<html></html>',
    'spa/vite.config.ts': `export default { build: { outDir: '${target}' } }\n`,
  })
  expect(rolesIn(files('../shop/static/spa'))).toMatchObject({ spa: 'asset' })
  expect(typesIn(files('../sites/spa'))).toContain('spa static_site')
})

describe('a Procfile without `web`', () => {
  const rails = {
    Gemfile: "gem 'rails'\ngem 'puma'\n",
    'config.ru': "require_relative 'config/environment'\nrun Shop::Application\n",
    'config/application.rb': 'module Shop\n  class Application < Rails::Application\n  end\nend\n',
  }
  const startOf = (Procfile: string) => analyzeFiles({ ...rails, Procfile }).services[0]?.start

  test('leaves the start to the framework when all of it works beside the program', () => {
    expect(startOf('shop_clock: bundle exec clockwork clock.rb\nshop_jobs: bundle exec sidekiq\ncss: rails tailwindcss:watch\n')).toContain('rails server') // biome-ignore format: short
  })

  test('names the start by the first that does more', () => {
    expect(startOf('worker: bundle exec sidekiq\nserver: bundle exec puma -p 3000\n')).toBe('bundle exec puma -p 3000')
  })

  test('of workers alone starts the first where nothing answers', () => {
    const files = { 'requirements.txt': 'celery\n', 'app.py': 'print(1)\n', Procfile: 'worker: celery -A app worker\nbeat: celery -A app beat\n' } // biome-ignore format: short
    expect(analyzeFiles(files).services[0]?.start).toBe('celery -A app worker')
  })
})

describe('pages of a workspace that is built as a whole', () => {
  const image = (taken: string) =>
    `FROM node:24 AS build\nCOPY . .\nRUN pnpm build\nFROM node:24\n${taken}EXPOSE 3000\nCMD ["node", "apps/server/dist/main.js"]\n`
  const files = (taken: string) => ({
    'package.json': json({ name: 'x', private: true, workspaces: ['apps/*'] }),
    'apps/client/package.json': json({ name: 'client', scripts: { build: 'vite build' }, devDependencies: { vite: '7' } }),
    'apps/client/index.html': '<html></html>',
    'apps/server/package.json': json({ name: 'server', scripts: { start: 'node dist/main.js' }, dependencies: { express: '5' } }),
    Dockerfile: image(taken),
  })
  const client = 'COPY --from=build /app/apps/client/dist apps/client/dist\n'
  const server = 'COPY --from=build /app/apps/server/dist apps/server/dist\n'

  test('are the assets of the program that the image takes beside them', () => {
    expect(rolesIn(files(client + server))['apps/client']).toBe('asset')
  })

  test('are served by themselves when the image takes only the program', () => {
    expect(typesIn(files(server))).toContain('apps/client static_site')
  })
})

test('A queue that may keep its tasks in a file needs Redis only with a driver of Redis', () => {
  const kinds = (list: string, imported: string) =>
    analyzeFiles({ 'requirements.txt': list, 'manage.py': '', 'app.py': `import huey\n${imported}` }).backing.map(({ kind }) => kind)
  expect(kinds('django==5.2\nhuey==2.5\n', '')).toEqual([])
  expect(kinds('django==5.2\nhuey==2.5\nredis==5.0\n', 'import redis\n')).toEqual(['redis'])
})

test('A number too small for a port that anybody chooses is no port', () => {
  const files = (value: number) => ({
    'CMakeLists.txt': 'project(x)\nadd_executable(x main.cpp)\n',
    'main.cpp': `#include <sys/socket.h>\n#define PORT ${value}\nint main() { int s = socket(AF_INET, SOCK_STREAM, 0); listen(s, 5); while (1) accept(s, 0, 0); }\n`,
  })
  expect(analyzeFiles(files(10)).services[0]?.port).not.toBe(10)
  expect(analyzeFiles(files(80)).services[0]?.port).toBe(80)
})

describe('settings of Spring that a build fills in', () => {
  const pom =
    '<project><modelVersion>4.0.0</modelVersion><artifactId>x</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>'
  const files = (settings: string) => ({
    'pom.xml': pom,
    'src/main/java/X.java':
      '@SpringBootApplication\nclass X { public static void main(String[] a) { SpringApplication.run(X.class, a); } }\n',
    'src/main/resources/application.yml': settings,
  })

  test('are read through what is no YAML before', () => {
    const settings = `app:\n  version: @project.version@\n  dir: "file:\\\${app.home}/x"\nserver:\n  port: 25600\n`
    const { services, warnings } = analyzeFiles(files(settings))
    expect([services[0]?.port, warnings]).toEqual([25600, []])
  })

  test('that cannot be read are said to be passed over', () => {
    const { services, warnings } = analyzeFiles(files('server:\n  port: 25600\n  name: "a\n'))
    expect([services[0]?.port, warnings.length]).toEqual([8080, 1])
    expect(warnings[0]).toContain('application.yml is not valid YAML (line')
  })
})

test('An image that a program builds to work in stands behind the Dockerfile of the folder', () => {
  const files = {
    ...express,
    Dockerfile: 'FROM node:24\nCOPY . .\nEXPOSE 3000\nCMD ["node", "s.js"]\n',
    'Dockerfile-tilt': 'FROM node:24\nCOPY . .\nCMD ["npx", "nodemon", "s.js"]\n',
    'Dockerfile-slim': 'FROM node:24-slim\nCOPY . .\nCMD ["node", "s.js"]\n',
  }
  const builtBy = (name: string) =>
    analyzeFiles({ ...files, Tiltfile: `docker_build('x', '.', dockerfile='${name}')\n` }).services[0]?.build
  expect(builtBy('Dockerfile-tilt')).toMatchObject({ dockerfile: 'Dockerfile' })
  expect(builtBy('Dockerfile-slim')).toMatchObject({ dockerfile: 'Dockerfile-slim' })
})

test('A package of nothing but checkers is a tool, whichever list they stand in', () => {
  const checks = { name: 'guide', main: 'gone.js', scripts: { lint: 'markdownlint *.md' }, dependencies: { 'markdownlint-cli': '0.18' } }
  expect(rolesIn({ 'package.json': json(checks), 'README.md': '# Guide\n' })).toEqual({ '.': 'tooling' })
})
