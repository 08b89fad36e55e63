// The shop's services that templates build, as detection describes them.
import { fixtureFiles, serviceSpec } from './services.ts'

export const shopFiles = fixtureFiles('shop')

const workspace = ['package.json', 'package-lock.json', 'packages/shared']

export const api = serviceSpec({
  name: 'api',
  path: 'services/api',
  type: 'nodejs',
  version: '22',
  packageManager: 'npm',
  start: 'node src/server.js',
  port: 3000,
  health: { kind: 'http', path: '/healthz' },
  reads: workspace,
})

export const orders = serviceSpec({ ...api, name: 'orders', path: 'services/orders', port: 3001 })

export const worker = serviceSpec({
  name: 'worker',
  path: 'services/worker',
  type: 'python',
  version: '3.12',
  packageManager: 'pip',
  start: 'python main.py',
})

export const catalog = serviceSpec({
  name: 'catalog',
  path: 'services/catalog',
  type: 'golang',
  version: '1.24',
  port: 8080,
  health: { kind: 'http', path: '/healthz' },
  facts: { moduleFolder: 'services/catalog', mainPackage: '.', binary: 'catalog' },
})

export const web = serviceSpec({
  name: 'web',
  path: 'web',
  type: 'static_site',
  health: { kind: 'http', path: '/' },
  facts: { outputFolder: '.', isBuilt: false },
})
