// PHP: Composer projects, and folders of pages for a web server.

import type { Facts } from '../claim.ts'
import { joinPath, parentOf } from '../paths.ts'
import { asPort, dataAt, stringAt } from '../reading/data.ts'
import { apart, type Said, said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence, ProcessSpec } from '../topology.ts'
import { normalizeVersion } from '../versions.ts'
import type { Language, Program, Project } from './language.ts'
import { existing, readFile } from './manifest.ts'
import { extensionsFor } from './php-extensions.ts'
import { phpFrameworks, phpMarks } from './php-frameworks.ts'
import { phpPackageOf, phpSource } from './php-source.ts'
import { webRootInProcfile } from './php-web-root.ts'
import { readAs, statedIn } from './stated.ts'

/** Folders that a web server is pointed at, most usual first. */
const webRoots = ['public', 'web', 'htdocs', 'webroot', 'public_html', 'httpdocs', 'www', 'html', 'pub', 'app/webroot']

/** Of these, the ones that are not also usual names of a service. */
const plainWebRoots = ['public', 'htdocs', 'webroot', 'public_html', 'httpdocs']

export const php: Language = {
  type: 'php',
  title: 'PHP',
  // A web root is often the only folder of a project that has nothing but a README beside it.
  marks: ['composer.json', '*.php', 'artisan', 'Dockerfile', 'README.md', 'project.toml'],
  readProject,
  source: phpSource,
  packageOf: phpPackageOf,
  frameworks: phpFrameworks,
  port: 8080,
  start: startOf,
  build: buildOf,
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const inner = folder.files.has('composer.json') ? undefined : wrappedRoot(folder, repository)
  const composer = readComposer(inner ?? folder, repository)
  const page = findPage(folder, repository, composer !== undefined)
  const marked = phpMarks(folder, repository)
  const pages = pagesOf(folder, stringAt(composer?.data, 'type') === 'project')
  const scripts = existing(scriptFiles, folder, repository)
  if (composer === undefined && page === undefined && marked.length === 0 && pages.length === 0) return undefined
  const isLibrary = composer !== undefined && isMadeToBeUsed(composer.data, [page, ...scripts, ...marked, ...pages])
  const packages = composer?.required.map(([key]) => key) ?? []
  return {
    name: composer?.name?.split('/').at(-1),
    manifest: composer?.at('name', composer.name === undefined ? 'composer.json' : `package ${composer.name}`),
    ...apart({ version: composer?.version, port: statedPort(folder, repository) }),
    packageManager: composer === undefined ? undefined : 'composer',
    dependencies: new Map([...marked, ...(composer?.required ?? []).map(([key]) => [key, composerPlace(composer, key)] as const)]),
    versions: new Map(composer?.required ?? []),
    entries: [...(page === undefined ? [] : [page.path]), ...scripts, ...pages, ...existing(routeFiles, folder, repository)],
    routeFiles: existing(healthControllers, folder, repository),
    isServer: page !== undefined || pages.length > 0,
    signs: [
      ...(page === undefined ? [] : [{ path: page.path, line: 1, fact: 'page for a web server', weight: 0.45 }]),
      ...(page === undefined && pages[0] !== undefined ? [{ path: pages[0], line: 1, fact: 'page for a web server', weight: 0.65 }] : []),
      ...(isLibrary && composer
        ? [{ ...composer.at('autoload', 'is made to be required by others'), weight: -0.8, role: 'library' as const }]
        : []),
      ...(!isLibrary && composer !== undefined && stringAt(composer.data, 'type') === 'library'
        ? [{ ...composer.at('type', 'calls itself a library'), weight: -0.35, role: 'library' as const }]
        : []),
      ...marked.slice(0, 1).map(([, evidence]) => ({ ...evidence, weight: 0.2 })),
      ...themeSigns(folder, repository),
      ...wrapperSigns(folder, repository),
    ],
    processes: processesOf(packages, folder),
    facts: { ...webRootOf(page, pages), ...templateFacts([...packages, ...marked.map(([name]) => name)], folder, repository) },
  }
}

function webRootOf(page: Page | undefined, pages: readonly string[]): { readonly webRoot?: string } {
  return page === undefined && pages.length === 0 ? {} : { webRoot: page?.folder ?? '.' }
}

