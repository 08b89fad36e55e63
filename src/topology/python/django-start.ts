// How a Django project starts in production: by the server that it installs, else by gunicorn or uvicorn, which its image then brings.
import { joinPath, relativeTo } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { DjangoProject } from './entries.ts'
import type { StartInput } from './start.ts'

export function djangoStart(input: StartInput): string | undefined {
  const { entries, folder, project, repository, port = 8000 } = input
  const { django } = entries
  if (django === undefined) return undefined
  const home = relativeTo(folder.path, django.folder)
  const inside = home === '.' ? '' : home
  const has = (name: string) => project.dependencies.has(name)
  const wsgi = wsgiApplication(django, repository)
  const asgi = isThere(django, 'asgi.py', repository) ? `${django.package}.asgi:application` : undefined
  const uvicorn = `uvicorn ${asgi ?? `${django.package}.asgi:application`} --host 0.0.0.0 --port ${port}${inside === '' ? '' : ` --app-dir ${inside}`}`
  if (has('gunicorn')) return gunicorn(wsgi, { inside, port })
  if (has('uvicorn')) return uvicorn
  const own = inside === '' ? installedServer(has, { wsgi, asgi, port }) : undefined
  if (own !== undefined) return own
  return asgi !== undefined && (has('channels') || !wsgi.isFile) ? uvicorn : gunicorn(wsgi, { inside, port })
}

interface Application {
  /** The settings that have to be named beside it, when no file of the project does. */
  readonly settings?: string
  readonly reference: string
  readonly isFile: boolean
}

function gunicorn({ reference, settings }: Application, { inside, port }: { inside: string; port: number }): string {
  const environment = settings === undefined ? '' : `env DJANGO_SETTINGS_MODULE=${settings} `
  return `${environment}gunicorn --bind 0.0.0.0:${port} ${inside === '' ? '' : `--chdir ${inside} `}${reference}`
}

interface Installed {
  readonly wsgi: Application
  readonly asgi: string | undefined
  readonly port: number
}

function installedServer(has: (name: string) => boolean, { wsgi, asgi, port }: Installed): string | undefined {
  const module = wsgi.reference.includes(':') ? wsgi.reference : `${wsgi.reference}:application`
  if (has('daphne') && asgi !== undefined) return `daphne -b 0.0.0.0 -p ${port} ${asgi}`
  if (has('hypercorn') && asgi !== undefined) return `hypercorn --bind 0.0.0.0:${port} ${asgi}`
  if (!wsgi.isFile) return undefined
  if (has('waitress')) return `waitress-serve --listen=0.0.0.0:${port} ${module}`
  if (has('granian')) return `granian --interface wsgi --host 0.0.0.0 --port ${port} ${module}`
  return has('uwsgi') ? `uwsgi --http 0.0.0.0:${port} --master --need-app --module ${module}` : undefined
}

/** The project's own wsgi.py, or what its settings name; without either Django makes the application from the settings alone. */
function wsgiApplication(django: DjangoProject, repository: Repository): Application {
  if (isThere(django, 'wsgi.py', repository)) return { reference: `${django.package}.wsgi`, isFile: true }
  const files = ['settings.py', 'settings/base.py', 'settings/__init__.py', 'settings/production.py'].map((name) =>
    joinPath(joinPath(django.folder, django.package), name),
  )
  for (const path of files) {
    if (!repository.tree.entries.has(path)) continue
    const [, module, object] =
      /^WSGI_APPLICATION\s{0,4}=\s{0,4}["']([\w.]{1,100})\.(\w{1,40})["']/m.exec(repository.read.text(path) ?? '') ?? []
    if (module !== undefined && repository.tree.entries.has(joinPath(django.folder, `${module.replaceAll('.', '/')}.py`)))
      return { reference: `${module}:${object}`, isFile: true }
  }
  const manage = repository.read.text(joinPath(django.folder, 'manage.py')) ?? ''
  const settings = /DJANGO_SETTINGS_MODULE["']\s{0,4},\s{0,4}["']([\w.]{1,100})["']/.exec(manage)?.[1] ?? `${django.package}.settings`
  return { reference: "'django.core.wsgi:get_wsgi_application()'", settings, isFile: false }
}

function isThere({ folder, package: name }: DjangoProject, file: string, repository: Repository): boolean {
  return repository.tree.entries.has(joinPath(joinPath(folder, name), file))
}
