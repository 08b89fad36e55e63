import { describe, expect, test } from 'vitest'
import { linkPackages } from '../../src/topology/relations/packages.ts'
import { openRepository } from '../../src/topology/repository.ts'
import { sourceTree } from '../support/source-tree.ts'
import { analyzeFiles, json } from './summary.ts'

const packagesOf = (files: Record<string, string>) => linkPackages(openRepository(sourceTree(files)))
const used = (files: Record<string, string>, folder: string) =>
  packagesOf(files)
    .uses(folder)
    .map(({ folder: target, evidence }) => [target, evidence.path, evidence.line])

describe('a shared package', () => {
  test.each([
    [
      'Cargo, by path and by the workspace',
      {
        'Cargo.toml': '[workspace]\nmembers = ["*"]\n[workspace.dependencies]\nlog = { path = "log" }\n',
        'api/Cargo.toml': '[package]\nname = "api"\n[dependencies]\ndb = { path = "../db" }\nlog.workspace = true\nserde = "1"\n',
        'db/Cargo.toml': '[package]\nname = "db"\n',
        'log/Cargo.toml': '[package]\nname = "log"\n',
      },
      [
        ['db', 'api/Cargo.toml', 4],
        ['log', 'api/Cargo.toml', 5],
      ],
    ],
    [
      'Go, by a replaced module',
      {
        'api/go.mod': 'module example.com/api\nrequire example.com/db v0.0.0\nreplace example.com/db => ../db\n',
        'db/go.mod': 'module example.com/db\n',
      },
      [['db', 'api/go.mod', 3]],
    ],
    [
      'Maven, by a module of the build',
      {
        'pom.xml':
          '<project><groupId>x</groupId><artifactId>all</artifactId><modules><module>api</module><module>db</module></modules></project>',
        'api/pom.xml':
          '<project>\n<parent><groupId>x</groupId><artifactId>all</artifactId></parent>\n<artifactId>api</artifactId>\n<dependencies>\n<dependency><groupId>x</groupId><artifactId>db</artifactId></dependency>\n<dependency><groupId>other</groupId><artifactId>all</artifactId></dependency>\n</dependencies></project>',
        'db/pom.xml': '<project><parent><groupId>x</groupId><artifactId>all</artifactId></parent><artifactId>db</artifactId></project>',
      },
      [['db', 'api/pom.xml', 5]],
    ],
    [
      'Gradle, by a project',
      {
        'settings.gradle.kts': 'include("api", "libs:db")\n',
        'api/build.gradle.kts': 'dependencies {\n  implementation(project(":libs:db"))\n  testImplementation(project(":api"))\n}\n',
        'libs/db/build.gradle.kts': '',
      },
      [['libs/db', 'api/build.gradle.kts', 2]],
    ],
    [
      '.NET, by a project reference',
      { 'api/Api.csproj': '<Project>\n<ProjectReference Include="..\\db\\Db.csproj" />\n</Project>\n', 'db/Db.csproj': '<Project />' },
      [['db', 'api/Api.csproj', 2]],
    ],
    [
      'Nx, by an implicit dependency',
      {
        'apps/api/package.json': '{}',
        'apps/api/project.json': json({ name: 'api', implicitDependencies: ['db'] }),
        'apps/data/project.json': json({ name: 'db' }),
      },
      [['apps/data', 'apps/api/project.json', 1]],
    ],
    [
      'Nx, by the name of a project anywhere in the workspace',
      {
        'nx.json': '{}',
        'apps/api/package.json': json({ name: '@shop/api', nx: { implicitDependencies: ['db'] } }),
        'libs/shared/data/project.json': json({ name: 'db' }),
      },
      [['libs/shared/data', 'apps/api/package.json', 1]],
    ],
    [
      'moon, by globs and by the names in moon.yml',
      {
        '.moon/workspace.yml': 'projects:\n  globs: ["apps/*", "libs/*/moon.yml"]\n  sources: {tools: build-tools}\n',
        'apps/api/moon.yml': 'language: typescript\ndependsOn:\n  - data\n  - id: tools\n    scope: build\n  - nobody\n',
        'libs/db/moon.yml': 'id: data\n',
        'build-tools/package.json': '{}',
      },
      [
        ['libs/db', 'apps/api/moon.yml', 3],
        ['build-tools', 'apps/api/moon.yml', 4],
      ],
    ],
    [
      'Bazel, by labels, without those of tests',
      {
        'MODULE.bazel': 'module(name = "shop")\n',
        'apps/api/BUILD.bazel':
          'go_binary(\n  name = "api",\n  deps = [\n    ":lib",\n    "//libs/db:db",\n    "@com_github_x//y",\n  ],\n)\n\ngo_test(\n  name = "t",\n  deps = ["//libs/testing"],\n)\n',
        'libs/db/BUILD': '',
        'libs/testing/BUILD': '',
      },
      [['libs/db', 'apps/api/BUILD.bazel', 5]],
    ],
    [
      'Bazel, for the program that its targets lie below',
      {
        WORKSPACE: '',
        'apps/api/pom.xml': '<project/>',
        'apps/api/src/main/BUILD': 'java_library(name = "x", runtime_deps = ["//libs/db"])\n',
        'libs/db/BUILD': '',
      },
      [['libs/db', 'apps/api/src/main/BUILD', 1]],
    ],
    [
      'Pants, by addresses',
      {
        'pants.toml': '[GLOBAL]\n',
        'src/api/BUILD': 'pex_binary(\n  name="bin",\n  dependencies=["src/db:lib", ":local", "3rdparty:reqs"],\n)\n',
        'src/db/BUILD': 'python_sources(name="lib")\n',
      },
      [['src/db', 'src/api/BUILD', 3]],
    ],
    [
      'Go, by a workspace',
      {
        'go.work': 'go 1.26\nuse (\n\t./api // the service\n\t./db\n)\n',
        'api/go.mod': 'module example.com/api\n\nrequire example.com/db v0.0.0\n',
        'db/go.mod': 'module example.com/db\n',
      },
      [['db', 'api/go.mod', 3]],
    ],
    ['Elixir, by a path', { 'api/mix.exs': 'defp deps do\n  [{:db, path: "../db"}]\nend\n', 'db/mix.exs': '' }, [['db', 'api/mix.exs', 2]]],
    [
      'Elixir, by an umbrella',
      { 'apps/api/mix.exs': '[{:db, in_umbrella: true}]\n', 'apps/db/mix.exs': '' },
      [['apps/db', 'apps/api/mix.exs', 1]],
    ],
    ['Ruby, by a path', { 'api/Gemfile': 'gem "rails"\ngem "db", path: "../db"\n', 'db/db.gemspec': '' }, [['db', 'api/Gemfile', 2]]],
    [
      'PHP, by a repository',
      { 'api/composer.json': '{"repositories": [\n{"type": "path", "url": "../db"}]}', 'db/composer.json': '{}' },
      [['db', 'api/composer.json', 2]],
    ],
    [
      'Dart, by a path',
      { 'api/pubspec.yaml': 'dependencies:\n  db:\n    path: ../db\n', 'db/pubspec.yaml': '' },
      [['db', 'api/pubspec.yaml', 3]],
    ],
    [
      'Swift, by a path',
      { 'api/Package.swift': '.package(name: "db", path: "../db"),\n', 'db/Package.swift': '' },
      [['db', 'api/Package.swift', 1]],
    ],
  ])('is known in %s', (_, files, expected) => {
    const [folder = ''] = Object.keys(files).filter((path) => path.includes('api/'))
    expect(used(files as unknown as Record<string, string>, folder.slice(0, folder.lastIndexOf('/')))).toEqual(expected)
  })

  test('is not what a test or the host of an application references', () => {
    const files = {
      'api.Tests/Api.Tests.csproj': '<ProjectReference Include="../api/Api.csproj" />',
      'host/Shop.AppHost.csproj': '<ProjectReference Include="../api/Api.csproj" />',
      'api/Api.csproj': '',
    }
    expect(packagesOf(files).usedBy('api')).toEqual([])
  })

  test('cannot lie outside of the repository', () => {
    const files = {
      'api/go.mod': 'module x\nreplace a => ../../../etc\n',
      'api/Cargo.toml': '[dependencies]\na = { path = "../../../etc" }\n',
      'api/A.csproj': '<ProjectReference Include="..\\..\\..\\x\\X.csproj" />',
    }
    expect(used(files, 'api')).toEqual([])
  })
})

