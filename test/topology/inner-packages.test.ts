// A root package that starts what lies in another package is not a second service.
import { expect, test } from 'vitest'
import { analyzeFiles, json, servicesIn } from './summary.ts'

const server = "require('express')().listen(process.env.PORT || 3000)\n"

/** A server in a folder with a package.json of its own. */
function apiIn(folder: string) {
  return {
    [`${folder}/package.json`]: json({ name: 'api', scripts: { start: 'node server.js' }, dependencies: { express: '5.1.0' } }),
    [`${folder}/server.js`]: server,
  }
}

const api = 'backend backend nodejs/express :3000 template(nodejs in backend) tcp [node server.js]'

test('a usual entry file inside a package of its own is no program of the root', () => {
  const root = { 'package.json': json({ name: 'root', private: true, devDependencies: { concurrently: '9' } }) }
  expect(servicesIn({ ...root, ...apiIn('backend') })).toEqual([api])
  expect(servicesIn({ ...root, ...apiIn('server') })).toEqual([api.replaceAll('backend', 'server')])
  expect(servicesIn({ 'package.json': json({ name: 'root', workspaces: ['src'] }), ...apiIn('src') })).toEqual([
    'src src nodejs/express :3000 template(nodejs in .) tcp [node server.js]',
  ])
})

test.each([
  'node backend/server.js',
  'node ./backend/server',
  'node backend',
  'nodemon backend/server.js',
  'cd backend && npm start',
  'cd backend; node server.js',
  '(cd backend && node server.js)',
  'npm --prefix backend start',
  'npm start --prefix=backend',
  'yarn --cwd backend start',
  'pnpm -C ./backend start',
  'cd web && npm run build && cd ../backend && node server.js',
  'NODE_ENV=production node -r dotenv/config backend/server.js',
  'npm start -w backend',
  'npm start --workspace=api',
  'yarn workspace api start',
  'pnpm --filter api start',
  'concurrently "npm --prefix backend start" "npm --prefix web run dev"',
])('a root whose start script is `%s` leaves the service to the package that it starts', (start) => {
  const files = {
    'package.json': json({ name: 'root', main: 'backend/server.js', scripts: { start }, dependencies: { express: '5.1.0' } }),
    ...apiIn('backend'),
    'web/package.json': json({ name: 'web', scripts: { build: 'tsc' } }),
  }
  expect(servicesIn(files)).toEqual([api])
})

test('the root that only starts a package is told as such, with the script that says so', () => {
  const files = {
    'package.json': json({ name: 'root', scripts: { start: 'node backend/server.js' }, dependencies: { express: '5.1.0' } }),
    ...apiIn('backend'),
  }
  expect(analyzeFiles(files).folders).toEqual([
    {
      path: '.',
      role: 'workspace_root',
      evidence: [{ path: 'package.json', line: 4, fact: 'starts backend, a package of its own', weight: -0.6 }],
    },
  ])
})

test('a root that builds a package of pages and then starts its own server is the service', () => {
  const files = {
    'package.json': json({
      name: 'shop',
      scripts: { start: 'cd client && npm run build && cd .. && node server.js' },
      dependencies: { express: '5.1.0' },
    }),
    'server.js': server,
    'client/package.json': json({ name: 'client', scripts: { build: 'tsc' } }),
  }
  expect(servicesIn(files)).toEqual(['shop . nodejs/express :3000 template(nodejs in .) tcp [npm start]'])
})

test.each([json({ type: 'module' }), json({ name: 'server', private: true, main: 'index.js' })])(
  'a package.json that installs and starts nothing, %s, leaves the server to the root that starts it',
  (marker) => {
    const files = {
      'package.json': json({ name: 'shop', scripts: { start: 'node server/index.js' }, dependencies: { express: '5.1.0' } }),
      'server/package.json': marker,
      'server/index.js': server,
    }
    expect(servicesIn(files)).toEqual(['shop . nodejs/express :3000 template(nodejs in .) tcp [node server/index.js]'])
  },
)
