// Python frameworks, detected, built by the real builder and run without a writable disk, capabilities or new privileges.
import { afterAll, describe, expect, test } from 'vitest'
import { detected } from './support/detected.ts'
import { type BuiltImage, buildImage, removeImage, runContainer } from './support/images.ts'
import { filesOf } from './support/services.ts'

const images = new Set<string>()
afterAll(async () => {
  for (const image of images) await removeImage(image)
})

const settings = `import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
INSTALLED_APPS = ["django.contrib.staticfiles"]
MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware"]
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "assets"]
STATICFILES_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
`

describe('Django', { timeout: 300_000 }, () => {
  const files = filesOf({
    'requirements.txt': 'Django>=3.2\nwhitenoise>=5\n',
    'runtime.txt': 'python-3.12.4\n',
    'manage.py':
      'import os, sys\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n',
    'assets/site.css': 'body { color: teal }\n',
    'shop/__init__.py': '',
    'shop/settings.py': settings,
    'shop/wsgi.py':
      'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\nfrom django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n',
    'shop/urls.py':
      'from django.http import HttpResponse\nfrom django.templatetags.static import static\nfrom django.urls import path\nurlpatterns = [path("", lambda request: HttpResponse(static("site.css")))]\n',
  })

  test('that names no server is served by gunicorn with the static files that were gathered while it was built, and keeps no stand-in for a secret', async () => {
    const built: BuiltImage = await buildImage(detected(files, '.'), files)
    images.add(built.image)
    const container = await runContainer(built, { environment: { SECRET_KEY: 'secret' } })
    try {
      const path = await (await container.ask('/')).text()
      expect(path).toMatch(/^\/static\/site\.[0-9a-f]{12}\.css$/)
      const style = await container.ask(path)
      expect([style.status, await style.text()]).toEqual([200, 'body { color: teal }\n'])
      expect(await container.exec(built.rendered.healthCommand ?? ['/bin/false'])).toBe(0)
      expect(await container.exec(['sh', '-c', '[ "$SECRET_KEY" = secret ] && ! grep -r SECRET_KEY=build /app'])).toBe(0)
    } finally {
      await container.stop()
    }
  })
})

test('A Flask factory gets a server though its project names none', { timeout: 300_000 }, async () => {
  const files = filesOf({
    'requirements.txt': 'Flask>=2\n',
    'shop/__init__.py':
      'from flask import Flask\n\ndef create_app():\n    app = Flask(__name__)\n    app.get("/")(lambda: "from a factory")\n    return app\n',
  })
  const built = await buildImage(detected(files, '.'), files)
  images.add(built.image)
  const container = await runContainer(built)
  try {
    const answer = await container.ask('/')
    expect([await answer.text(), answer.headers.get('server')]).toEqual(['from a factory', 'gunicorn'])
  } finally {
    await container.stop()
  }
})

test('A bare WSGI function gets a server though its project names none', { timeout: 300_000 }, async () => {
  const files = filesOf({
    'requirements.txt': 'redis>=4\n',
    'app.py': 'def application(environ, start_response):\n    start_response("200 OK", [])\n    return [b"from WSGI"]\n',
  })
  const built = await buildImage(detected(files, '.'), files)
  images.add(built.image)
  const container = await runContainer(built)
  try {
    expect(await (await container.ask('/')).text()).toBe('from WSGI')
  } finally {
    await container.stop()
  }
})
