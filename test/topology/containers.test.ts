import { describe, expect, test } from 'vitest'
import { analyzeFiles, json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

const busybox =
  'FROM busybox:1.36\nCOPY www /www\nEXPOSE 8000\nHEALTHCHECK CMD wget -q -O- http://localhost:8000/up || exit 1\nUSER 1000\nCMD ["httpd", "-f", "-p", "8000", "-h", "/www"]\n'

describe('a static site', () => {
  test('is a folder with an index.html that belongs to nobody else', () => {
    expect(servicesIn({ 'site/index.html': '', 'site/style.css': '' })).toEqual([
      'site site static_site :8080 template(static_site in site) /',
    ])
    expect(serviceNamed({ 'site/index.html': '' }, 'site').facts).toEqual({ outputFolder: '.', isBuilt: false })
  })

  test('is not the public folder of a service', () => {
    const files = {
      'package.json': json({ name: 'a', scripts: { start: 'node server.js' }, dependencies: { express: '5' } }),
      'server.js': 'app.listen(3000)',
      'public/index.html': '',
      'public/app.css': '',
    }
    expect(servicesIn(files)).toEqual(['a . nodejs/express :3000 template(nodejs in .) tcp [node server.js]'])
    expect(rolesIn(files)).toEqual({ public: 'asset' })
  })

  test.each([
    ['vite', { devDependencies: { vite: '7' }, scripts: { build: 'vite build' } }, { 'index.html': '' }, 'dist'],
    [
      'vite',
      { devDependencies: { vite: '7' }, scripts: { build: 'vite build', start: 'vite preview' } },
      { 'index.html': '', 'vite.config.ts': 'export default { build: { outDir: "./public_html" } }' },
      'public_html',
    ],
    ['astro', { dependencies: { astro: '5' }, scripts: { build: 'astro build' } }, {}, 'dist'],
    [
      'sveltekit',
      { devDependencies: { vite: '7', '@sveltejs/kit': '2', '@sveltejs/adapter-static': '3' }, scripts: { build: 'vite build' } },
      {},
      'build',
    ],
    [
      'create-react-app',
      { dependencies: { 'react-scripts': '5' }, scripts: { build: 'react-scripts build', start: 'react-scripts start' } },
      {},
      'build',
    ],
    [
      'nextjs',
      { dependencies: { next: '15' }, scripts: { build: 'next build' } },
      { 'next.config.mjs': "export default { output: 'export' }" },
      'out',
    ],
  ])('is built by %s', (framework, manifest, files, outputFolder) => {
    const service = serviceNamed(
      {
        'web/package.json': json({ name: 'web', ...manifest }),
        ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`web/${name}`, text])),
      },
      'web',
    )
    expect([service.type, service.framework, service.buildCommand, service.facts]).toEqual([
      'static_site',
      framework,
      'npm run build',
      { outputFolder, isBuilt: true },
    ])
  })

  test('keeps its type when a web server image serves it', () => {
    expect(servicesIn({ 'web/index.html': '', 'web/Dockerfile': 'FROM nginx:1.27\nCOPY . /usr/share/nginx/html\n' })).toEqual([
      'web web static_site :80 dockerfile(web/Dockerfile in web) /',
    ])
  })
})

