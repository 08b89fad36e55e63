// Where the values of a service come from: every value has a reason, and the reason names who was believed.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ReasonedValue, reasonedValues, type ServiceSpec } from '../../src/topology/topology.ts'
import { analyzeFiles, json, serviceNamed } from './summary.ts'

const express = {
  'api/package.json': json({ name: 'api', scripts: { start: 'node server.js' }, dependencies: { express: '5' } }),
  'api/server.js': 'const app = require("express")()\napp.listen(process.env.PORT || 3100)\n',
}

const javaMain = 'class App { public static void main(String[] args) { SpringApplication.run(App.class); } }\n'

const placeholder = (name: string) => `\${${name}}`

/** A program of Spring Boot; more begins on line 6. */
function maven(more = ''): Record<string, string> {
  const starter = (name: string) => `<dependency><groupId>org.springframework.boot</groupId><artifactId>${name}</artifactId></dependency>`
  const lines = ['<project><artifactId>shop</artifactId>', '<dependencies>', starter('spring-boot-starter-web'), starter('spring-boot-starter-actuator'), '</dependencies>', more, '</project>'] // biome-ignore format: a list
  return { 'pom.xml': lines.join('\n'), 'src/main/java/x/App.java': javaMain }
}

function dotnet(property: string): Record<string, string> {
  return {
    'Shop.csproj': `<Project Sdk="Microsoft.NET.Sdk.Web">\n<PropertyGroup>\n${property}\n</PropertyGroup>\n</Project>`,
    'Program.cs':
      'var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\napp.MapHealthChecks("/hc");\napp.Run();\n',
  }
}

const rails = {
  Gemfile: 'source "x"\ngem "rails"\ngem "puma"\n',
  'config.ru': 'run Rails.application\n',
  'config/puma.rb': 'threads 5, 5\nport ENV.fetch("PORT") { 3100 }\n',
  'config/routes.rb': 'Rails.application.routes.draw do\n  get "up" => "rails/health#show"\nend\n',
}

const rocket = {
  'Cargo.toml': '[package]\nname = "shop"\nrust-version = "1.70"\n[dependencies]\nrocket = "0.5"\n',
  'src/main.rs': '#[launch]\nfn rocket() -> _ { rocket::build() }\n',
}

const mix = {
  'mix.exs': 'defmodule Shop.MixProject do\n  # elixir: "~> 1.2"\n  def project, do: [app: :shop, elixir: "~> 1.15"]\n  def application, do: [mod: {Shop.Application, []}]\n  defp deps, do: [\n    {:plug_cowboy, "~> 2.0"}\n  ]\nend\n', // biome-ignore format: one file
  'lib/shop/application.ex':
    'defmodule Shop.Application do\n  {Plug.Cowboy, scheme: :http, plug: Shop.Router, options: [port: 4001]}\nend\n',
}

const vapor = {
  'Package.swift': '// swift-tools-version:5.9\nlet package = Package(name: "shop",\n dependencies: [\n  .package(url: "https://github.com/vapor/vapor.git", from: "4.0.0")\n ],\n targets: [.executableTarget(name: "App")])\n', // biome-ignore format: one file
  'Sources/App/main.swift': 'import Vapor\nlet app = try Application(.detect())\ntry app.run()\n',
  'Sources/App/routes.swift': 'import Vapor\nfunc routes(_ app: Application) {\n  app.get("health") { _ in "ok" }\n}\n',
}