describe('a workspace', () => {
  test.each([
    ['Lerna', { 'lerna.json': json({ packages: ['libs/*'] }), 'package.json': '{}', 'libs/a/package.json': '{}' }, 'libs/a'],
    [
      'Rush',
      { 'rush.json': '{ // projects\n "projects": [{ "packageName": "a", "projectFolder": "apps/a" }] }', 'apps/a/package.json': '{}' },
      'apps/a',
    ],
    ['Nx', { 'nx.json': '{}', 'apps/a/project.json': '{}' }, 'apps/a'],
    ['moon', { '.moon/workspace.yml': 'projects: {a: ./apps/a}\n', 'apps/a/package.json': '{}' }, 'apps/a'],
    ['Bazel', { 'MODULE.bazel': '', 'apps/a/BUILD': '' }, 'apps/a'],
    ['Pants', { 'pants.toml': '', 'apps/a/BUILD': '' }, 'apps/a'],
    ['Go', { 'go.work': 'use ./apps/a\n', 'apps/a/go.mod': 'module a\n' }, 'apps/a'],
    ['pnpm', { 'pnpm-workspace.yaml': 'packages: ["./apps/*/"]\n', 'apps/a/package.json': '{}' }, 'apps/a'],
  ])('of %s knows its members', (_, files, member) => {
    const { workspaceOf } = packagesOf(files as unknown as Record<string, string>)
    expect([workspaceOf(member)?.root, workspaceOf('elsewhere')]).toEqual(['.', undefined])
  })

  test('names the tool that builds its members', () => {
    const files = { 'package.json': json({ workspaces: ['apps/*'] }), 'turbo.json': '{}', 'apps/a/package.json': '{}' }
    const workspace = packagesOf(files).workspaceOf('apps/a')
    expect([workspace?.evidence, workspace?.files]).toEqual([
      { path: 'package.json', line: 2, fact: 'workspaces, built by Turborepo' },
      ['package.json', 'turbo.json'],
    ])
  })
})