describe('a Dockerfile', () => {
  test('that is all there is makes a containerized service, told whole', () => {
    expect(analyzeFiles({ 'old/Dockerfile': busybox, 'old/www/index.html': '' })).toEqual({
      strategy: 'single_service',
      services: [
        {
          name: 'old',
          path: 'old',
          type: 'containerized',
          confidence: 0.8,
          build: { kind: 'dockerfile', dockerfile: 'old/Dockerfile', context: 'old' },
          start: 'httpd -f -p 8000 -h /www',
          port: 8000,
          health: { kind: 'http', path: '/up', port: 8000 },
          environment: [],
          resources: { memory: '512Mi', cpu: '0.5' },
          dependsOn: [],
          alternatives: [],
          evidence: [
            { path: 'old/Dockerfile', line: 1, fact: 'Dockerfile from busybox:1.36', weight: 0.5 },
            { path: 'old/Dockerfile', line: 3, fact: 'listens on port 8000', weight: 0.3 },
            { path: 'old/Dockerfile', line: 6, fact: 'runs httpd -f -p 8000 -h /www', weight: 0.3 },
            { path: 'old/Dockerfile', line: 4, fact: 'HEALTHCHECK', weight: 0.2 },
          ],
          because: {
            start: { path: 'old/Dockerfile', line: 6, fact: 'CMD ["httpd", "-f", "-p", "8000", "-h", "/www"]', weight: 0.6 },
            port: { path: 'old/Dockerfile', line: 3, fact: 'EXPOSE 8000', weight: 0.6 },
            health: {
              path: 'old/Dockerfile',
              line: 4,
              fact: 'HEALTHCHECK CMD wget -q -O- http://localhost:8000/up || exit 1',
              weight: 0.6,
            },
            memory: { path: 'old/Dockerfile', line: 1, fact: 'usual for containerized', weight: 0.3 },
            cpu: { path: 'old/Dockerfile', line: 1, fact: 'usual for containerized', weight: 0.3 },
          },
          reads: [],
          facts: {},
        },
      ],
      backing: [],
      folders: [{ path: 'old/www', role: 'asset', evidence: [{ path: 'old/www', fact: 'is a part of old', weight: -0.8 }] }],
      recommendations: [],
      patterns: [
        {
          name: 'monolith',
          services: ['old'],
          evidence: [{ path: 'old/Dockerfile', line: 1, fact: 'Dockerfile from busybox:1.36', weight: 0.5 }],
        },
      ],
      startOrder: ['old'],
      warnings: [],
    })
  })

  test('has the root as its context when what it copies is only there', () => {
    const files = {
      'services/api/Dockerfile':
        'FROM node:24\nCOPY package.json package-lock.json ./\nCOPY services/api ./api\nCOPY --from=build /x /x\nCOPY shared/*.js ./shared/\nCMD ["node", "api"]\n',
      'services/api/index.js': 'a.listen(3000)',
      'shared/x.js': '',
      'package.json': '{}',
      'package-lock.json': '{}',
    }
    const service = serviceNamed(files, 'api')
    expect([service.type, service.build, service.reads]).toEqual([
      'nodejs',
      { kind: 'dockerfile', dockerfile: 'services/api/Dockerfile', context: '.' },
      ['package-lock.json', 'package.json', 'shared'],
    ])
  })

  test('in a docker/ folder builds the folder around it', () => {
    expect(
      servicesIn({
        'app/go.mod': 'module example.com/app\n',
        'app/main.go': 'package main\nfunc main() { http.ListenAndServe(":80", nil) }\n',
        'app/docker/Dockerfile': 'FROM golang:1.24\nCOPY . .\n',
      }),
    ).toEqual(['app app golang :80 dockerfile(app/docker/Dockerfile in app) tcp'])
  })

  test('for another language than the manifest beside it decides', () => {
    expect(
      servicesIn({
        'x/package.json': json({ devDependencies: { prettier: '3' } }),
        'x/Dockerfile': 'FROM rust:1.80\nCOPY . .\nCMD ["x"]\nEXPOSE 7000\n',
      }),
    ).toEqual(['x x containerized :7000 dockerfile(x/Dockerfile in x) tcp [x]'])
  })

  test('that runs a file beside it tells the language of that file', () => {
    expect(
      servicesIn({
        'm/mailer.py': 'server.serve_forever()\n"/healthz"\n',
        'm/Dockerfile': 'FROM python:3.12-slim\nCOPY . .\nEXPOSE 8025\nCMD ["python", "mailer.py", "serve"]\n',
        'n/job.mjs': 'setInterval(work, 1)',
        'n/Dockerfile': 'FROM node:24\nCOPY . .\nCMD node ./job.mjs\n',
      }),
    ).toEqual([
      'm m python :8025 dockerfile(m/Dockerfile in m) /healthz [python mailer.py serve]',
      'n n nodejs no port dockerfile(n/Dockerfile in n) [node ./job.mjs]',
    ])
  })

  test('tells the language through its stages', () => {
    expect(
      servicesIn({
        'x/main.go': 'package main\nfunc main() {}\n',
        'x/go.mod': 'module example.com/x\n',
        'x/Dockerfile':
          'FROM golang:1.24 AS build\nRUN go build\nFROM gcr.io/distroless/static\nCOPY --from=build /x /x\nEXPOSE 9000\nENTRYPOINT ["/x"]\n',
      }),
    ).toEqual(['x x golang :9000 dockerfile(x/Dockerfile in x) tcp [/x]'])
  })

  test('is advised on its image and its user', () => {
    expect(
      analyzeFiles({
        'a/Dockerfile': 'FROM node:latest AS build\nFROM debian\nCMD x\nEXPOSE 80\nHEALTHCHECK NONE\n',
        '.env': 'SECRET_KEY=5f2a9c81d07e4b36',
      }).recommendations.map(({ code, evidence }) => [code, evidence[0]?.path, evidence[0]?.line]),
    ).toEqual([
      ['secret_committed', '.env', 1],
      ['unpinned_image', 'a/Dockerfile', 1],
      ['runs_as_root', 'a/Dockerfile', 2],
    ])
  })
})

describe('a Dockerfile of several stages', () => {
  const staged =
    'FROM python:3.12 AS builder\nEXPOSE 8000\nENTRYPOINT ["python3"]\nCMD ["app.py"]\n\nFROM builder AS web\nRUN apt-get install git\nCMD ["dev.py"]\n'

  test('says what its built stage inherits', () => {
    expect(servicesIn({ 'a/Dockerfile': staged })).toEqual(['a a containerized :8000 dockerfile(a/Dockerfile in a) tcp [python3 dev.py]'])
  })

  test('is read as far as the stage that the compose file builds', () => {
    expect(
      servicesIn({ 'compose.yaml': 'services:\n  a:\n    build: {context: a, target: builder}\n', 'a/Dockerfile': staged })[1],
    ).toEqual('a a containerized :8000 dockerfile(a/Dockerfile in a) tcp [python3 app.py]')
  })
})

test('A Dockerfile that ends in stages for tests is built as far as the stage that serves', () => {
  const files = {
    Dockerfile:
      'FROM node:24 AS base\nCOPY . .\nFROM base AS release\nEXPOSE 3001\nCMD ["node", "s.js"]\nFROM base AS pr-test\nEXPOSE 3000\nCMD ["npm", "test"]\nFROM base AS upload-artifact\n',
    'package.json': json({ name: 'a', scripts: { start: 'node s.js' }, dependencies: { express: '5' } }),
    's.js': '',
  }
  expect(servicesIn(files)).toEqual(['a . nodejs/express :3001 dockerfile(Dockerfile in .) tcp [node s.js]'])
  expect(serviceNamed(files, 'a').build).toMatchObject({ target: 'release' })
})
