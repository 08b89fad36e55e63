// The Dockerfiles of Python frameworks as people see them, whole. `vitest run test/templates/golden-python.test.ts --update` writes them again.
import { describe, expect, test } from 'vitest'
import { detected } from './support/detected.ts'
import { render } from './support/images.ts'
import { filesOf } from './support/services.ts'

const settings = `import os
import dj_database_url
SECRET_KEY = os.environ["SECRET_KEY"]
DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"])}
STATIC_ROOT = BASE_DIR / "staticfiles"
`

interface Case {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
}

const cases: readonly Case[] = [
  {
    name: 'django',
    files: {
      'requirements.txt': 'django==5.2\ngunicorn==23.0.0\nwhitenoise==6.9.0\ndj-database-url==3.0.0\npsycopg2==2.9.10\n',
      'runtime.txt': 'python-3.12.4\n',
      'manage.py': 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
      'shop/settings.py': settings,
      'shop/wsgi.py': 'application = get_wsgi_application()\n',
      'shop/urls.py': '',
    },
  },
  {
    name: 'fastapi-uv',
    files: {
      'pyproject.toml': '[project]\nname = "api"\nrequires-python = ">=3.12"\ndependencies = ["fastapi", "uvicorn"]\n',
      'uv.lock': 'version = 1\n',
      'app/__init__.py': '',
      'app/main.py': 'from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get("/healthz")\ndef health():\n    return {}\n',
    },
  },
  {
    name: 'flask-pdm',
    files: {
      'pyproject.toml': '[project]\nname = "web"\nrequires-python = ">=3.11"\ndependencies = ["flask", "gunicorn"]\n\n[tool.pdm]\n',
      'pdm.lock': '',
      'app.py': 'from flask import Flask\n\napp = Flask(__name__)\n',
    },
  },
  {
    name: 'django-requirements-folder',
    files: {
      'pyproject.toml': '[tool.ruff]\nline-length = 120\n',
      'requirements/base.txt': 'django==5.2\n',
      'requirements/production.txt': '-r base.txt\ngunicorn==23.0.0\n',
      'manage.py': 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")\n',
      'config/settings/production.py': 'STATIC_ROOT = "staticfiles"\n',
      'config/wsgi.py': 'application = get_wsgi_application()\n',
    },
  },
  {
    name: 'django-without-server',
    files: {
      Pipfile: '[packages]\ndjango = "*"\n',
      'Pipfile.lock': '{}',
      'manage.py': 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
      'shop/settings.py': 'SECRET_KEY = os.environ["SECRET_KEY"]\nSTATIC_ROOT = "staticfiles"\n',
      'shop/wsgi.py': 'application = get_wsgi_application()\n',
    },
  },
  {
    name: 'flask-factory-without-server',
    files: {
      'pyproject.toml': '[tool.poetry]\nname = "web"\n\n[tool.poetry.dependencies]\npython = "^3.12"\nflask = "^3.0"\n',
      'poetry.lock': '',
      'app/__init__.py': 'from flask import Flask\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n',
    },
  },
  {
    name: 'starlette-without-server',
    files: {
      'pyproject.toml': '[project]\nname = "api"\nrequires-python = ">=3.12"\ndependencies = ["starlette"]\n',
      'uv.lock': 'version = 1\n',
      'main.py': 'from starlette.applications import Starlette\n\napp = Starlette()\n',
    },
  },
  {
    name: 'wsgi-without-server',
    files: {
      'requirements.txt': 'redis==5.0.0\n',
      'app.py': 'def application(environ, start_response):\n    start_response("200 OK", [])\n    return [b"hello"]\n',
    },
  },
]

describe('the Dockerfile of a detected Python service', () => {
  test.each(cases)('$name', async ({ name, files }) => {
    const tree = filesOf(files)
    await expect(render({ ...detected(tree, '.'), name }, tree).dockerfile).toMatchFileSnapshot(`golden/${name}.Dockerfile`)
  })
})
