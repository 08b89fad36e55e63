// PHP: Composer projects, and folders of pages for a web server.
import { joinPath } from '../paths.ts'
import { asPort, dataAt, stringAt } from '../reading/data.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { normalizeVersion } from '../versions.ts'
import type { Language, Program, Project } from './language.ts'
import { existing, readFile } from './manifest.ts'
import { phpFrameworks, phpMarks } from './php-frameworks.ts'
import { phpSource } from './php-source.ts'

/** Folders that a web server is pointed at, most usual first. */
const webRoots = ['public', 'web', 'htdocs', 'webroot', 'public_html', 'httpdocs', 'www', 'html', 'pub', 'app/webroot']

/** Of these, the ones that are not also usual names of a service. */
const plainWebRoots = ['public', 'htdocs', 'webroot', 'public_html', 'httpdocs']

export const php: Language = {
  type: 'php',
  title: 'PHP',
  // A web root is often the only folder of a project that has nothing but a README beside it.
  marks: ['composer.json', '*.php', 'artisan', 'README.md', 'project.toml'],
  readProject,
  source: phpSource,
  frameworks: phpFrameworks,
  port: 8080,
  start: startOf,
  build: buildOf,
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const composer = folder.files.has('composer.json') ? repository.read.json(joinPath(folder.path, 'composer.json')) : undefined
  const hasManifest = folder.files.has('composer.json')
  const page = findPage(folder, repository, hasManifest)
  const scripts = existing(
    ['artisan', 'bin/console', 'bin/hyperf.php', 'server.php', 'main.php', 'app.php', 'worker.php', 'bin/server.php'],
    folder,
    repository,
  )
  if (!hasManifest && page === undefined && !isPages(folder)) return undefined
  const at = (key: string, fact: string): Evidence => {
    const path = joinPath(folder.path, 'composer.json')
    const line = composer?.line(key)
    return line === undefined ? { path, fact } : { path, line, fact }
  }
  const required = Object.entries(dataAt(composer?.data, 'require')).slice(0, 400)
  const marked = phpMarks(folder, repository)
  const isLibrary = isMadeToBeUsed(composer?.data, [page, ...scripts, ...marked])
  const webRoot = page === undefined ? undefined : page.folder
  const name = stringAt(composer?.data, 'name')
  return {
    manifest: hasManifest ? at('name', name === undefined ? 'composer.json' : `package ${name}`) : undefined,
    version: normalizeVersion(
      firstAlternative(stringAt(composer?.data, 'config', 'platform', 'php') ?? stringAt(composer?.data, 'require', 'php')),
      2,
    ),
    packageManager: hasManifest ? 'composer' : undefined,
    dependencies: new Map([...marked, ...required.map(([key]) => [key, at(`require/${key}`, `${key} in require`)] as const)]),
    versions: new Map(required.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []))),
    entries: [...(page === undefined ? [] : [page.path]), ...scripts, ...existing(routeFiles, folder, repository)],
    isServer: page !== undefined || isPages(folder),
    port: statedPort(folder, repository),
    signs: [
      ...(page === undefined ? [] : [{ path: page.path, line: 1, fact: 'page for a web server', weight: 0.45 }]),
      ...(page === undefined && !hasManifest ? [{ path: folder.path, fact: 'holds PHP pages', weight: 0.35 }] : []),
      ...(isLibrary ? [{ ...at('autoload', 'is made to be required by others'), weight: -0.8, role: 'library' as const }] : []),
    ],
    facts: {
      ...(webRoot === undefined ? {} : { webRoot }),
      ...processesOf(
        required.map(([key]) => key),
        folder,
      ),
    },
  }
}

const routeFiles = ['routes/web.php', 'routes/api.php', 'routes/console.php', 'bootstrap/app.php', 'config/routes.yaml', 'src/routes.php', 'app/routes.php', 'config/server.php', 'config/autoload/server.php', '.rr.yaml'] // biome-ignore format: a list

interface Page {
  readonly path: string
  /** The web root, relative to the folder. */
  readonly folder: string
}

/** The page that a web server opens first: in a web root, else in the folder itself. */
function findPage(folder: Folder, repository: Repository, hasManifest: boolean): Page | undefined {
  const roots = hasManifest || folder.files.has('artisan') ? webRoots : plainWebRoots.filter(() => !folder.files.has('package.json'))
  for (const root of roots) {
    const [path] = existing([`${root}/index.php`, `${root}/app.php`], folder, repository)
    if (path !== undefined) return { path, folder: root }
  }
  const [path] = existing(['index.php'], folder, repository)
  if (path === undefined || isPlaceholder(repository.read.text(path))) return undefined
  return { path, folder: '.' }
}

