import { describe, expect, test } from 'vitest'
import { analyzeFiles, json, serviceNamed, servicesIn } from './summary.ts'

const server = `import express from 'express'
const app = express()
app.get('/healthz', (_, response) => response.send('ok'))
app.listen(process.env.PORT || 4000)
`
const express = {
  'package.json': json({ name: 'api', scripts: { start: 'node server.js' }, dependencies: { express: '5.1.0' } }),
  'package-lock.json': '{}',
  'server.js': server,
}

describe('a Node.js folder', () => {
  test('with an Express server is told whole, every fact with its place', () => {
    expect(analyzeFiles(express)).toEqual({
      strategy: 'single_service',
      services: [
        {
          name: 'api',
          path: '.',
          type: 'nodejs',
          framework: 'express',
          frameworkVersion: '5.1.0',
          packageManager: 'npm',
          installCommand: 'npm ci',
          confidence: 0.91,
          build: { kind: 'template', template: 'nodejs', context: '.' },
          start: 'node server.js',
          port: 4000,
          health: { kind: 'http', path: '/healthz' },
          environment: [],
          resources: { memory: '512Mi', cpu: '0.5' },
          dependsOn: [],
          alternatives: [],
          evidence: [
            { path: 'server.js', line: 4, fact: 'listens: .listen(', weight: 0.5 },
            { path: 'package.json', line: 4, fact: 'start script: node server.js', weight: 0.45 },
            { path: 'package.json', line: 7, fact: 'express in dependencies', weight: 0.45 },
            { path: 'package.json', line: 2, fact: 'package api', weight: 0.2 },
            { path: 'server.js', line: 3, fact: 'health route /healthz', weight: 0.2 },
            { path: 'server.js', line: 4, fact: 'port 4000', weight: 0.1 },
          ],
          because: {
            framework: { path: 'package.json', line: 7, fact: 'express in dependencies', weight: 0.5 },
            frameworkVersion: { path: 'package.json', line: 7, fact: 'express in dependencies', weight: 0.5 },
            packageManager: { path: 'package-lock.json', fact: 'package-lock.json', weight: 0.5 },
            installCommand: { path: 'package-lock.json', fact: 'what package-lock.json is installed by', weight: 0.3 },
            start: { path: 'package.json', line: 4, fact: 'start script: node server.js', weight: 0.5 },
            port: { path: 'server.js', line: 4, fact: 'app.listen(process.env.PORT || 4000)', weight: 0.5 },
            health: { path: 'server.js', line: 3, fact: "app.get('/healthz', (_, response) => response.send('ok'))", weight: 0.5 },
            memory: { path: 'package.json', line: 7, fact: 'usual for express', weight: 0.3 },
            cpu: { path: 'package.json', line: 7, fact: 'usual for express', weight: 0.3 },
          },
          reads: [],
          facts: { entry: 'server.js' },
        },
      ],
      backing: [],
      folders: [],
      recommendations: [],
      startOrder: ['api'],
      patterns: [
        { name: 'monolith', services: ['api'], evidence: [{ path: 'server.js', line: 4, fact: 'listens: .listen(', weight: 0.5 }] },
      ],
      warnings: [],
    })
  })

  test.each([
    [
      'fastify',
      { dependencies: { fastify: '5' }, scripts: { start: 'node index.js' } },
      'index.js',
      'app.listen({ port: 5000, host: "0.0.0.0" })',
      'nodejs/fastify :5000',
    ],
    [
      'koa',
      { dependencies: { koa: '3' }, scripts: { start: 'node app.js' } },
      'app.js',
      'const port = process.env.PORT ?? "3100"\napp.listen(port)',
      'nodejs/koa :3100',
    ],
    [
      'hapi',
      { dependencies: { '@hapi/hapi': '21' }, main: 'server.js' },
      'server.js',
      'const s = Hapi.server({ port: 8081 }); s.start()',
      'nodejs/hapi :8081',
    ],
    [
      'nest',
      { dependencies: { '@nestjs/core': '11' }, scripts: { build: 'nest build', 'start:prod': 'node dist/main' } },
      'src/main.ts',
      'await app.listen(process.env.PORT ?? 3000)',
      'nodejs/nestjs :3000',
    ],
    [
      'next',
      { dependencies: { next: '15', react: '19' }, scripts: { build: 'next build', start: 'next start -p 8088' } },
      'app/page.tsx',
      '',
      'nodejs/nextjs :8088',
    ],
    ['nuxt', { dependencies: { nuxt: '4' }, scripts: { build: 'nuxt build' } }, 'app.vue', '', 'nodejs/nuxt :3000'],
    [
      'sveltekit',
      {
        devDependencies: { vite: '7', '@sveltejs/kit': '2' },
        dependencies: { '@sveltejs/adapter-node': '5' },
        scripts: { build: 'vite build' },
      },
      'src/app.html',
      '',
      'nodejs/sveltekit :3000',
    ],
    [
      'astro with a server',
      { dependencies: { astro: '5', '@astrojs/node': '9' }, scripts: { build: 'astro build' } },
      'src/pages/index.astro',
      '',
      'nodejs/astro :4321',
    ],
    [
      'remix',
      { dependencies: { '@remix-run/serve': '2' }, scripts: { start: 'remix-serve build/server/index.js' } },
      'app/root.tsx',
      '',
      'nodejs/remix :3000',
    ],
    [
      'plain http',
      { scripts: { start: 'node server.mjs' } },
      'server.mjs',
      "import { createServer } from 'node:http'\ncreateServer(answer).listen(9000)",
      'nodejs :9000',
    ],
  ])('of %s is a service with its port', (_, manifest, entry, source, expected) => {
    const [line] = servicesIn({ 'package.json': json({ name: 'web', ...manifest }), [entry]: source })
    expect(line).toContain(`web . ${expected} template(nodejs in .)`)
  })

  test('takes its version from .nvmrc, else engines; its manager from packageManager, else the lockfile', () => {
    const pinned = serviceNamed(
      { ...express, '.nvmrc': 'v22.11.0\n', 'pnpm-lock.yaml': '', 'package-lock.json': { text: '{}', mode: '120000' } },
      'api',
    )
    expect([pinned.version, pinned.packageManager]).toEqual(['22', 'pnpm'])
    const ranged = serviceNamed(
      {
        ...express,
        'package.json': json({
          name: 'api',
          engines: { node: '>=20.10 <23' },
          packageManager: 'yarn@4.5.0',
          scripts: { start: 'node server.js' },
          dependencies: { express: '5' },
        }),
      },
      'api',
    )
    expect([ranged.version, ranged.packageManager]).toEqual(['20', 'yarn'])
  })

  test('follows imports to the file that has the routes and variables', () => {
    const service = serviceNamed(
      {
        'package.json': json({
          name: 'api',
          type: 'module',
          scripts: { start: 'node dist/server.js', build: 'tsc' },
          dependencies: { express: '5' },
        }),
        'src/server.ts': "import { app } from './app.js'\nimport { config } from './config.js'\napp.listen(config.port)\n",
        'src/app.ts': "import express from 'express'\nexport const app = express()\napp.get('/api/health', ok)\n",
        'src/config.ts':
          "export const config = {\n  port: Number(process.env.PORT ?? 7000),\n  key: process.env.API_KEY!,\n  level: process.env.LOG_LEVEL || 'info',\n  flag: process.env['FEATURE'],\n}\nconst { REGION = 'eu', ZONE } = process.env\n",
        '.env.example': '# where mail goes\nSMTP_HOST=\n# optional\nSENTRY_DSN=\nLOG_LEVEL=debug\n# TRACE=1\n',
      },
      'api',
    )
    expect([service.port, service.health, service.start, service.buildCommand]).toEqual([
      7000,
      { kind: 'http', path: '/api/health' },
      'node dist/server.js',
      'npm run build',
    ])
    expect(service.environment).toEqual([
      { name: 'API_KEY', required: true },
      { name: 'FEATURE', required: false },
      { name: 'LOG_LEVEL', required: false, value: 'info' },
      { name: 'REGION', required: false, value: 'eu' },
      { name: 'SENTRY_DSN', required: false },
      { name: 'SMTP_HOST', required: true },
      { name: 'TRACE', required: false },
      { name: 'ZONE', required: false },
    ])
  })

  test('without a package.json is a service when its file listens', () => {
    expect(servicesIn({ 'tiny/server.js': "require('http').createServer(f).listen(8000)\n", 'tiny/util.js': '' })).toEqual([
      'tiny tiny nodejs :8000 template(nodejs in tiny) tcp [node server.js]',
    ])
  })

  test('that takes jobs from a queue is a service without a port', () => {
    const files = {
      'jobs/package.json': json({ name: 'jobs', scripts: { start: 'node worker.js' }, dependencies: { bullmq: '5' } }),
      'jobs/worker.js': "import { Worker } from 'bullmq'\nnew Worker('mail', send, { connection: { url: process.env.REDIS_URL } })\n",
    }
    expect(servicesIn(files)).toEqual(['jobs jobs nodejs/bullmq no port template(nodejs in jobs) [node worker.js] ← redis'])
  })

  test('believes the Procfile over the start script', () => {
    expect(
      servicesIn({ ...express, Procfile: 'release: node migrate.js\nweb: node server.js --port 9090\nworker: node worker.js\n' }),
    ).toEqual(['api . nodejs/express :9090 template(nodejs in .) /healthz [node server.js --port 9090]'])
  })

  test('with a Dockerfile keeps its language and is built by it', () => {
    const files = {
      ...express,
      Dockerfile: 'FROM node:24-slim\nWORKDIR /app\nCOPY . .\nUSER node\nEXPOSE 4100\nCMD ["node", "server.js"]\n',
    }
    const service = serviceNamed(files, 'api')
    expect(servicesIn(files)).toEqual(['api . nodejs/express :4100 dockerfile(Dockerfile in .) /healthz [node server.js]'])
    expect(service.alternatives).toEqual([{ type: 'containerized', confidence: 0.38 }])
  })

  test('that is published for others is a library, whatever its comments show', () => {
    const files = {
      'package.json': json({ name: 'express', version: '5.1.0', files: ['index.js', 'lib/'] }),
      'index.js': "module.exports = require('./lib/express')\n",
      'lib/express.js': '/**\n * http.createServer(app).listen(80)\n */\nexports.listen = () => http.createServer(this).listen()\n',
    }
    expect(analyzeFiles(files)).toMatchObject({
      services: [],
      folders: [
        {
          path: '.',
          role: 'library',
          evidence: [{ path: 'package.json', line: 4, fact: 'is published for others, with no start script', weight: -0.5 }],
        },
      ],
    })
  })
})