/** The web root that a Dockerfile beside it copies into an image for PHP: `html/` with everything in it. */
function wrappedRoot(folder: Folder, repository: Repository): Folder | undefined {
  if (!folder.files.has('Dockerfile')) return undefined
  const name = wrappedNames.find((root) => repository.folders.get(joinPath(folder.path, root))?.files.has('composer.json'))
  const facts = name === undefined ? undefined : repository.read.dockerfile(joinPath(folder.path, 'Dockerfile'))
  const isCopied = facts?.language === 'php' && facts.sources.some(({ path }) => path === name)
  return name === undefined || !isCopied ? undefined : repository.folders.get(joinPath(folder.path, name))
}

const wrappedNames = ['html', 'public', 'htdocs', 'www', 'web', 'src', 'app']

function wrapperSigns(folder: Folder, repository: Repository): Project['signs'] {
  const around = folder.path === '.' ? undefined : repository.folders.get(parentOf(folder.path))
  if (around === undefined || folder.files.has('Dockerfile') || wrappedRoot(around, repository)?.path !== folder.path) return []
  const path = joinPath(around.path, 'Dockerfile')
  return [{ path, line: 1, fact: 'is put into an image by the Dockerfile around it', weight: -0.9, role: 'library' }]
}

interface Composer {
  readonly data: unknown
  readonly name: string | undefined
  readonly required: readonly (readonly [string, string])[]
  readonly version: Said<string> | undefined
  readonly at: (key: string, fact: string) => Evidence
}

function readComposer(folder: Folder, repository: Repository): Composer | undefined {
  if (!folder.files.has('composer.json')) return undefined
  const path = joinPath(folder.path, 'composer.json')
  const file = repository.read.json(path)
  const at = (key: string, fact: string): Evidence => {
    const line = file?.line(key)
    return line === undefined ? { path, fact } : { path, line, fact }
  }
  const versions = ['config/platform/php', 'require/php'].map((key) => said(stringAt(file?.data, ...key.split('/')), at(key, key)))
  return {
    data: file?.data,
    name: stringAt(file?.data, 'name'),
    required: Object.entries(dataAt(file?.data, 'require'))
      .slice(0, 400)
      .map(([key, value]) => [key, String(value)] as const),
    version: readAs(
      versions.find((one) => one !== undefined),
      (range) => normalizeVersion(firstAlternative(range), 2),
    ),
    at,
  }
}

function composerPlace(composer: Composer | undefined, key: string): Evidence {
  return composer?.at(`require/${key}`, `${key} in require`) ?? { path: 'composer.json', fact: key }
}

/** A theme runs inside WordPress, which lies elsewhere. */
function themeSigns(folder: Folder, repository: Repository): Project['signs'] {
  if (!folder.files.has('style.css') || !folder.files.has('functions.php') || folder.files.has('wp-load.php')) return []
  const style = readFile('style.css', folder, repository)
  if (style !== undefined && !/^[ *]{0,8}Theme Name:/m.test(style.text.slice(0, 2000))) return []
  return [{ path: joinPath(folder.path, 'style.css'), line: 1, fact: 'is a theme for WordPress', weight: -0.8, role: 'library' }]
}

const scriptFiles = ['artisan', 'bin/console', 'bin/hyperf.php', 'server.php', 'main.php', 'app.php', 'worker.php', 'bin/server.php']

const routeFiles = ['routes/web.php', 'routes/api.php', 'routes/console.php', 'bootstrap/app.php', 'config/routes.yaml', 'src/routes.php', 'app/routes.php', 'config/server.php', 'config/autoload/server.php', '.rr.yaml'] // biome-ignore format: a list

const healthControllers = ['Health', 'HealthCheck', 'Ping', 'Status'].flatMap((name) => [`src/Controller/${name}Controller.php`, `src/Controller/Api/${name}Controller.php`, `src/Controller/${name}.php`]) // biome-ignore format: a list

interface Page {
  readonly path: string
  /** The web root, relative to the folder. */
  readonly folder: string
}

