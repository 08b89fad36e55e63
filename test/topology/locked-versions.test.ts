import { expect, test } from 'vitest'
import { json, serviceNamed } from './summary.ts'

const versionOf = (files: Record<string, string>, name = 'app') => {
  const { frameworkVersion, because } = serviceNamed(files, name)
  const place = because.frameworkVersion
  return [frameworkVersion, place && `${place.path}:${place.line}`]
}
const next = json({ name: 'app', scripts: { start: 'next start' }, dependencies: { next: '^15.1.2' } })
const v3 = (more: object = {}) => JSON.stringify({ name: 'app', lockfileVersion: 3, packages: { '': { dependencies: { next: '^15.1.2' } }, 'node_modules/next': { version: '15.3.1' }, ...more } }, null, 2) // biome-ignore format: one line
const yarn = 'next@^14.0.0:\n  version "14.2.1"\n\n"eslint@^8", next@^15.1.2:\n  version "15.3.1"\n'

test.each([
  ['package-lock.json', { 'package-lock.json': v3() }, ['15.3.1', 'package-lock.json:11']],
  ['package-lock.json of the first kind', { 'package-lock.json': JSON.stringify({ lockfileVersion: 1, dependencies: { next: { version: '15.3.1' } } }, null, 2) }, ['15.3.1', 'package-lock.json:5']],
  ['pnpm-lock.yaml', { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      express:\n        specifier: ^5\n        version: 5.1.0\n      next:\n        specifier: ^15.1.2\n        version: 15.3.1(react@19.0.0)\n" }, ['15.3.1', 'pnpm-lock.yaml:12']],
  ['pnpm-lock.yaml of an old kind', { 'pnpm-lock.yaml': 'lockfileVersion: 5.4\n\ndependencies:\n  next: 15.3.1_react@19\n' }, ['15.3.1', 'pnpm-lock.yaml:4']],
  ['yarn.lock', { 'yarn.lock': yarn }, ['15.3.1', 'yarn.lock:5']],
  ['yarn.lock of Berry', { 'yarn.lock': '"next@npm:^15.1.2":\n  version: 15.3.1\n  resolution: "next@npm:15.3.1"\n' }, ['15.3.1', 'yarn.lock:2']],
  ['bun.lock', { 'bun.lock': '{\n  "packages": {\n    "next": ["next@15.3.1", "", {}, "sha512-x"],\n  }\n}\n' }, ['15.3.1', 'bun.lock:3']],
  ['no lockfile that names it', { 'package-lock.json': '{}' }, ['15.1.2', 'package.json:7']],
])('%s says which version of a framework is installed', (_, files, expected) => {
  expect(versionOf({ 'package.json': next, ...(files as unknown as Record<string, string>) })).toEqual(expected)
}) // biome-ignore format: a table

test('A workspace’s package has the version that is installed for it', () => {
  const files = { 'package.json': json({ name: 'all', workspaces: ['apps/*'] }), 'apps/web/package.json': next }
  expect(versionOf({ ...files, 'package-lock.json': v3({ 'apps/web/node_modules/next': { version: '15.2.9' } }) }, 'web')).toEqual(['15.2.9', 'package-lock.json:14']) // biome-ignore format: one line
  const importers = 'importers:\n\n  .:\n    dependencies:\n      next:\n        specifier: ^14\n        version: 14.0.0\n\n  apps/web:\n    dependencies:\n      next:\n        specifier: ^15.1.2\n        version: 15.3.1\n' // biome-ignore format: one line
  expect(versionOf({ ...files, 'pnpm-workspace.yaml': 'packages: [apps/*]\n', 'pnpm-lock.yaml': importers }, 'web')).toEqual(['15.3.1', 'pnpm-lock.yaml:13']) // biome-ignore format: one line
})

test('composer.lock says which version of Laravel is installed', () => {
  const lock = JSON.stringify({ packages: [{ name: 'laravel/framework', version: 'v11.31.0' }] }, null, 4)
  const files = { 'composer.json': json({ name: 'shop/app', require: { php: '^8.2', 'laravel/framework': '^11.9' } }), artisan: '', 'public/index.php': '<?php\n', 'composer.lock': lock } // biome-ignore format: one line
  expect(versionOf(files)).toEqual(['11.31.0', 'composer.lock:5'])
})

test('Astro’s version is that of Astro, not of its adapter', () => {
  const astro =
    '{\n"name": "app",\n"scripts": {"build": "astro build", "astro": "astro"},\n"dependencies": {"@astrojs/node": "^8",\n"astro": "^4.2"}\n}\n'
  expect(versionOf({ 'package.json': astro })).toEqual(['4.2', 'package.json:5'])
  const lock = JSON.stringify({ packages: { 'node_modules/astro': { version: '4.16.1' } } }, null, 2)
  expect(versionOf({ 'package.json': astro, 'package-lock.json': lock })).toEqual(['4.16.1', 'package-lock.json:4'])
})

test('A large lockfile that does not name it is read at once', () => {
  const started = performance.now()
  for (const [name, line] of [['pnpm-lock.yaml', '      x:\n        specifier: ^1\n'], ['yarn.lock', 'a next@ '], ['yarn.lock', 'next@^1, next@^1\n'], ['package-lock.json', '    "next": { ']] as const)
    versionOf({ 'package.json': next, [name]: `  .:\n${line.repeat(40_000)}` }) // biome-ignore format: a list
  expect(performance.now() - started).toBeLessThan(2_000)
})
