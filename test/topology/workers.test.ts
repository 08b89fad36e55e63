import { describe, expect, test } from 'vitest'
import { isWorkerCommand } from '../../src/topology/worker-command.ts'
import { analyzeFiles, serviceNamed, servicesIn } from './summary.ts'

const app = {
  'requirements.txt': 'fastapi==0.115.0\ncelery==5.4.0\n',
  Dockerfile: 'FROM python:3.12-slim\nCOPY . .\nEXPOSE 8000\nCMD ["uvicorn", "main:app", "--port", "8000"]\n',
  'main.py': 'from fastapi import FastAPI\napp = FastAPI()\n\n@app.get("/health")\ndef health():\n    return {}\n',
}
const compose = (more = '') => `services:
  api:
    build: .
    ports: ["8000:8000"]
  jobs:
    build: .
    command: celery -A tasks worker -l info
${more}`
const programs = (files: Record<string, string>) => servicesIn(files).filter((line) => !line.includes('compose_stack'))

describe('a worker that is built like the web server beside it', () => {
  test('has neither its port nor its health, and is told of as a worker', () => {
    const files = { ...app, 'compose.yaml': compose() }
    expect(programs(files)).toEqual([
      'api . python/fastapi :8000 dockerfile(Dockerfile in .) /health [uvicorn main:app --port 8000]',
      'jobs . python/fastapi no port dockerfile(Dockerfile in .) [celery -A tasks worker -l info]',
    ])
    expect(analyzeFiles(files).patterns).toMatchObject([{ name: 'worker', services: ['jobs'] }])
  })

  test('has the port that the compose file gives it', () => {
    expect(programs({ ...app, 'compose.yaml': compose('    expose: [9100]\n') })).toContain(
      'jobs . python/fastapi :9100 dockerfile(Dockerfile in .) tcp [celery -A tasks worker -l info]',
    )
  })

  test('keeps the port that its own Dockerfile says beside its command', () => {
    const jobs = 'FROM python:3.12-slim\nCOPY . .\nEXPOSE 9100\nCMD celery -A tasks worker\n'
    const file = compose().replace(
      'build: .\n    command: celery -A tasks worker -l info',
      'build: {context: ., dockerfile: jobs.Dockerfile}',
    )
    expect(serviceNamed({ ...app, 'jobs.Dockerfile': jobs, 'compose.yaml': file }, 'jobs').port).toBe(9100)
  })
})

test('A worker that kyozo.yaml takes out of a folder listens on nothing, and is that one process', () => {
  const files = {
    'requirements.txt': 'django\ncelery\ngunicorn\n',
    'manage.py': '',
    'core/__init__.py': '',
    'core/settings.py': 'ROOT_URLCONF = "core.urls"\n',
    'core/wsgi.py': 'application = get_wsgi_application()\n',
    'core/celery.py': 'from celery import Celery\napp = Celery("core")\n',
    'kyozo.yaml': 'services: {shop: {path: "."}, jobs: {path: ".", start: "celery -A core worker", health: false}}\n',
  }
  const { port, processes, health } = serviceNamed(files, 'jobs')
  expect({ port, processes, health }).toEqual({ port: undefined, processes: undefined, health: { kind: 'none' } })
  expect(serviceNamed(files, 'shop').port).toBe(8000)
})

test('A program of such a name that listens in its source keeps its port', () => {
  const files = {
    'package.json': '{"name": "jobs", "scripts": {"start": "node worker.js"}, "dependencies": {"express": "5"}}',
    'worker.js': 'app.listen(3000)\n',
  }
  expect(serviceNamed(files, 'jobs').port).toBe(3000)
})

describe('A command of a worker is known:', () => {
  test.each([
    'celery -A app.tasks beat -l info', 'python -m celery -A app worker', 'poetry run celery --app=x worker', "sh -c 'celery -A core worker'",
    'bundle exec sidekiq', 'bundle exec sidekiq -C config/sidekiq.yml', 'bin/rails solid_queue:start', 'bin/jobs', 'rake resque:work', 'rake jobs:work', 'bundle exec good_job start',
    'rq worker high default', 'python manage.py rqworker default', 'huey_consumer.py app.huey', 'python manage.py run_huey', 'dramatiq tasks', 'arq app.worker.WorkerSettings', 'python manage.py qcluster', 'taskiq worker app:broker',
    'php artisan queue:work --tries=3', 'php artisan horizon', 'php artisan schedule:work', 'php bin/console messenger:consume async',
    'node worker.js', 'node dist/worker', 'node ./dist/jobs/email-worker.js', 'node --enable-source-maps dist/worker/index.js', 'npm run worker', 'yarn start:worker', 'pnpm run worker:prod', 'bun run src/worker.ts', 'python -m app.worker', 'python worker.py', 'airflow scheduler',
  ])('%s', (command) => expect(isWorkerCommand(command)).toBe(true)) // biome-ignore format: a list

  test.each([
    undefined, '', 'node server.js', 'node workers-api.js', 'celery -A app flower', 'uvicorn main:app --workers 4', 'gunicorn -w 4 -k uvicorn.workers.UvicornWorker app:app', 'puma --workers 2',
    'node dist/main.js', 'npm run start', 'celery -A app worker & gunicorn app:app', 'node worker.js --port 3000', 'python manage.py migrate', 'php artisan serve',
  ])('and no other is taken for one: %s', (command) => expect(isWorkerCommand(command)).toBe(false)) // biome-ignore format: a list

  test('and the longest line is read at once', () => {
    const started = performance.now()
    for (const part of ['node a.', 'node --a ', 'rq a', 'celery ', 'node a/', 'a-', 'bundle exec ']) isWorkerCommand(part.repeat(2_000))
    expect(performance.now() - started).toBeLessThan(500)
  })
})