describe('the reason for a value', () => {
  test.each<[string, Record<string, string>, ReasonedValue, string, string, number]>([
    ['kyozo.yaml', { 'kyozo.yaml': 'services:\n  api:\n    path: api\n    port: 9\n' }, 'port', 'kyozo.yaml:4', 'port in kyozo.yaml', 1],
    ['a Procfile', { 'api/Procfile': 'web: node a.js\n' }, 'start', 'api/Procfile:1', 'Procfile: web', 0.98],
    ['railway.json', { 'api/railway.json': json({ deploy: { startCommand: 'node b.js' } }) }, 'start', 'api/railway.json:3', 'deploy.startCommand', 0.97],
    ['fly.toml', { 'api/fly.toml': 'app = "x"\n[http_service]\ninternal_port = 4002\n' }, 'port', 'api/fly.toml:3', 'http_service.internal_port', 0.94],
    ['render.yaml', { 'render.yaml': 'services:\n  - type: web\n    rootDir: api\n    numInstances: 3\n' }, 'replicas', 'render.yaml:4', 'services.numInstances', 0.95],
    ['a compose file', { 'compose.yaml': 'services:\n  api:\n    build: ./api\n    ports:\n      - "80:5000"\n' }, 'port', 'compose.yaml:5', 'port 5000', 0.74],
    ['a Dockerfile', { 'api/Dockerfile': 'FROM node:24\nEXPOSE 8080\nCMD ["node", "server.js"]\n' }, 'port', 'api/Dockerfile:2', 'EXPOSE 8080', 0.6],
    ['the source', {}, 'port', 'api/server.js:2', 'app.listen(process.env.PORT || 3100)', 0.5],
    ['what is usual', { 'api/server.js': 'app.listen(port)\n' }, 'port', 'api/package.json:7', 'the usual port of express', 0.3],
  ])('%s is named with its place and how binding it is', (_, files, value, place, fact, weight) => {
    const reason = serviceNamed({ ...express, ...files }, 'api').because[value]
    expect([`${reason?.path}:${reason?.line}`, reason?.fact, reason?.weight]).toEqual([place, fact, weight])
  }) // biome-ignore format: a table

  test('is that of the source that is believed, not of one that says the same', () => {
    const files = { ...express, 'api/Dockerfile': 'FROM node:24\nEXPOSE 3100\nCMD ["node", "server.js"]\n' }
    expect(serviceNamed(files, 'api').because.port?.path).toBe('api/Dockerfile')
  })
})

