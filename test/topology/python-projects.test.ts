import { describe, expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

const flask = 'from flask import Flask\napp = Flask(__name__)\n'
const listening = 'from http.server import HTTPServer\nHTTPServer(("", 8123), None).serve_forever()\n'

describe('the dependencies of a Python project', () => {
  test.each([
    ['pyproject.toml by PEP 621', { 'pyproject.toml': '[project]\nname = "a"\ndependencies = ["Flask>=3"]\n' }, 'pip'],
    ['Poetry', { 'pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.12"\nflask = "*"\n', 'poetry.lock': '' }, 'poetry'],
    ['PDM', { 'pyproject.toml': '[project]\nname = "a"\ndependencies = ["flask"]\n', 'pdm.lock': '' }, 'pdm'],
    ['flit', { 'pyproject.toml': '[tool.flit.metadata]\nmodule = "a"\nrequires = ["flask"]\n' }, 'pip'],
    [
      'setuptools with a list beside it',
      { 'pyproject.toml': '[tool.setuptools.dynamic]\ndependencies = { file = ["deps.txt"] }\n', 'deps.txt': 'flask\n' },
      'pip',
    ],
    ['Pipfile', { Pipfile: '[packages]\nflask = "*"\n' }, 'pipenv'],
    ['setup.py', { 'setup.py': 'setup(\n  name="a",\n  install_requires=["uvicorn[standard]", "flask>=2"],\n)\n' }, 'pip'],
    ['setup.cfg', { 'setup.cfg': '[options]\ninstall_requires =\n    requests\n    flask\nzip_safe = no\n' }, 'pip'],
    ['Conda', { 'environment.yml': 'dependencies:\n  - python=3.11\n  - pip:\n      - flask==3.0\n' }, 'conda'],
    ['pixi', { 'pixi.toml': '[dependencies]\npython = "3.12.*"\n\n[pypi-dependencies]\nflask = "*"\n' }, 'pixi'],
    ['requirements.in', { 'requirements.in': 'flask\n' }, 'pip'],
    [
      'a list that includes another',
      { 'requirements.txt': '-r requirements/base.txt\n', 'requirements/base.txt': 'flask\n-r base.txt\n' },
      'pip',
    ],
    ['a lock that uv has written', { 'pyproject.toml': '[project]\nname = "a"\ndependencies = ["flask"]\n', 'uv.lock': '' }, 'uv'],
  ])('are read from %s', (_, files, manager) => {
    const service = serviceNamed({ ...files, 'app.py': flask } as Record<string, string>, 'a' in files ? 'a' : nameOf(files))
    expect([service.framework, service.packageManager]).toEqual(['flask', manager])
    expect(service.evidence.some(({ fact }) => fact.startsWith('flask in '))).toBe(true)
  })

  test('leave out what only development and tests need', () => {
    const files = {
      'pyproject.toml':
        '[project]\nname = "a"\n\n[project.optional-dependencies]\ntest = ["flask"]\n\n[dependency-groups]\ndev = ["django"]\n\n[tool.poetry.group.dev.dependencies]\nfastapi = "*"\n',
      'requirements-dev.txt': 'flask\n',
      'tool.py': 'print("done")\n',
    }
    expect(serviceNamed(files, 'a').framework).toBeUndefined()
  })

  test.each([
    ['.python-version', { '.python-version': '3.13.1\n' }, '3.13'],
    ['runtime.txt', { 'runtime.txt': 'python-3.11.9' }, '3.11'],
    ['.tool-versions', { '.tool-versions': 'nodejs 22\npython 3.12.3\n' }, '3.12'],
    ['mise.toml', { 'mise.toml': '[tools]\npython = "3.12"\n' }, '3.12'],
    ['setup.py', { 'setup.py': 'setup(python_requires=">=3.10")\n' }, '3.10'],
    ['environment.yml', { 'environment.yml': 'dependencies:\n  - python=3.11\n' }, '3.11'],
  ])('come with the version of %s', (_, files, version) => {
    expect(serviceNamed({ 'requirements.txt': 'flask\n', 'app.py': flask, ...files } as Record<string, string>, 'app').version).toBe(
      version,
    )
  })
})

const nameOf = (files: object) => (JSON.stringify(files).includes('name = \\"a\\"') ? 'a' : 'app')

describe('a Python program', () => {
  test.each([
    [
      'fasthtml',
      { 'requirements.txt': 'python-fasthtml\nuvicorn\n', 'main.py': 'from fasthtml.common import *\napp, rt = fast_app()\n' },
      'python/fasthtml :8000 template(python in .) tcp [uvicorn main:app --host 0.0.0.0 --port 8000]',
    ],
    [
      'streamlit',
      { 'requirements.txt': 'streamlit\ntornado\n', 'streamlit_app.py': 'import streamlit as st\n' },
      'python/streamlit :8501 template(python in .) /_stcore/health [streamlit run streamlit_app.py --server.address 0.0.0.0 --server.port 8501]',
    ],
    [
      'Dash behind gunicorn',
      { 'requirements.txt': 'dash\ngunicorn\nflask\n', 'app.py': 'from dash import Dash\napp = Dash()\nserver = app.server\n' },
      'python/dash :8000 template(python in .) tcp [gunicorn --bind 0.0.0.0:8000 app:server]',
    ],
    [
      'the agent development kit',
      { 'requirements.txt': 'google-adk\nfastapi\n', 'agent/__init__.py': '', 'agent/agent.py': '' },
      'python/google-adk :8000 template(python in .) tcp [adk api_server --host 0.0.0.0 --port 8000]',
    ],
    [
      'an MCP server over HTTP',
      {
        'requirements.txt': 'mcp\n',
        'server.py': 'from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x", port=9010)\nmcp.run(transport="streamable-http")\n',
      },
      'python/mcp :9010 template(python in .) tcp [python server.py]',
    ],
    [
      'a Discord bot',
      { 'requirements.txt': 'discord.py\naiohttp\n', 'bot.py': 'import discord\nclient = discord.Client()\nclient.run(TOKEN)\n' },
      'python/discord no port template(python in .) [python bot.py]',
    ],
    [
      'gRPC that is called, not only used',
      { 'requirements.txt': 'grpcio\n', 'server.py': 'import grpc\ns = grpc.server(pool)\ns.add_insecure_port("[::]:50099")\n' },
      'python/grpc :50099 template(python in .) tcp [python server.py]',
    ],
    [
      'Django in a folder below',
      {
        'requirements.txt': 'django\ngunicorn\n',
        'site/manage.py': '',
        'site/shop/settings.py': 'STATIC_ROOT = "s"\n',
        'site/shop/wsgi.py': '',
      },
      'python/django :8000 template(python in .) tcp [gunicorn --bind 0.0.0.0:8000 --chdir site shop.wsgi]',
    ],
    [
      'a package in src/',
      {
        'pyproject.toml': '[project]\nname = "app"\ndependencies = ["fastapi"]\n[build-system]\nrequires = ["hatchling"]\n',
        'src/shop/__init__.py': '',
        'src/shop/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      },
      'python/fastapi :8000 template(python in .) tcp [uvicorn shop.main:app --host 0.0.0.0 --port 8000 --app-dir src]',
    ],
    [
      'a script of the project',
      {
        'pyproject.toml':
          '[tool.poetry.dependencies]\nflask = "*"\n[tool.poetry.scripts]\nstart = "web.server:run"\n[build-system]\nrequires = []\n',
        'web/server.py':
          'import os\nfrom flask import Flask\napp = Flask(__name__)\ndef run():\n  app.run(host="0.0.0.0", port=int(os.environ["PORT"]))\n',
      },
      "python/flask :8080 template(python in .) tcp [python -c 'from web.server import run; run()']",
    ],
    [
      'whatever its only file is called',
      { 'requirements.txt': 'requests\n', 'mailer.py': listening, 'setup.py': '' },
      'python :8123 template(python in .) tcp [python mailer.py]',
    ],
    [
      'gunicorn configured in a file',
      { 'requirements.txt': 'flask\ngunicorn\n', 'app.py': flask, 'gunicorn.conf.py': 'bind = "0.0.0.0:9100"\n' },
      'python/flask :9100 template(python in .) tcp [gunicorn --bind 0.0.0.0:9100 app:app]',
    ],
    [
      'a port that the platform names',
      { 'requirements.txt': 'flask\ngunicorn\n', 'app.py': flask, Procfile: 'web: gunicorn app:app --bind 0.0.0.0:$PORT\n' },
      'python/flask :8080 template(python in .) tcp [gunicorn app:app --bind 0.0.0.0:$PORT]',
    ],
  ])('of %s is told', (_, files, expected) => {
    expect(servicesIn(files as unknown as Record<string, string>)).toEqual([`app . ${expected}`])
  })

  test('does not take the port of another service for its own', () => {
    const files = {
      'requirements.txt': 'fastapi\n',
      'main.py': 'import os\nfrom fastapi import FastAPI\napp = FastAPI()\nflags = connect(os.getenv("FLAGD_PORT", "8013"))\n',
    }
    expect(serviceNamed(files, 'app').port).toBe(8000)
    const named = {
      'catalog/requirements.txt': 'fastapi\n',
      'catalog/main.py': `${files['main.py']}p = os.getenv("CATALOG_PORT", "8010")\n`,
    }
    expect(serviceNamed(named, 'catalog').port).toBe(8010)
  })

  test('gathers the static files of Django, with stand-ins for what its settings demand', () => {
    const files = { 'requirements.txt': 'django\n', 'manage.py': '', 'shop/wsgi.py': '' }
    const collected = serviceNamed({ ...files, 'shop/settings.py': 'STATIC_ROOT = BASE / "static"\n' }, 'app')
    expect([collected.buildCommand, collected.facts]).toEqual([
      'python manage.py collectstatic --noinput',
      { entry: 'manage.py', djangoPackage: 'shop', absentServers: ['gunicorn', 'uvicorn'] },
    ])
    const demands = 'import os\nKEY = os.environ["SECRET_KEY"]\nDATABASES = os.environ["DATABASE_URL"]\nSTATIC_ROOT = "static"\n'
    const secret = serviceNamed({ ...files, 'shop/settings.py': demands }, 'app')
    expect([secret.buildCommand, secret.facts.buildEnvironment]).toEqual([
      'python manage.py collectstatic --noinput',
      ['DATABASE_URL=sqlite:////tmp/build.sqlite3', 'SECRET_KEY=build'],
    ])
  })

  test('names what Debian has to add for its packages', () => {
    const files = { 'requirements.txt': 'flask\npsycopg2\nopencv-python\n', 'app.py': 'from flask import Flask\napp = Flask(__name__)\n' }
    const { facts } = serviceNamed(files, 'app')
    expect([facts.buildPackages, facts.systemPackages]).toEqual([
      ['build-essential', 'libpq-dev', 'pkg-config'],
      ['libgl1', 'libglib2.0-0', 'libpq5'],
    ])
  })

  test('names the workers that run beside a server', () => {
    const files = {
      'requirements.txt': 'django\ncelery\ndjango-celery-beat\n',
      'manage.py': '',
      'shop/wsgi.py': '',
      'shop/celery.py': 'from celery import Celery\napp = Celery("shop")\n',
    }
    const { start, processes } = serviceNamed(files, 'app')
    expect(processes).toEqual([
      { name: 'web', command: start },
      { name: 'worker', command: 'celery -A shop worker --loglevel=info' },
      { name: 'beat', command: 'celery -A shop beat --loglevel=info' },
    ])
  })

  test('is not started by the Procfile of another language', () => {
    const files = { 'requirements.txt': 'awscli\n', Procfile: 'web: bundle exec puma\n' }
    expect(servicesIn(files).filter((line) => line.includes('python'))).toEqual([])
  })

  test('requires the variables that it cannot start without', () => {
    const files = {
      'requirements.txt': 'fastapi\npydantic-settings\n',
      'main.py':
        'import os\nfrom fastapi import FastAPI\nfrom config import Settings\napp = FastAPI()\nA = os.environ["A_KEY"]\nB = os.getenv("B_KEY")\nC = config("C_KEY")\nD = config("D_KEY", default="d")\nE = env.int("E_KEY", 5)\nos.environ["F_KEY"] = "set"\n',
      'config.py':
        'class Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="shop_")\n    database_url: str\n    pool: int = 5\n    token: str | None = None\n    api_key: str = Field(..., min_length=3)\n    retries: int = Field(default=3)\n\ndef other():\n    name: str\n',
    }
    expect(serviceNamed(files, 'app').environment).toEqual([
      { name: 'A_KEY', required: true },
      { name: 'B_KEY', required: false },
      { name: 'C_KEY', required: true },
      { name: 'D_KEY', required: false, value: 'd' },
      { name: 'E_KEY', required: false },
      { name: 'SHOP_API_KEY', required: true },
      { name: 'SHOP_DATABASE_URL', required: true },
      { name: 'SHOP_POOL', required: false, value: '5' },
      { name: 'SHOP_RETRIES', required: false, value: '3' },
      { name: 'SHOP_TOKEN', required: false },
    ])
  })
})

describe('a Python project that is no service beside others', () => {
  const web = { 'web/requirements.txt': 'flask\n', 'web/app.py': `${flask}app.run(host="0.0.0.0")\n` }

  test.each([
    [
      'a library',
      {
        'other/pyproject.toml': '[project]\nname = "lib"\ndependencies = ["flask"]\n[build-system]\nrequires = []\n',
        'other/lib/__init__.py': '',
      },
      'library',
    ],
    [
      'a published package with a command',
      {
        'other/pyproject.toml':
          '[project]\nname = "lib"\nclassifiers = []\n[project.scripts]\nlib = "lib.cli:main"\n[build-system]\nrequires = []\n',
        'other/lib/__init__.py': '',
        'other/lib/cli.py': 'import flask\napp.run()\n',
      },
      'library',
    ],
    ['a script that ends', { 'other/requirements.txt': 'requests\n', 'other/main.py': 'print("done")\n' }, 'tooling'],
    [
      'only a Dockerfile that starts nothing',
      { 'other/requirements.txt': 'grpcio-tools\n', 'other/Dockerfile': 'FROM python:3.12\nRUN pip install x\n' },
      'tooling',
    ],
    [
      'a client of gRPC',
      { 'other/requirements.txt': 'grpcio\n', 'other/main.py': 'import grpc\ngrpc.insecure_channel("x:1")\n' },
      'tooling',
    ],
    ['a list of requirements', { 'other/requirements.txt': 'requests\n' }, 'unknown'],
  ])('is %s', (_, files, role) => {
    expect(servicesIn({ ...web, ...files } as Record<string, string>).map((line) => line.split(' ')[0])).toEqual(['web'])
    expect(rolesIn({ ...web, ...files } as Record<string, string>).other).toBe(role)
  })
})