/** WordPress puts an empty page into every folder, so that nobody lists its files. */
function isPlaceholder(text: string | undefined): boolean {
  return text !== undefined && text.length < 200 && /Silence is golden|^<\?php\s{0,20}(?:\?>)?\s{0,20}$/i.test(text)
}

/** A folder of pages without an index: `home.php` and `login.php` beside a style sheet or a server's configuration. */
function isPages(folder: Folder): boolean {
  const names = [...folder.files]
  if (
    !names.some((name) => name.endsWith('.php') && /^(?:home|login|default|main|info|start|api|app|server|worker|hello)\.php$/.test(name))
  )
    return false
  return names.some((name) =>
    /\.(?:css|html)$|^\.htaccess$|^(?:nginx|apache|site|vhost).{0,20}\.conf$|^php\.ini$|^Dockerfile$|^Procfile$/.test(name),
  )
}

/** A package with autoload and nothing to run, or one that says it is a library. */
function isMadeToBeUsed(data: unknown, runs: readonly unknown[]): boolean {
  if (data === undefined) return false
  const type = stringAt(data, 'type')
  const isPackage =
    type !== undefined &&
    /^(?:library|composer-plugin|metapackage|symfony-bundle|wordpress-plugin|wordpress-theme|wordpress-muplugin|drupal-module|drupal-theme|drupal-profile|magento2-module|magento2-theme|magento2-library|yii2-extension|craft-plugin|statamic-addon|typo3-cms-extension|phpcodesniffer-standard|rector-extension|phpstan-extension|cakephp-plugin|laravel-package)$/.test(
      type,
    )
  const hasEntry = runs.some((run) => run !== undefined)
  return (isPackage && !(type === 'library' && hasEntry)) || (!hasEntry && Object.keys(dataAt(data, 'autoload')).length > 0)
}

function firstAlternative(range: string | undefined): string | undefined {
  return range
    ?.slice(0, 100)
    .split(/\|\||\|/, 1)[0]
    ?.replace(/\.\*$/, '')
    .trim()
}

/** Laravel's own variable for where it is published. */
function statedPort(folder: Folder, repository: Repository): number | undefined {
  const file = ['.env.production', '.env', '.env.example']
    .map((name) => readFile(name, folder, repository))
    .find((found) => found !== undefined && /^APP_PORT=\d/m.test(found.text))
  return asPort(/^APP_PORT=["']?(\d{2,5})\b/m.exec(file?.text ?? '')?.[1])
}

/** What runs beside the server, in the same code. */
function processesOf(packages: readonly string[], folder: Folder): { readonly processes?: readonly string[] } {
  const has = (name: string) => packages.includes(name)
  if (!folder.files.has('artisan'))
    return has('symfony/messenger') ? { processes: ['worker: php bin/console messenger:consume async'] } : {}
  const worker = has('laravel/horizon') ? 'worker: php artisan horizon' : 'worker: php artisan queue:work'
  return {
    processes: [worker, 'scheduler: php artisan schedule:work', ...(has('laravel/reverb') ? ['websockets: php artisan reverb:start'] : [])],
  }
}

function startOf({ project, framework, port }: Program): string | undefined {
  const root = project.facts?.webRoot
  const entry = project.entries[0]
  if (framework?.start !== undefined) return framework.start
  if (root !== undefined) return `php -S 0.0.0.0:${port ?? 8080}${root === '.' ? '' : ` -t ${String(root)}`}`
  return entry?.endsWith('.php') ? `php ${entry.slice(entry.lastIndexOf('/') + 1)}` : undefined
}

function buildOf({ folder, repository, framework }: Program): string | undefined {
  const install = folder.files.has('composer.json') ? ['composer install --no-dev --optimize-autoloader --no-interaction'] : []
  const assets = folder.files.has('package.json') && repository.read.json(joinPath(folder.path, 'package.json'))
  const builds = assets ? stringAt(assets.data, 'scripts', 'build') !== undefined : false
  const cache = framework?.name === 'laravel' ? ['php artisan optimize'] : []
  const steps = [...install, ...(builds ? ['npm ci', 'npm run build'] : []), ...cache]
  return steps.length === 0 ? undefined : steps.join(' && ')
}