describe('a folder of shared code', () => {
  test('is told with everybody that imports it', () => {
    const app = (name: string) => ({
      [`apps/${name}/package.json`]: json({
        name,
        scripts: { start: 'node i.js' },
        dependencies: { express: '5', '@shop/ui': 'workspace:*' },
      }),
      [`apps/${name}/i.js`]: 'app.listen(3000)',
    })
    const files = {
      'package.json': json({ name: 'shop', private: true, workspaces: ['apps/*', 'packages/*'] }),
      ...app('admin'),
      ...app('store'),
      'packages/ui/package.json': json({ name: '@shop/ui', main: 'index.js' }),
      'packages/ui/index.js': 'module.exports = 1',
    }
    const [, ui] = analyzeFiles(files).folders
    expect([ui?.path, ui?.evidence.map(({ path, fact }) => `${path} ${fact}`).filter((line) => line.includes('imported by'))]).toEqual([
      'packages/ui',
      ['apps/admin/package.json is imported by apps/admin', 'apps/store/package.json is imported by apps/store'],
    ])
  })

  test('is used by the projects of an Nx workspace that import it by the name in its tsconfig', () => {
    const files = {
      'nx.json': '{}',
      'package.json': json({ name: 'shop', dependencies: { express: '5' } }),
      'tsconfig.base.json': json({ compilerOptions: { paths: { '@shop/shared': ['libs/shared/src/index.ts'] } } }),
      'apps/api/project.json': json({ name: 'api', projectType: 'application', targets: { build: { executor: '@nx/js:tsc' } } }),
      'apps/api/src/main.ts': "import express from 'express'\nimport { x } from '@shop/shared'\nexpress().listen(3333)\n",
      'libs/shared/project.json': json({ name: 'shared', projectType: 'library' }),
      'libs/shared/src/index.ts': 'export const x = 1',
    }
    expect(analyzeFiles(files).services.map(({ name, reads }) => [name, reads?.includes('libs/shared')])).toEqual([['api', true]])
  })

  test('is used by the module that requires it by a name without a host, in one go.work', () => {
    const files = {
      'go.work': 'go 1.25\nuse (\n\t./svc/api\n\t./pkg/log\n)\n',
      'svc/api/go.mod': 'module shop/api\ngo 1.25\nrequire shop/log v0.0.0\n',
      'svc/api/main.go': 'package main\nimport ("net/http"; "shop/log")\nfunc main() { log.X(); http.ListenAndServe(":8080", nil) }\n',
      'pkg/log/go.mod': 'module shop/log\ngo 1.25\n',
      'pkg/log/log.go': 'package log\nfunc X() {}\n',
    }
    expect(analyzeFiles(files).services.map(({ name, reads }) => [name, reads?.includes('pkg/log')])).toEqual([['api', true]])
  })
})