/** Repositories with one service at the root whose values stand beside its manifest, or below its first lines. */
const stated: readonly [string, Record<string, string>, Partial<Record<ReasonedValue, string>>][] = [
  ['Maven', { ...maven(), '.java-version': '21.0.2\n', 'src/main/resources/application.yml': 'spring:\n  x: 1\nserver:\n  port: 9012\n' }, { version: '.java-version:1', port: 'src/main/resources/application.yml:4', health: 'pom.xml:4' }],
  ['Maven’s properties', { ...maven(`<properties>\n<jdk>17</jdk>\n<java.version>${placeholder('jdk')}</java.version>\n</properties>`), 'src/main/resources/application.properties': `a=b\nserver.port=${placeholder('PORT:7001')}\nmanagement.endpoints.web.base-path=/manage\n` }, { version: 'pom.xml:7', port: 'src/main/resources/application.properties:2', health: 'src/main/resources/application.properties:3' }],
  ['Maven’s parent', { 'pom.xml': '<project><artifactId>all</artifactId><packaging>pom</packaging>\n<properties>\n<java.version>1.8</java.version></properties>\n<modules><module>web</module></modules></project>', 'web/pom.xml': '<project><artifactId>web</artifactId><parent><artifactId>all</artifactId></parent>\n<dependencies><dependency><groupId>io.javalin</groupId><artifactId>javalin</artifactId></dependency></dependencies></project>', 'web/src/main/java/x/App.java': javaMain }, { version: 'pom.xml:3' }],
  ['a plugin of Maven’s', { ...maven('<build><plugins><plugin><artifactId>jib-maven-plugin</artifactId>\n<configuration><container><ports>\n<port>8085</port></ports></container></configuration></plugin>\n<plugin><artifactId>maven-compiler-plugin</artifactId><configuration>\n<release>17</release></configuration></plugin></plugins></build>') }, { port: 'pom.xml:8', version: 'pom.xml:10' }],
  ['Gradle', { 'build.gradle.kts': 'plugins {\n  id("org.springframework.boot")\n}\nkotlin { jvmToolchain(17) }\n', 'src/main/kotlin/x/App.kt': '@SpringBootApplication\nclass App\nfun main() { runApplication<App>() }\n', 'src/main/resources/application.properties': '\nserver.port=8099\n' }, { version: 'build.gradle.kts:4', port: 'src/main/resources/application.properties:2' }],
  ['Open Liberty', { 'pom.xml': '<project><artifactId>a</artifactId><packaging>war</packaging></project>', 'src/main/java/x/A.java': 'class A {}', 'src/main/liberty/config/server.xml': '<server>\n  <httpEndpoint id="x" httpPort="9085"/>\n</server>', 'system.properties': '# x\njava.runtime.version=17\n' }, { port: 'src/main/liberty/config/server.xml:2', version: 'system.properties:2' }],
  ['Leiningen', { 'project.clj': '(defproject shop "1"\n  :dependencies [[ring/ring-core "1"]]\n  :ring {:handler shop.core/app\n         :port 3021})\n', 'src/shop/core.clj': '(ns shop.core)\n', '.tool-versions': 'node 20\njava temurin-21.0.1\n' }, { port: 'project.clj:4', version: '.tool-versions:2' }],
  ['.NET', { ...dotnet('<TargetFramework>net8.0</TargetFramework>'), 'appsettings.json': '{\n  "Kestrel": {"Endpoints": {\n    "Https": {"Url": "https://*:7443"},\n    "Http": {"Url": "http://*:7005"}\n  }}\n}\n' }, { version: 'Shop.csproj:3', port: 'appsettings.json:4', health: 'Program.cs:3' }],
  ['.NET with shared properties', { ...dotnet('<TargetFramework>net$(Version)</TargetFramework>'), 'Directory.Build.props': '<Project>\n<PropertyGroup>\n<Version>9.0</Version>\n</PropertyGroup>\n</Project>' }, { version: 'Directory.Build.props:3' }],
  ['.NET with global.json', { ...dotnet(''), 'global.json': json({ sdk: { version: '8.0.100' } }) }, { version: 'global.json:3' }],
  ['a published program of .NET', { 'Shop.dll': 'x', 'Shop.runtimeconfig.json': json({ runtimeOptions: { tfm: 'net8.0', framework: { name: 'Microsoft.AspNetCore.App' } } }) }, { version: 'Shop.runtimeconfig.json:3' }],
  ['Ruby', { ...rails, '.ruby-version': 'ruby-3.3.1\n' }, { version: '.ruby-version:1', port: 'config/puma.rb:2', health: 'config/routes.rb:2' }],
  ['Ruby’s Gemfile', { ...rails, Gemfile: 'source "x"\ngem "rails"\nruby "~> 3.2"\n', '.ruby-version': '3.3.1\n' }, { version: 'Gemfile:3' }],
  ['Ruby’s lockfile', { ...rails, 'Gemfile.lock': 'GEM\n  specs:\n    rails (7.1.0)\n\nRUBY VERSION\n   ruby 3.1.4p223\n' }, { version: 'Gemfile.lock:6' }],
  ['PHP', { 'composer.json': json({ name: 'a/shop', require: { php: '^8.2' } }), 'public/index.php': '<?php echo 1;', '.env': 'A=1\nAPP_PORT=8123\n' }, { version: 'composer.json:4', port: '.env:2' }],
  ['PHP’s platform', { 'composer.json': json({ require: { php: '^8.2' }, config: { platform: { php: '8.3.1' } } }), 'public/index.php': '<?php echo 1;' }, { version: 'composer.json:7' }],
  ['Rust', { ...rocket, 'rust-toolchain.toml': '[toolchain]\nchannel = "1.75.0"\n', 'Rocket.toml': '[default]\nport = 8001\n\n[release]\naddress = "0.0.0.0"\nport = 8002\n' }, { version: 'rust-toolchain.toml:2', port: 'Rocket.toml:6' }],
  ['Rust’s own manifest', rocket, { version: 'Cargo.toml:3' }],
  ['Elixir', { ...mix, '.tool-versions': 'erlang 26.1\nelixir 1.16.0-otp-26\n' }, { version: '.tool-versions:2' }],
  ['Elixir’s own manifest', mix, { version: 'mix.exs:3' }],
  ['Gleam', { 'gleam.toml': 'name = "shop"\ngleam = ">= 1.4.0"\n[dependencies]\nmist = "1"\n', 'src/shop.gleam': 'import mist\npub fn main() {\n  mist.start_http\n}\n' }, { version: 'gleam.toml:2' }],
  ['Haskell', { 'shop.cabal': 'name: shop\nexecutable shop\n  main-is: Main.hs\n  build-depends: yesod\n', 'Main.hs': 'main = warp 3000 App\n', 'cabal.project': 'packages: .\nwith-compiler: ghc-9.4.7\n', 'config/settings.yml': '# x\nport: "_env:YESOD_PORT:3005"\n' }, { version: 'cabal.project:2', port: 'config/settings.yml:2' }],
  ['Swift', { ...vapor, '.swift-version': '5.10\n' }, { version: '.swift-version:1', health: 'Sources/App/routes.swift:3' }],
  ['Swift’s own manifest', vapor, { version: 'Package.swift:1' }],
  ['Zig', { 'build.zig': 'pub fn build(b: *B) void {\n  b.addExecutable(.{ .name = "shop" });\n}\n', 'build.zig.zon': '.{\n    .minimum_zig_version = "0.13.0",\n    .dependencies = .{\n        .httpz = .{},\n    },\n}\n', 'src/main.zig': 'pub fn main() !void { try server.listen(); }\n' }, { version: 'build.zig.zon:2' }],
  ['Dart', { 'pubspec.yaml': 'name: shop\nenvironment:\n  flutter: any\n  sdk: ">=3.2.0 <4.0.0"\ndependencies:\n  shelf: any\n', 'bin/server.dart': "void main() { serve(handler, '0.0.0.0', 8080); }\n" }, { version: 'pubspec.yaml:4' }],
  ['Crystal', { 'shard.yml': 'name: shop\nversion: 0.1.0\ncrystal: ">= 1.10.0"\ndependencies:\n  kemal:\n    github: kemalcr/kemal\n', 'src/shop.cr': 'require "kemal"\nKemal.run\n' }, { version: 'shard.yml:3' }],
  ['Deno', { 'deno.json': json({ name: '@a/shop', tasks: { start: 'deno run -A main.ts' } }), 'main.ts': 'Deno.serve(() => new Response("x"))\n', '.tool-versions': 'node 20.1.0\ndeno 2.1.4\n' }, { version: '.tool-versions:2' }],
] // biome-ignore format: a table

