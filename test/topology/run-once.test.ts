import { describe, expect, test } from 'vitest'
import { analyzeFiles, json, rolesIn } from './summary.ts'

const program = {
  'package.json': json({ name: 'x', scripts: { start: 'node s.js' }, dependencies: { express: '5' } }),
  's.js': '',
  Dockerfile: 'FROM node:24\nCOPY . .\nCMD ["node", "s.js"]\n',
}

/** Names of what is no stack, of a stack that runs `web` and a second service with these lines. */
function namesWith(...lines: string[]): string[] {
  return namesOf(lines.join('\n    '), '')
}

function namesOf(second: string, first: string): string[] {
  const compose = `services:\n  web:\n    build: .\n${first}  second:\n    build: .\n    ${second}\n`
  const { services } = analyzeFiles({ ...program, 'compose.yaml': compose })
  return services.filter(({ type }) => type !== 'compose_stack').map(({ name }) => name)
}

describe('a service of a compose file that runs once is a step of starting the stack', () => {
  test.each([
    ['yarn build'],
    ['bash -c "yarn install && yarn build"'],
    ['npm run db:migrate'],
    ['["npx", "prisma", "migrate", "deploy"]'],
    ['python manage.py migrate --noinput'],
    ['sh -c "cd /app; poetry run alembic upgrade head"'],
    ['bundle exec rails db:prepare'],
    ['php artisan migrate --force'],
    ['dotnet-ef database update --project src'],
    ['./admin migrate-seed'],
    ['/app/server migrate up'],
    ['./scripts/init-db.sh'],
    ['node dist/seed.js'],
    ['migrate'],
  ])('by its command: %s', (command) => {
    expect(namesWith(`command: ${command}`)).toEqual(['web'])
  })

  test('when others wait until it has ended', () => {
    const waits = '    depends_on: {second: {condition: service_completed_successfully}}\n'
    expect(namesOf('environment: {A: b}', waits)).toEqual(['web'])
  })

  test('when it is never started again and named for what is done once', () => {
    const compose = 'services:\n  web: {build: .}\n  init:\n    build: .\n    restart: "no"\n'
    const { services } = analyzeFiles({ ...program, 'compose.yaml': compose })
    expect(services.map(({ name }) => name)).not.toContain('init')
  })

  test.each([
    ['node worker.js'],
    ['sh -c "npm run migrate && npm start"'],
    ['npm run build -- --watch'],
    ['python manage.py run_huey'],
    ['./entrypoint.sh'],
    ['./server --migrate'],
    ['node seed-server.js'],
  ])('which %s is not', (command) => {
    expect(namesWith(`command: ${command}`).sort()).toEqual(['second', 'web'])
  })

  test('unless it publishes a port or is asked for its health', () => {
    expect(namesWith('command: make build', 'ports: ["8080:8080"]').sort()).toEqual(['second', 'web'])
    expect(namesWith('command: make build', 'healthcheck: {test: curl localhost}').sort()).toEqual(['second', 'web'])
  })

  test('and stays in doubt where only its restarting or its name says so', () => {
    const compose =
      'services:\n  web: {build: .}\n  once:\n    build: .\n    command: node a.js\n    restart: "no"\n  setup:\n    build: .\n    command: node b.js\n'
    const { services } = analyzeFiles({ ...program, 'compose.yaml': compose })
    const sure = Object.fromEntries(services.map(({ name, confidence }) => [name, confidence >= 0.9]))
    expect(sure).toEqual({ web: true, once: false, setup: false, x: true })
  })
})

test('a folder whose image runs once is a tool, and a program that is started for a task here is served as before', () => {
  const compose = (command: string) =>
    `services:\n  web:\n    build: .\n    depends_on: {job: {condition: service_completed_successfully}}\n  job:\n    build: ./job\n${command}`
  const files = { ...program, 'job/package.json': json({ name: 'job', scripts: { start: 'node s.js' }, dependencies: { express: '5' } }), 'job/s.js': '', 'job/Dockerfile': program.Dockerfile } // biome-ignore format: short
  expect(rolesIn({ ...files, 'compose.yaml': compose('') })).toMatchObject({ job: 'tooling' })
  const { services } = analyzeFiles({ ...files, 'compose.yaml': compose('    command: node migrate.js\n') })
  expect(services.map(({ path }) => path)).toContain('job')
})
