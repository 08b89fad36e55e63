import { expect, test } from 'vitest'
import { json, servicesIn } from './summary.ts'

const manifest = json({ name: 'words', private: true, dependencies: { 'vscode-languageserver': '9.0.0' } })
const go = (imports: string, body: string) => `package main\n\nimport (\n\t"${imports}"\n)\n\nfunc main() {\n\t${body}\n}\n`

test('A connection that is listened on through standard input is no server', () => {
  const source = "import { createConnection } from 'vscode-languageserver/node'\ndocuments.listen(connection)\nconnection.listen()\n"
  expect(
    servicesIn({ 'package.json': manifest, 'client/package.json': '{}', 'src/server.ts': source, 'README.md': '' }),
  ).not.toContainEqual(expect.stringContaining(':3000'))
})

test.each([
  ["import http from 'node:http'\nhttp.createServer(f).listen()\n"],
  ["import app from './app'\napp.listen(p, () => {})\n"],
  ["import a from './app'\na.listen(config.http.port)\n"],
  ["import e from 'express'\nconst a = e()\na.listen(p)\n"],
])('A server of Node.js listens: %j', (source) => {
  expect(servicesIn({ 'package.json': json({ name: 'words', scripts: { start: 'node server.js' } }), 'server.js': source })).toEqual([
    'words . nodejs :3000 template(nodejs in .) tcp [node server.js]',
  ])
})

test('A timer in an imported file does not keep a program running, and neither does a wait', () => {
  const files = {
    'words/package.json': json({ name: 'words', private: true }),
    'words/src/index.ts': "import './cache.ts'\nawait new Promise((resolve) => setTimeout(resolve, 100))\n",
    'words/src/cache.ts': 'setInterval(() => tidy(), 1000)\n',
    'web/package.json': json({ name: 'web', dependencies: { express: '5' }, scripts: { start: 'node s.js' } }),
  }
  expect(servicesIn(files).map((line) => line.split(' ')[0])).toEqual(['web'])
})

test('A Go value that runs is a server only where one is imported', () => {
  const mod = 'module example.com/shop\n\ngo 1.23\n'
  const port = (imports: string) =>
    servicesIn({ 'go.mod': mod, 'main.go': go(imports, 's.Run()') }).map((line) => line.split(' ').slice(2, 4).join(' '))
  expect([port('os/exec'), port('github.com/gin-gonic/gin'), port('net/http')]).toEqual([
    ['golang no'],
    ['golang/gin :8080'],
    ['golang :8080'],
  ])
})

test('A route is one that asks for health only where it is answered', () => {
  const health = (files: Record<string, string>) => {
    const manifest = { 'package.json': json({ name: 'shop', scripts: { start: 'node server.js' }, dependencies: { express: '5' } }) }
    return servicesIn({ ...manifest, ...files }).map((line) => line.split(' ').find((word) => word.startsWith('/') || word === 'tcp'))
  }
  expect(health({ 'server.js': "if (path.startsWith('/status')) x()\nfetch('/health')\napp.listen(3000)\n" })).toEqual(['tcp'])
  expect(
    health({ 'server.js': "import './src/components/top.js'\napp.listen(3000)\n", 'src/components/top.js': "go('/status')\n" }),
  ).toEqual(['tcp'])
  expect(health({ 'server.js': "app.get('/status', f)\napp.listen(3000)\n" })).toEqual(['/status'])
})
