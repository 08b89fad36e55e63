import { describe, expect, test } from 'vitest'
import { serviceNamed } from './summary.ts'

const startOf = (files: Record<string, string>) => {
  const { start, facts } = serviceNamed(files, 'app')
  return [start, facts.absentServers ?? []]
}
const none = ['gunicorn', 'uvicorn']

describe('a Python application whose project installs no production server', () => {
  const django = (files: Record<string, string>, requirements = 'django\n') =>
    startOf({ 'requirements.txt': requirements, 'manage.py': '', ...files })

  test.each([
    ['its own wsgi.py', { 'shop/settings.py': '', 'shop/wsgi.py': '' }, 'gunicorn --bind 0.0.0.0:8000 shop.wsgi'],
    [
      'what its settings name',
      { 'shop/settings.py': 'WSGI_APPLICATION = "deploy.web.application"\n', 'deploy/web.py': '' },
      'gunicorn --bind 0.0.0.0:8000 deploy.web:application',
    ],
    [
      'its asgi.py, when there is no other',
      { 'shop/settings.py': '', 'shop/asgi.py': '' },
      'uvicorn shop.asgi:application --host 0.0.0.0 --port 8000',
    ],
    [
      'its settings alone',
      { 'shop/settings.py': '', 'manage.py': 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n' },
      "env DJANGO_SETTINGS_MODULE=shop.settings gunicorn --bind 0.0.0.0:8000 'django.core.wsgi:get_wsgi_application()'",
    ],
  ])('starts Django by %s', (_, files, start) => {
    expect(django(files)).toEqual([start, none])
  })

  test('starts Django with Channels by its asgi.py', () => {
    const files = { 'shop/settings.py': '', 'shop/wsgi.py': '', 'shop/asgi.py': '' }
    expect(django(files, 'django\nchannels\n')).toEqual(['uvicorn shop.asgi:application --host 0.0.0.0 --port 8000', none])
  })

  test.each([
    ['an object', 'app = Flask(__name__)\n', 'gunicorn --bind 0.0.0.0:5000 app:app'],
    ['a factory', 'def create_app():\n    return Flask(__name__)\n', "gunicorn --bind 0.0.0.0:5000 'app:create_app()'"],
    [
      'a file that only serves when it is run',
      'app = Flask(__name__)\n\nif __name__ == "__main__":\n    port = 8080\n    app.run(\n        host="0.0.0.0",\n        port=port,\n    )\n',
      'gunicorn --bind 0.0.0.0:8080 app:app',
    ],
    [
      'a file that prepares something before it serves',
      'app = Flask(__name__)\n\nif __name__ == "__main__":\n    create_tables()\n    app.run(host="0.0.0.0")\n',
      'python app.py',
    ],
  ])('starts Flask by %s', (_, source, start) => {
    expect(startOf({ 'requirements.txt': 'flask\n', 'app.py': `from flask import Flask\n${source}` })).toEqual([start, none])
  })

  test('keeps the server that it has', () => {
    const files = { 'shop/settings.py': '', 'shop/wsgi.py': '', 'shop/asgi.py': '' }
    expect(
      ['waitress', 'daphne', 'granian', 'hypercorn', 'uwsgi', 'uvicorn'].map((server) => django(files, `django\n${server}\n`)),
    ).toEqual([
      ['waitress-serve --listen=0.0.0.0:8080 shop.wsgi:application', []],
      ['daphne -b 0.0.0.0 -p 8000 shop.asgi:application', []],
      ['granian --interface wsgi --host 0.0.0.0 --port 8000 shop.wsgi:application', []],
      ['hypercorn --bind 0.0.0.0:8000 shop.asgi:application', []],
      ['uwsgi --http 0.0.0.0:8080 --master --need-app --module shop.wsgi:application', []],
      ['uvicorn shop.asgi:application --host 0.0.0.0 --port 8000', []],
    ])
  })
})
