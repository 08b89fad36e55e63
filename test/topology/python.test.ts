import { describe, expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

describe('a Python folder', () => {
  test('with FastAPI is told with its version, manager, server command and database', () => {
    const service = serviceNamed(
      {
        'pyproject.toml':
          '[project]\nname = "orders"\nrequires-python = ">=3.12,<4"\ndependencies = [\n  "fastapi>=0.115",\n  "uvicorn[standard]",\n  "asyncpg",\n]\n',
        'uv.lock': '',
        'app/main.py':
          'import os\nfrom fastapi import FastAPI\nfrom .db import pool\napp = FastAPI()\n@app.get("/healthz")\ndef health(): ...\nKEY = os.environ["KEY"]\n',
        'app/db.py': 'import os\nimport asyncpg\nURL = os.getenv("DATABASE_URL", "postgresql+asyncpg://u:p@localhost/db")\n',
      },
      'orders',
    )
    expect(service).toEqual({
      name: 'orders',
      path: '.',
      type: 'python',
      framework: 'fastapi',
      version: '3.12',
      packageManager: 'uv',
      installCommand: 'uv sync --frozen',
      confidence: 0.74,
      build: { kind: 'template', template: 'python', context: '.' },
      start: 'uvicorn app.main:app --host 0.0.0.0 --port 8000',
      port: 8000,
      health: { kind: 'http', path: '/healthz' },
      environment: [
        { name: 'DATABASE_URL', required: false, value: 'postgresql+asyncpg://u:p@localhost/db' },
        { name: 'KEY', required: true },
      ],
      resources: { memory: '512Mi', cpu: '0.5' },
      dependsOn: [
        {
          service: 'postgres',
          kind: 'requires',
          backing: 'postgres',
          connection: { variable: 'DATABASE_URL', template: 'postgresql+asyncpg://{user}:{password}@{host}:{port}/{database}' },
          evidence: [
            { path: 'pyproject.toml', line: 7, fact: 'asyncpg in dependencies', weight: 0.5 },
            { path: 'app/db.py', line: 2, fact: 'imports asyncpg', weight: 0.5 },
            { path: 'app/db.py', line: 3, fact: 'reads DATABASE_URL', weight: 0.5 },
          ],
        },
      ],
      alternatives: [],
      evidence: [
        { path: 'pyproject.toml', line: 5, fact: 'fastapi in dependencies', weight: 0.45 },
        { path: 'app/main.py', line: 1, fact: 'entry file main.py', weight: 0.25 },
        { path: 'app/main.py', line: 5, fact: 'health route /healthz', weight: 0.2 },
        { path: 'pyproject.toml', line: 1, fact: 'pyproject.toml', weight: 0.2 },
      ],
      because: {
        framework: { path: 'pyproject.toml', line: 5, fact: 'fastapi in dependencies', weight: 0.5 },
        version: { path: 'pyproject.toml', line: 3, fact: 'requires-python = ">=3.12,<4"', weight: 0.5 },
        packageManager: { path: 'uv.lock', fact: 'uv.lock', weight: 0.5 },
        installCommand: { path: 'uv.lock', fact: 'what uv.lock is installed by', weight: 0.3 },
        start: { path: 'pyproject.toml', line: 5, fact: 'how fastapi is started', weight: 0.3 },
        port: { path: 'pyproject.toml', line: 5, fact: 'the usual port of fastapi', weight: 0.3 },
        health: { path: 'app/main.py', line: 5, fact: '@app.get("/healthz")', weight: 0.5 },
        memory: { path: 'pyproject.toml', line: 5, fact: 'usual for fastapi', weight: 0.3 },
        cpu: { path: 'pyproject.toml', line: 5, fact: 'usual for fastapi', weight: 0.3 },
      },
      reads: [],
      facts: { entry: 'app/main.py' },
    })
  })

  test.each([
    [
      'Flask with gunicorn',
      {
        'requirements.txt': 'Flask==3.0\ngunicorn # server\n',
        'app.py': 'from flask import Flask\napp = Flask(__name__)\n@app.route("/health")\ndef h(): ...\n',
      },
      'app . python/flask :8000 template(python in .) /health [gunicorn --bind 0.0.0.0:8000 app:app]',
    ],
    [
      'Flask from a factory',
      {
        'requirements.txt': 'flask\ngunicorn\n',
        'app/__init__.py': 'from flask import Flask\ndef create_app():\n    return Flask(__name__)\n',
      },
      "app . python/flask :8000 template(python in .) tcp [gunicorn --bind 0.0.0.0:8000 'app:create_app()']",
    ],
    [
      'Flask bound to this machine only',
      {
        'requirements.txt': 'flask\n',
        'app.py': 'from flask import Flask\napp = Flask(__name__)\nif __name__ == "__main__":\n    app.run(port=5050)\n',
      },
      'app . python/flask :5050 template(python in .) tcp [gunicorn --bind 0.0.0.0:5050 app:app]',
    ],
    [
      'Flask that binds every address itself',
      { 'requirements.txt': 'flask\n', 'app.py': 'from flask import Flask\napp = Flask(__name__)\napp.run(host="0.0.0.0", port=5050)\n' },
      'app . python/flask :5050 template(python in .) tcp [python app.py]',
    ],
    [
      'Django',
      {
        'requirements.txt': 'Django==5\npsycopg2-binary\ngunicorn\n',
        'manage.py': '',
        'shop/settings.py': 'import os\nDATABASES = {"HOST": os.environ["DB_HOST"], "NAME": os.environ["DB_NAME"]}\n',
        'shop/wsgi.py': '',
        'shop/urls.py': 'urlpatterns = [path("healthz/", ok)]\n',
      },
      'app . python/django :8000 template(python in .) /healthz/ [gunicorn --bind 0.0.0.0:8000 shop.wsgi] ← postgres',
    ],
    [
      'aiohttp',
      { 'requirements.txt': 'aiohttp\n', 'main.py': 'from aiohttp import web\nweb.run_app(app, port=8085)\n' },
      'app . python/aiohttp :8085 template(python in .) tcp [python main.py]',
    ],
    [
      'Celery',
      {
        'requirements.txt': 'celery[redis]\nredis\n',
        'tasks.py': 'import os\nfrom celery import Celery\ncelery = Celery("tasks", broker=os.environ["CELERY_BROKER_URL"])\n',
      },
      'app . python/celery no port template(python in .) [celery -A tasks worker --loglevel=info] ← redis',
    ],
    [
      'RQ',
      {
        Pipfile: '[packages]\nrq = "*"\n\n[requires]\npython_version = "3.11"\n',
        'worker.py': 'from rq import Worker\nWorker(["mail"]).work()\n',
      },
      'app . python/rq no port template(python in .) [rq worker] ← redis',
    ],
    [
      'a plain loop',
      { 'requirements.txt': 'redis\n', 'worker.py': 'import redis\nwhile True:\n    redis.Redis().blpop("jobs")\n' },
      'app . python no port template(python in .) [python worker.py] ← redis',
    ],
    [
      'only the standard library',
      { 'server.py': 'from http.server import HTTPServer\nHTTPServer(("0.0.0.0", 8123), Handler).serve_forever()\n' },
      'app . python :8123 template(python in .) tcp [python server.py]',
    ],
    [
      'a Procfile',
      {
        'requirements.txt': 'fastapi\n',
        'main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
        Procfile: 'web: uvicorn main:app --host 0.0.0.0 --port 9000\n',
      },
      'app . python/fastapi :9000 template(python in .) tcp [uvicorn main:app --host 0.0.0.0 --port 9000]',
    ],
  ])('of %s is a service', (_, files, expected) => {
    expect(servicesIn(files)).toEqual([expected])
  })

  test('that is a distribution, a script that ends, or tests is no service', () => {
    expect(
      servicesIn({
        'once/main.py': 'print("done")\n',
        'lib/pyproject.toml': '[build-system]\nrequires = []\n[project]\nname = "lib"\n',
        'lib/src/lib/__init__.py': '',
        'tests/app.py': 'app.run()',
      }),
    ).toEqual([])
    expect(rolesIn({ 'mine/pyproject.toml': '[build-system]\nrequires = []\n[project]\nname = "mine"\n', 'tests/test_a.py': '' })).toEqual({
      mine: 'library',
      tests: 'tests',
    })
  })

  test('that is a module of a project is no service of its own', () => {
    expect(
      servicesIn({
        'pyproject.toml': '[build-system]\nrequires = []\n[project]\nname = "flask"\n',
        'src/flask/__init__.py': '',
        'src/flask/sansio/app.py': 'app.run()\n',
        'src/flask/app.py': 'class Flask:\n  def run(self): app.run()\n',
      }),
    ).toEqual([])
  })

  test('reads shared code on its path, path dependencies and its uv workspace', () => {
    const shared = { 'shared/text.py': 'def slug(): ...', 'shared/deep/more.py': '' }
    expect(
      serviceNamed(
        {
          ...shared,
          'services/w/worker.py': 'from shared.text import slug\nfrom shared.deep import more\nwhile True:\n  pass\n',
          'services/w/requirements.txt': 'redis',
        },
        'w',
      ).reads,
    ).toEqual(['shared'])
    const local = {
      'libs/core/pyproject.toml': '[project]\nname = "core"\ndependencies = ["psycopg"]\n',
      'svc/app.py': 'from flask import Flask\napp = Flask(__name__)\n',
    }
    const byPath = serviceNamed({ ...local, 'svc/requirements.txt': 'flask\n-e ../libs/core\n' }, 'svc')
    expect([byPath.reads, byPath.build]).toEqual([['libs/core'], { kind: 'template', template: 'python', context: '.' }])
    expect(byPath.dependsOn.map(({ service, kind }) => [service, kind])).toEqual([['postgres', 'optional']])
    const byWorkspace = serviceNamed(
      {
        ...local,
        'pyproject.toml': '[tool.uv.workspace]\nmembers = ["svc", "libs/*"]\n',
        'uv.lock': '',
        'svc/pyproject.toml': '[project]\nname = "svc"\ndependencies = ["flask", "core"]\n[tool.uv.sources]\ncore = { workspace = true }\n',
      },
      'svc',
    )
    expect(byWorkspace.reads).toEqual(['libs/core', 'pyproject.toml', 'uv.lock'])
  })
})
