import { describe, expect, test } from 'vitest'
import { linkPackages } from '../../src/topology/relations/packages.ts'
import { openRepository } from '../../src/topology/repository.ts'
import { sourceTree } from '../support/source-tree.ts'
import { json } from './summary.ts'

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
    ['pnpm', { 'pnpm-workspace.yaml': 'packages: ["./apps/*/"]\n', 'apps/a/package.json': '{}' }, 'apps/a'],
  ])('of %s knows its members', (_, files, member) => {
    const { workspaceOf } = packagesOf(files as unknown as Record<string, string>)
    expect([workspaceOf(member)?.root, workspaceOf('elsewhere')]).toEqual(['.', undefined])
  })
})
