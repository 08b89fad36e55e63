import { describe, expect, test } from 'vitest'
import { specifyFromSource } from '../../src/stack/from-source.ts'
import { loadTemplates } from '../../src/templates.ts'
import { type MemoryFiles, sourceTree } from '../support/source-tree.ts'
import { json, servicesIn } from './summary.ts'

const files = {
  'compose.yaml': `services:
  www:
    image: nginx:1.27-alpine
    volumes: ["./site:/usr/share/nginx/html:ro", "./proxy/nginx.conf:/etc/nginx/nginx.conf:ro"]
  legacy:
    image: php:8.3-apache
    volumes: ["./php:/var/www/html"]
    ports: ["8081:80"]
  shop:
    image: node:22
    working_dir: /usr/src/app
    volumes: ["./app:/usr/src/app", /usr/src/app/node_modules]
    command: sh -c "npm install && npm run dev"
    ports: ["3000"]
    environment: {GREETING: hello}
`,
  'site/index.html': '<h1>hello</h1>',
  'proxy/nginx.conf': 'http { server { listen 80; location /api { proxy_pass http://shop:3000; } } }',
  'php/index.php': '<?php echo 1;',
  'app/package.json': json({ scripts: { start: 'node index.js', dev: 'nodemon index.js' }, dependencies: { express: '5' } }),
  'app/index.js': 'require("express")().listen(process.env.PORT)',
}

async function specify(tree: MemoryFiles) {
  const identity = { instance: 'i', workspace: 'w', environment: 'production', project: 'kyozo-w-production' }
  const context = { templates: await loadTemplates(), identity, revision: 'abc', release: 'r', generation: 1 }
  return specifyFromSource(sourceTree(tree), context)
}

describe('a published image of a compose file', () => {
  test('is the service of the folder that it serves, which is none on its own', () => {
    expect(servicesIn(files, { rootName: 'shop-stack' })).toEqual([
      'shop-stack . compose_stack no port compose(compose.yaml)',
      'shop app nodejs/express :3000 template(nodejs in app) tcp [node index.js]',
      'legacy php php :80 image(php:8.3-apache) tcp',
      'www site static_site :80 image(nginx:1.27-alpine) /',
    ])
  })

  test('runs once, as analyze says: as it is with what it serves, or built where something must be installed', async () => {
    const { stack, topology } = await specify(files)
    expect(stack.services.map(({ name, folder, build }) => [name, folder, build?.dockerfile.split('\n')[0]])).toEqual([
      ['legacy', 'php', 'FROM php:8.3-apache'],
      ['shop', 'app', 'FROM node:22-slim AS base'],
      ['www', 'site', 'FROM nginx:1.27-alpine'],
    ])
    expect(
      topology.services
        .map(({ name }) => name)
        .filter((name) => name !== 'w')
        .sort(),
    ).toEqual(['legacy', 'shop', 'www'])
    const { command, working_dir, environment, volumes } = stack.document.services.shop ?? {}
    expect({ command, working_dir, environment, volumes }).toEqual({
      command: undefined,
      working_dir: undefined,
      environment: { GREETING: 'hello', PORT: '3000' },
      volumes: undefined,
    })
    expect(stack.differences.filter(({ pointer }) => pointer === '/services/shop/image')).toEqual([
      {
        file: 'compose.yaml',
        pointer: '/services/shop/image',
        change: 'the folder app is built instead of mounted into node:22',
        reason: 'nothing would install what it needs',
      },
    ])
  })

  test('leaves alone what it does not serve', () => {
    const other = {
      ...files,
      'compose.yaml':
        'services: {cache: {image: "redis:7", volumes: ["./site:/site"]}, web: {image: "nginx:1", volumes: ["./app:/app"]}}\n',
    }
    expect(servicesIn(other, { rootName: 'w' }).filter((line) => / (site|app) /.test(line))).toEqual([
      'app app nodejs/express :3000 template(nodejs in app) tcp [node index.js]',
      'site site static_site :8080 template(static_site in site) /',
    ])
  })
})
