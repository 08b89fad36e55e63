import { describe, expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

const api = {
  'api/package.json': '{"name":"api","scripts":{"start":"node s.js"},"dependencies":{"express":"5"}}',
  'api/s.js': 'app.listen(3000)',
}
const lineOf = (files: Record<string, string>, name: string) => servicesIn(files).find((line) => line.startsWith(`${name} `))

describe('a proxy', () => {
  test('is a folder whose web server passes requests on, told with whom it needs', () => {
    const files = {
      ...api,
      'edge/Dockerfile': 'FROM nginx:1.29\nCOPY nginx.conf /etc/nginx/nginx.conf\n',
      'edge/nginx.conf': 'server {\n  listen 8080;\n  location / {\n    proxy_pass http://api:3000;\n  }\n}\n',
    }
    expect(lineOf(files, 'edge')).toBe('edge edge proxy/nginx :80 dockerfile(edge/Dockerfile in edge) tcp ← api')
    expect(serviceNamed(files, 'edge').facts).toEqual({ proxy: 'nginx', upstreams: ['http://api:3000'] })
  })

  test.each([
    [
      'nginx upstream groups',
      'FROM nginx',
      'default.conf.template',
      'upstream web {\n  server api:3000;\n}\nserver { location / { \n proxy_pass http://web;\n } }',
    ],
    [
      'nginx, with a group called like the service',
      'FROM nginx',
      'default.conf',
      'upstream api {\n  server api:3000;\n}\nserver { location / { proxy_pass http://api; } }',
    ],
    ['nginx on one line', 'FROM nginx', 'nginx.conf', 'server { listen 80; location /v1 { proxy_pass http://api:3000; } }\n'],
    [
      'a group on one line',
      'FROM nginx',
      'nginx.conf',
      'events {} http { upstream api { server api:3000; } server { location / { proxy_pass http://api; } } }\n',
    ],
    ['Caddy', 'FROM caddy:2', 'Caddyfile', ':80 {\n  reverse_proxy /v1/* api:3000\n}\n'],
    ['HAProxy', 'FROM haproxy:3', 'haproxy.cfg', 'frontend f\n  bind *:80\nbackend b\n  server s1 api:3000 check\n'],
    [
      'Envoy',
      'FROM envoyproxy/envoy:v1.39.0',
      'envoy.yaml',
      'socket_address: { address: 0.0.0.0, port_value: 80 }\nsocket_address: { address: api, port_value: 3000 }\n',
    ],
    ['Traefik', 'FROM traefik:v3', 'dynamic.yml', 'services:\n  api:\n    servers:\n      - url: "http://api:3000"\n'],
    ['Apache', 'FROM httpd:2.4', 'httpd.conf', 'Listen 80\nProxyPass / http://api:3000/\n'],
  ])('is told from %s', (_, dockerfile, name, text) => {
    const files = { ...api, 'edge/Dockerfile': `${dockerfile}\nEXPOSE 80\nCOPY . /etc\n`, [`edge/${name}`]: text }
    const { type, port, dependsOn } = serviceNamed(files, 'edge')
    expect([type, port, dependsOn.map(({ service, kind }) => [service, kind])]).toEqual(['proxy', 80, [['api', 'requires']]])
  })

  test('is not a web server that serves files of its own, though it passes some requests on', () => {
    const files = {
      'web/Dockerfile': 'FROM nginx\nCOPY . /usr/share/nginx/html\n',
      'web/nginx.conf': 'proxy_pass http://api:3000;',
      'web/index.html': '',
    }
    expect(serviceNamed(files, 'web').type).toBe('static_site')
  })

  test('is not a configuration that nothing builds, nor one that only names the machine itself', () => {
    const loose = { ...api, 'conf/nginx.conf': 'proxy_pass http://api:3000;\n' }
    expect([lineOf(loose, 'conf'), rolesIn(loose)]).toEqual([undefined, { conf: 'tooling' }])
    const own = { 'edge/Dockerfile': 'FROM nginx\n', 'edge/nginx.conf': 'proxy_pass http://127.0.0.1:3000;\nproxy_pass http://$host;\n' }
    expect(servicesIn(own).filter((line) => line.includes(' proxy/'))).toEqual([])
  })

  test('needs no Dockerfile when it is called one, passes on to a folder beside it, and no compose file runs it', () => {
    const files = { ...api, 'nginx/nginx.conf': 'events {}\nhttp {\n  proxy_pass http://api:3000;\n}\n' }
    expect(lineOf(files, 'nginx')).toBe('nginx nginx proxy/nginx :80 template(proxy in nginx) tcp ← api')
    expect(serviceNamed(files, 'nginx').facts).toEqual({
      proxy: 'nginx',
      mainConfig: 'nginx.conf',
      configs: ['nginx.conf'],
      upstreams: ['http://api:3000'],
    })
    expect(lineOf({ ...files, 'compose.yaml': 'services:\n  web:\n    image: nginx\n' }, 'nginx')).toBe(undefined)
    expect(lineOf({ 'nginx/nginx.conf': 'proxy_pass http://elsewhere:3000;\n' }, 'nginx')).toBe(undefined)
  })

  test('with hostile text is read in bounded time', () => {
    const started = performance.now()
    for (const piece of ['proxy_pass ', 'server a', ' '.repeat(50), 'upstream x {', 'address: a port_value: '])
      servicesIn({ 'e/Dockerfile': 'FROM nginx\n', 'e/nginx.conf': piece.repeat(20_000) })
    expect(performance.now() - started).toBeLessThan(4000)
  })
})

test('what a proxy no longer passes on, in a comment, is nobody that it needs', () => {
  const files = {
    ...api,
    'web/Dockerfile': 'FROM nginx:1.29\nCOPY . /usr/share/nginx/html\n',
    'web/index.html': 'hello',
    'web/nginx.conf': 'server { listen 80; }\n  # location /v1 { proxy_pass http://api:3000; }\n',
  }
  expect(lineOf(files, 'web')).toBe('web web static_site :80 dockerfile(web/Dockerfile in web) /')
})
