import { expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

const shard = (name: string, dependency = '', targets = `targets:\n  ${name}:\n    main: src/${name}.cr\n`) =>
  `name: ${name}\nversion: 0.1.0\ncrystal: ">= 1.12.0"\n${targets}${dependency === '' ? '' : `dependencies:\n  ${dependency}:\n    github: x/${dependency}\n    version: ~> 1.4.0\n`}`

test('a Kemal application is told whole', () => {
  const files = {
    'shard.yml': shard('web', 'kemal'),
    'shard.lock': '',
    'src/web.cr': 'require "kemal"\nrequire "./config"\nget "/healthz" { "ok" }\nKemal.run 3001\n',
    'src/config.cr': 'KEY = ENV["API_KEY"]\nMODE = ENV["MODE"]? || "fast"\n',
  }
  expect(serviceNamed(files, 'web')).toMatchObject({
    type: 'crystal',
    framework: 'kemal',
    version: '1.12',
    packageManager: 'shards',
    port: 3001,
    health: { kind: 'http', path: '/healthz' },
    start: './bin/web',
    buildCommand: 'shards build --release --static --no-debug --production',
    environment: [
      { name: 'API_KEY', required: true },
      { name: 'MODE', required: false, value: 'fast' },
    ],
    facts: { entry: 'src/web.cr', binary: 'web', frameworkVersion: '1.4.0' },
  })
})

test.each([
  ['lucky', 'src/start_server.cr', ':5000'],
  ['amber', 'src/app.cr', ':3000'],
  ['athena', 'src/server.cr', ':3000'],
])('%s is a framework', (name, entry, port) => {
  const [line] = servicesIn({ 'shard.yml': shard('web', name, ''), [entry]: 'Server.start\n' })
  expect(line).toContain(`web . crystal/${name} ${port} `)
})

test('a program that is alone is the service, a shard for others is none', () => {
  expect(servicesIn({ 'shard.yml': shard('hi'), 'src/hi.cr': 'puts "hi"\n' })).toEqual([
    'hi . crystal no port template(crystal in .) [./bin/hi]',
  ])
  expect(servicesIn({ 'shard.yml': shard('hi', '', ''), 'src/hi.cr': 'puts "hi"\n' })).toHaveLength(1)
  expect(rolesIn({ 'shard.yml': shard('lib', '', ''), 'src/lib.cr': 'module Lib\nend\n' })).toEqual({ '.': 'library' })
  expect(servicesIn({ 'shard.yml': 'name: [1]\ntargets: x\ndependencies: 5\n' })).toEqual([])
})