describe('a value that a language’s own files state', () => {
  test.each(stated)('of %s is named with the line that has it', (_, files, expected) => {
    const [service] = analyzeFiles(files).services
    const places = Object.keys(expected).map((value) => {
      const reason = service?.because[value as ReasonedValue]
      return [value, `${reason?.path}:${reason?.line}`]
    })
    expect(Object.fromEntries(places)).toEqual(expected)
  })

  test.each(stated)('of %s stands in the line that is named', (_, files, expected) => {
    const [service] = analyzeFiles(files).services
    for (const value of ['version', 'port'] as const) {
      if (expected[value] === undefined) continue
      const { path = '', line = 0 } = service?.because[value] ?? {}
      expect([value, files[path]?.split('\n')[line - 1]]).toEqual([value, expect.stringContaining(String(service?.[value]))])
    }
  })

  test('names nothing beside the manifest when only a default is known', () => {
    const { because, port } = serviceNamed({ ...dotnet('<TargetFramework>net6.0</TargetFramework>') }, 'shop')
    expect([port, because.port]).toEqual([80, { path: 'Shop.csproj', line: 3, fact: 'the usual port of .NET', weight: 0.3 }])
  })
})

describe('a service at the root without another name', () => {
  test.each<[string, Record<string, string>, string]>([
    ['Maven’s artifact', maven(), 'shop'],
    ['Gradle’s root project', { 'settings.gradle': "rootProject.name = 'market'\n", 'build.gradle': "plugins { id 'org.springframework.boot' }\n", 'src/main/java/x/App.java': javaMain }, 'market'],
    ['the project file of .NET', dotnet(''), 'shop'],
    ['Deno’s configuration', { 'deno.json': json({ name: '@a/market', tasks: { start: 'deno run -A main.ts' } }), 'main.ts': 'Deno.serve(() => new Response("x"))\n' }, 'market'],
  ])('is called like %s', (_, files, name) => {
    expect(analyzeFiles(files).services.map((service) => service.name)).toEqual([name])
  }) // biome-ignore format: a table
})