/** The page that a web server opens first: in a web root, else in the folder itself. */
function findPage(folder: Folder, repository: Repository, hasManifest: boolean): Page | undefined {
  const named = webRootInProcfile(folder, repository)
  const usual = hasManifest || folder.files.has('artisan') ? webRoots : plainWebRoots.filter(() => !folder.files.has('package.json'))
  const roots = named === undefined || named === '.' ? usual : [named, ...usual]
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

/** Pages without an index.php: beside a page of plain HTML, a server's configuration, or under the name of a first page. */
function pagesOf(folder: Folder, isProject: boolean): string[] {
  const pages = [...folder.files].filter((name) => name.endsWith('.php') && name !== 'index.php' && !scriptFiles.includes(name)).sort()
  const companion = /^index\.html?$|^\.htaccess$|^\.user\.ini$|^php\.ini$|^(?:nginx|apache|site|vhost|000-default).{0,20}\.conf$/
  const isSite =
    (isProject && pages.filter((name) => !toolSettings.test(name)).length >= projectPages) ||
    [...folder.files].some((name) => companion.test(name)) ||
    pages.some((name) => /^(?:home|login|default|info|hello|api)\.php$/.test(name))
  return isSite ? pages.slice(0, 5).map((name) => joinPath(folder.path, name)) : []
}

/** What Composer calls a project begins in its own pages, when it has so many beside the settings of tools. */
const projectPages = 2
const toolSettings = /^(?:\.|_)|^(?:rector|ecs|deploy|castor|monorepo-builder|scoper|php[\w-]{0,20}|psalm|infection)\b/

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

function firstAlternative(range: string): string | undefined {
  return range
    .slice(0, 100)
    .split(/\|\||\|/, 1)[0]
    ?.replace(/\.\*$/, '')
    .trim()
}

/** Laravel's own variable for where it is published. */
function statedPort(folder: Folder, repository: Repository): Said<number> | undefined {
  const file = ['.env.production', '.env', '.env.example']
    .map((name) => readFile(name, folder, repository))
    .find((found) => found !== undefined && /^APP_PORT=\d/m.test(found.text))
  return readAs(statedIn(file, /^APP_PORT=["']?(\d{2,5})\b/m), asPort)
}

/** What runs beside the server, in the same code. */
function processesOf(packages: readonly string[], folder: Folder): readonly ProcessSpec[] {
  const has = (name: string) => packages.includes(name)
  if (!folder.files.has('artisan'))
    return has('symfony/messenger') ? [{ name: 'worker', command: 'php bin/console messenger:consume async' }] : []
  return [
    { name: 'worker', command: has('laravel/horizon') ? 'php artisan horizon' : 'php artisan queue:work' },
    { name: 'scheduler', command: 'php artisan schedule:work' },
    ...(has('laravel/reverb') ? [{ name: 'websockets', command: 'php artisan reverb:start' }] : []),
  ]
}

/** Pages need a web server that runs PHP; FrankenPHP is one in a single program. */
function startOf({ project, framework, port }: Program): string | undefined {
  const root = project.facts?.webRoot
  const [entry] = project.entries
  if (framework?.name === 'octane') return `php artisan octane:start --host=0.0.0.0 --port=${port ?? 8000}`
  if (root !== undefined) return `frankenphp php-server --listen :${port ?? 8080} --root ${String(root)}`
  return entry?.endsWith('.php') ? `php ${entry.slice(entry.lastIndexOf('/') + 1)}` : undefined
}

/** What is made before it runs, beside what Composer does: styles and scripts. */
function buildOf({ project }: Program): string | undefined {
  return typeof project.facts?.assets === 'string' ? project.facts.assets : undefined
}

function templateFacts(packages: readonly string[], folder: Folder, repository: Repository): Facts {
  const extensions = extensionsFor(packages, folder.files.has('composer.json'))
  const manifest = folder.files.has('package.json') ? repository.read.json(joinPath(folder.path, 'package.json')) : undefined
  const builds = stringAt(manifest?.data, 'scripts', 'build') !== undefined
  const manager = folder.files.has('pnpm-lock.yaml') ? 'pnpm' : folder.files.has('yarn.lock') ? 'yarn' : 'npm'
  return { ...(extensions.length > 0 ? { extensions } : {}), ...(builds ? { assets: `${manager} run build` } : {}) }
}
