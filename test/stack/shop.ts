// A shop in miniature: an API with a database, a worker, and a folder with a Dockerfile of its own; two of them share a library.
import type { StackInput } from '../../src/stack/specify.ts'
import { type Files, serviceSpec, stackInput, topology } from './support.ts'

export const shopFiles: Files = {
  'README.md': '# shop\n',
  'docs/guide.md': 'read me\n',
  'packages/shared/index.js': 'export const name = "shop"\n',
  'services/api/package.json': '{"scripts":{"start":"node server.js"}}\n',
  'services/api/server.js': 'listen(3000)\n',
  'services/worker/package.json': '{"scripts":{"start":"node main.js"}}\n',
  'services/worker/main.js': 'work()\n',
  'services/proxy/Dockerfile': 'FROM nginx:1\nCOPY nginx.conf /etc/nginx/nginx.conf\n',
  'services/proxy/nginx.conf': 'server {}\n',
  'services/proxy/notes.txt': 'not copied\n',
}

export const shopTopology = topology({
  services: [
    serviceSpec({
      name: 'api',
      path: 'services/api',
      framework: 'express',
      port: 3000,
      health: { kind: 'http', path: '/healthz' },
      environment: [
        { name: 'DATABASE_URL', required: true, value: 'postgres://localhost:5432/shop' },
        { name: 'PRICE', required: false, value: 'costs $5' },
        { name: 'STRIPE_KEY', required: true },
      ],
      dependsOn: [
        {
          service: 'postgres',
          kind: 'requires',
          connection: { variable: 'DATABASE_URL', template: 'postgres://{user}:{password}@{host}:{port}/{database}' },
          evidence: [{ path: 'services/api/package.json', line: 12, fact: 'pg in dependencies' }],
        },
      ],
      evidence: [{ path: 'services/api/package.json', line: 5, fact: 'express in dependencies', weight: 0.5 }],
      reads: ['packages/shared'],
    }),
    serviceSpec({
      name: 'proxy',
      path: 'services/proxy',
      type: 'proxy',
      build: { kind: 'dockerfile', dockerfile: 'services/proxy/Dockerfile', context: 'services/proxy' },
      port: 80,
      dependsOn: [
        {
          service: 'api',
          kind: 'requires',
          connection: { variable: 'API_URL', template: 'http://{host}:{port}' },
          evidence: [{ path: 'services/proxy/nginx.conf', line: 1, fact: 'proxy_pass http://api:3000' }],
        },
      ],
      evidence: [{ path: 'services/proxy/Dockerfile', line: 1, fact: 'Dockerfile from nginx:1' }],
    }),
    serviceSpec({ name: 'worker', path: 'services/worker', reads: ['packages/shared'] }),
  ],
  backing: [
    { name: 'postgres', kind: 'postgres', evidence: [{ path: 'services/api/package.json', line: 12, fact: 'pg in dependencies' }] },
  ],
})

export function shopInput(parts: Partial<StackInput> & { readonly files?: Files } = {}): StackInput {
  return stackInput({ topology: shopTopology, files: shopFiles, ...parts })
}
