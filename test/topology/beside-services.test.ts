// Folders that make packages, add to a stack or help whoever works on the code are no services.
import { describe, expect, test } from 'vitest'
import type { MemoryFiles } from '../support/source-tree.ts'
import { analyzeFiles, json, rolesIn } from './summary.ts'

const api = { 'api/package.json': json({ name: 'api', scripts: { start: 'node index.js' }, dependencies: { express: '5.0.0' } }), 'api/index.js': "require('express')().listen(3000)\n" } // biome-ignore format: two files
const pathsIn = (files: MemoryFiles) => analyzeFiles({ ...api, ...files }).services.map(({ path, type }) => `${path} ${type}`)

describe('beside a service', () => {
  test.each<[string, MemoryFiles, Record<string, string>]>([
    ['an image for making packages', { 'packaging/alpine/Dockerfile': 'FROM alpine:3.23\nCOPY app /app\nEXPOSE 8080\nCMD ["/app"]\n' }, { 'packaging/alpine': 'tooling' }],
    ['documentation of an earlier time', { 'old-docs/viewer/package.json': json({ scripts: { start: 'node v.js' } }), 'old-docs/viewer/v.js': "require('http').createServer().listen(1)\n" }, { 'old-docs': 'docs' }],
    ['a proxy for development', { 'dev-reverse-proxy/package.json': json({ scripts: { start: 'node p.js' } }), 'dev-reverse-proxy/p.js': 'run()\n' }, { 'dev-reverse-proxy': 'tooling' }],
    ['a host that starts the other projects', { 'src/Shop.AppHost/Shop.AppHost.csproj': '<Project Sdk="Aspire.AppHost.Sdk/13.1.0">\n<PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework></PropertyGroup>\n</Project>\n', 'src/Shop.AppHost/Program.cs': 'var builder = DistributedApplication.CreateBuilder(args);\nvar webApp = builder.AddProject<Projects.Web>("web").WithHttpHealthCheck("/health");\nbuilder.Build().Run();\n' }, { 'src/Shop.AppHost': 'tooling' }],
    ['a folder with the settings of a database', { 'redis/redis.conf': 'maxmemory 64mb\n' }, { redis: 'tooling' }],
  ])('%s is none', (_, files, roles) => {
    expect(pathsIn(files)).toEqual(['api nodejs'])
    expect(rolesIn({ ...api, ...files })).toMatchObject(roles)
  }) // biome-ignore format: a table

  test('a portal for developers is one', () => {
    const portal = { 'dev-portal/package.json': json({ scripts: { start: 'node p.js' }, dependencies: { express: '5.0.0' } }), 'dev-portal/p.js': "require('express')().listen(3000)\n" } // biome-ignore format: two files
    expect(pathsIn(portal)).toEqual(['api nodejs', 'dev-portal nodejs'])
  })
})

describe('a compose file with a name of its own', () => {
  const search = 'services:\n  search:\n    build: search\n    ports: ["9200:9200"]\n'
  const main = {
    'docker-compose.yml': search,
    'search/Dockerfile': 'FROM elasticsearch:9.2.0\nCOPY config /config\n',
    'search/config/a.yml': 'a: 1\n',
  }

  test('is no stack when it needs services that only another file holds', () => {
    const beats = 'services:\n  beat:\n    build: extensions/beat\n    depends_on: [search]\n'
    const files = { ...main, 'extensions/beat/beat-compose.yml': beats, 'extensions/beat/Dockerfile': 'FROM elastic/filebeat:9.2.0\n' }
    const { services, folders } = analyzeFiles(files)
    expect(services.map(({ path, type }) => `${path} ${type}`)).toEqual(['. compose_stack', 'search database'])
    expect(folders.find(({ path }) => path === 'extensions/beat')?.evidence[0]).toEqual({
      path: 'extensions/beat/beat-compose.yml',
      line: 4,
      fact: 'adds to another compose file: beat needs search, which is not in it',
      weight: -0.9,
    })
  })
})