describe('what a platform’s file says that a service needs', () => {
  const render = [
    'services:',
    '  - {type: web, name: front, rootDir: web, envVars: [{key: API, fromService: {name: back, type: web, property: host}}]}',
    '  - type: web',
    '    name: back',
    '    rootDir: api',
    '    envVars:',
    '      - key: MAIN_DB',
    '        fromDatabase: {name: shop-db, property: connectionString}',
    '',
  ].join('\n')
  const web = { 'web/package.json': json({ scripts: { start: 'node s.js' } }), 'web/s.js': 'require("http").createServer().listen(3000)\n' }

  test('is a dependency with its place, and the services have their names from there', () => {
    const { services } = analyzeFiles({ ...express, ...web, 'render.yaml': render })
    expect(services.map(({ name, dependsOn }) => [name, dependsOn.map(({ service, evidence }) => [service, evidence])])).toEqual([
      ['back', [['postgres', [{ path: 'render.yaml', line: 7, fact: 'MAIN_DB from shop-db', weight: 0.95 }]]]],
      ['front', [['back', [{ path: 'render.yaml', line: 2, fact: 'API from back', weight: 0.95 }]]]],
    ])
    expect(services[0]?.dependsOn[0]?.connection?.variable).toBe('MAIN_DB')
  })

  test('is nothing when no such thing is known', () => {
    const app = { 'api/app.json': json({ addons: ['papertrail', 'heroku-postgresql:mini'] }) }
    expect(serviceNamed({ ...express, ...app }, 'api').dependsOn.map(({ service }) => service)).toEqual(['postgres'])
  })
})

const fixtures = join(import.meta.dirname, '../../fixtures/repositories')

describe('a fixture repository', () => {
  test.each(readdirSync(fixtures))('%s gives a reason that the commit holds for every value', (name) => {
    const files = filesOf(join(fixtures, name))
    const paths = new Set(['.', ...Object.keys(files).flatMap(withFolders)])
    for (const service of analyzeFiles(files).services) {
      expect([service.name, Object.keys(service.because).sort()]).toEqual([service.name, valuesOf(service)])
      for (const { path, fact, weight } of Object.values(service.because)) {
        expect(paths).toContain(path)
        expect(fact).not.toBe('')
        expect(weight).toBeGreaterThanOrEqual(0.3)
      }
      for (const { evidence } of service.dependsOn) for (const { weight } of evidence) expect(weight).toBeGreaterThan(0)
    }
  })
})

function valuesOf(service: ServiceSpec): string[] {
  const values: Partial<Record<ReasonedValue, unknown>> = { ...service, ...service.resources }
  return reasonedValues.filter((value) => values[value] !== undefined).sort()
}

function withFolders(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function filesOf(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => !path.split('/').includes('node_modules'))
  const files = paths.filter((path) => statSync(join(root, path)).isFile())
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}
