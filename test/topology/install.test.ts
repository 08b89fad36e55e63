import { expect, test } from 'vitest'
import { serviceNamed } from './summary.ts'

const server = "require('http').createServer().listen(3000)"
const manifest = (start = 'node s.js') => JSON.stringify({ name: 'x', scripts: { start }, dependencies: { express: '5' } })

test.each([
  ['npm ci', { 'package-lock.json': '{}' }],
  ['npm install', {}],
  ['pnpm install --frozen-lockfile', { 'pnpm-lock.yaml': '' }],
  ['yarn install --frozen-lockfile', { 'yarn.lock': '' }],
  ['yarn install --immutable', { 'yarn.lock': '', '.yarnrc.yml': '' }],
])('a package is installed by %s', (command, files) => {
  expect(serviceNamed({ 'package.json': manifest(), 's.js': server, ...files }, 'x').installCommand).toBe(command)
})

test('a member of a workspace is installed by the lockfile above it', () => {
  const files = {
    'pnpm-workspace.yaml': 'packages: [apps/*]',
    'pnpm-lock.yaml': '',
    'apps/api/package.json': manifest(),
    'apps/api/s.js': server,
  }
  const { installCommand, because } = serviceNamed({ ...files, 'package.json': '{"private":true}' }, 'api')
  expect([installCommand, because.installCommand?.path]).toEqual(['pnpm install --frozen-lockfile', 'pnpm-lock.yaml'])
})

test('nothing is installed for a program without a manifest', () => {
  expect(serviceNamed({ 'hook/server.js': server }, 'hook').installCommand).toBe(undefined)
})
