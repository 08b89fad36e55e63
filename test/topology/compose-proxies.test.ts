// Proxies that a compose file runs from a published image: their configuration is mounted, or written as labels of those behind.
import { describe, expect, test } from 'vitest'
import { analyzeFiles, json, servicesIn } from './summary.ts'

const program = (name: string, port: number) => ({
  [`${name}/package.json`]: json({ name, scripts: { start: 'node s.js' }, dependencies: { express: '5' } }),
  [`${name}/s.js`]: `app.listen(${port})`,
  [`${name}/Dockerfile`]: 'FROM node:24\nCOPY . .\nCMD ["node", "s.js"]\n',
})
const programs = { ...program('shop', 3001), ...program('users', 3002) }
const compose = (edge: string, labels: readonly [string, string] = ['', '']) => `services:
  shop: {build: ./shop${labels[0]}}
  users: {build: ./users${labels[1]}}
  edge:
${edge}
`
const nginx =
  'upstream shop {\n  server shop:3001;\n}\nserver {\n  listen 8080;\n  location / { proxy_pass http://shop; }\n  location /users { proxy_pass http://users:3002; }\n}\n'
const lineOf = (files: Record<string, string>) => servicesIn(files).filter((line) => line.includes(' proxy/'))

describe('a proxy that runs from an image in a compose file', () => {
  test.each([
    [
      'nginx, by a file',
      'nginx:1.29',
      './edge/default.conf:/etc/nginx/conf.d/default.conf:ro',
      { 'edge/default.conf': nginx },
      'edge edge proxy/nginx :8080 image(nginx:1.29) tcp',
    ],
    [
      'nginx, by a file of any name',
      'nginx:1.29',
      './ops/shop.conf:/etc/nginx/conf.d/default.conf',
      { 'ops/shop.conf': nginx },
      'edge ops proxy/nginx :8080 image(nginx:1.29) tcp',
    ],
    [
      'nginx, by a folder',
      'nginx:1.29',
      './edge/conf.d:/etc/nginx/conf.d',
      { 'edge/conf.d/shop.conf': nginx },
      'edge edge/conf.d proxy/nginx :8080 image(nginx:1.29) tcp',
    ],
    [
      'Caddy, at the root',
      'caddy:2',
      './Caddyfile:/etc/caddy/Caddyfile',
      { Caddyfile: ':80 {\n  reverse_proxy /users/* users:3002\n  reverse_proxy shop:3001\n}\n' },
      'edge . proxy/caddy :80 image(caddy:2) tcp',
    ],
    [
      'HAProxy',
      'haproxy:3',
      './edge/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg',
      { 'edge/haproxy.cfg': 'frontend f\n  bind *:8080\nbackend b\n  server s1 shop:3001\n  server s2 users:3002\n' },
      'edge edge proxy/haproxy :8080 image(haproxy:3) tcp',
    ],
    [
      'Traefik, by a file',
      'traefik:v3',
      './edge:/etc/traefik',
      {
        'edge/dynamic.yml':
          'http:\n  services:\n    shop:\n      loadBalancer:\n        servers:\n          - url: "http://shop:3001"\n          - url: "http://users:3002"\n',
      },
      'edge edge proxy/traefik :80 image(traefik:v3) tcp',
    ],
  ] as const)('is the folder of its configuration: %s', (_, image, mount, configuration, expected) => {
    const files = { ...programs, ...configuration, 'compose.yaml': compose(`    image: ${image}\n    volumes: ["${mount}"]`) }
    expect(lineOf(files as Record<string, string>)).toEqual([`${expected} ← shop, users`])
    const { patterns, folders } = analyzeFiles(files as Record<string, string>)
    expect(patterns.filter(({ name }) => name === 'gateway').map(({ services }) => services)).toEqual([['edge']])
    expect(folders).toEqual([])
  })

  test.each([
    ['Traefik', 'traefik:v3', ', labels: ["traefik.http.routers.shop.rule=PathPrefix(`/`)"]', ', labels: {traefik.enable: "true"}'],
    [
      'Caddy',
      'lucaslorentz/caddy-docker-proxy:2',
      ', labels: {caddy: shop.example.com}',
      ', labels: {caddy: users.example.com, caddy.reverse_proxy: "{{upstreams 3002}}"}',
    ],
    [
      'nginx-proxy',
      'nginxproxy/nginx-proxy:1',
      ', environment: {VIRTUAL_HOST: shop.example.com}',
      ', environment: {VIRTUAL_HOST: users.example.com}',
    ],
  ])('lies where the file does when labels tell whom it serves: %s', (_, image, first, second) => {
    const files = { ...programs, 'deploy/compose.yaml': compose(`    image: ${image}`, [first, second]).replaceAll('./', '../') }
    const [line = ''] = lineOf(files)
    expect(line).toMatch(/^edge deploy proxy\/\w+ .* ← shop, users$/)
  })

  test('is no proxy when nothing mounted passes requests on', () => {
    const files = {
      ...programs,
      'edge/default.conf': 'server {\n  listen 80;\n  root /usr/share/nginx/html;\n}\n',
      'other/nginx.conf': nginx,
      'compose.yaml': compose('    image: nginx:1.29\n    volumes: ["./edge/default.conf:/etc/nginx/conf.d/default.conf"]'),
    }
    expect(lineOf(files)).toEqual([])
  })

  test('takes nothing from the program at the root that its configuration lies beside', () => {
    const files = {
      'package.json': json({ name: 'shop', scripts: { start: 'node s.js' }, dependencies: { express: '5' } }),
      's.js': 'app.listen(3001)',
      Dockerfile: 'FROM node:24\nCOPY . .\nCMD ["node", "s.js"]\n',
      Caddyfile: ':80 {\n  reverse_proxy shop:3001\n}\n',
      'compose.yaml': 'services:\n  shop: {build: .}\n  edge:\n    image: caddy:2\n    volumes: ["./Caddyfile:/etc/caddy/Caddyfile"]\n',
    }
    expect(servicesIn(files).filter((line) => !line.includes('compose_stack'))).toEqual([
      'edge . proxy/caddy :80 image(caddy:2) tcp ← shop',
      'shop . nodejs/express :3001 dockerfile(Dockerfile in .) tcp [node s.js]',
    ])
  })
})
