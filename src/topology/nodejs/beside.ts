// Another language in the folder of a package.json, or around it: then the package only builds what that one serves.
import type { Sign } from '../claim.ts'
import { ancestorsOf, baseName, joinPath, parentOf } from '../paths.ts'
import type { Folder, Repository } from '../repository.ts'
import type { PackageJson } from './package-json.ts'

interface Server {
  readonly language: string
  /** A manifest of the language, and a file that says it serves; `*.x` matches by ending. */
  readonly manifests: readonly string[]
  readonly programs: readonly string[]
}

const servers: readonly Server[] = [
  { language: 'PHP', manifests: ['composer.json'], programs: ['artisan', 'index.php', 'public/index.php', 'web/index.php', 'symfony.lock', 'bin/console', 'wp-config.php', 'craft'] },
  { language: 'PHP', manifests: ['artisan', 'wp-config.php', 'symfony.lock'], programs: [] },
  { language: 'Ruby', manifests: ['Gemfile'], programs: ['config.ru', 'bin/rails', 'config/application.rb', 'app.rb', 'server.rb', 'config/routes.rb'] },
  { language: 'Python', manifests: ['requirements.txt', 'pyproject.toml', 'Pipfile', 'setup.py', 'manage.py'], programs: ['manage.py', 'app.py', 'main.py', 'wsgi.py', 'asgi.py', 'server.py', 'app/main.py', 'app/__init__.py', 'application.py'] },
  { language: 'Elixir', manifests: ['mix.exs'], programs: [] },
  { language: 'Java', manifests: ['pom.xml', 'build.gradle', 'build.gradle.kts'], programs: ['src/main/java', 'src/main/kotlin', 'src/main/resources', 'src/main/webapp'] },
  { language: 'Scala', manifests: ['build.sbt'], programs: [] },
  { language: 'Clojure', manifests: ['project.clj'], programs: [] },
  { language: '.NET', manifests: ['*.csproj', '*.fsproj', '*.vbproj'], programs: [] },
  { language: 'Go', manifests: ['go.mod'], programs: ['main.go', 'cmd', 'server.go'] },
  { language: 'Rust', manifests: ['Cargo.toml'], programs: ['src/main.rs'] },
  { language: 'Crystal', manifests: ['shard.yml'], programs: ['src'] },
  { language: 'Swift', manifests: ['Package.swift'], programs: ['Sources'] },
  { language: 'Dart', manifests: ['pubspec.yaml'], programs: ['bin', 'web'] },
] // biome-ignore format: a table

/** Packages that hand what they build to a server of another language. */
const bridges: readonly string[] = ['laravel-vite-plugin', 'laravel-mix', '@rails/webpacker', '@rails/ujs', '@rails/actioncable', '@hotwired/turbo-rails', 'vite-plugin-ruby', 'vite-plugin-rails', 'shakapacker', '@symfony/webpack-encore', '@symfony/stimulus-bridge', 'vite-plugin-symfony', 'phoenix_html', 'phoenix', 'phoenix_live_view', 'vite-plugin-phoenix', '@wordpress/scripts', 'django-vite', 'webpack-bundle-tracker', '@hpcc-js/wasm-assets'] // biome-ignore format: a list

/** Folders inside another language's project that hold what it sends to browsers. */
const assetFolders = new Set(['assets', 'static', 'static_src', 'resources', 'theme', 'webpack', 'javascript', 'js', 'public', 'wwwroot', 'ClientApp', 'Client', 'priv', 'webapp']) // biome-ignore format: a list

/** What speaks against a package that only builds pages for the language beside it. */
export function besideSigns(folder: Folder, manifest: PackageJson | undefined, repository: Repository): Sign[] {
  const bridge = bridges.find((name) => manifest?.dependencies.has(name) || manifest?.devDependencies.has(name))
  const list = bridge !== undefined && manifest?.dependencies.has(bridge) ? 'dependencies' : 'devDependencies'
  const here = findServer(folder, repository)
  const above = assetFolders.has(baseName(folder.path)) ? repository.folders.get(parentOf(folder.path)) : undefined
  const around = (above && findServer(above, repository)) ?? servedFromAbove(folder.path, repository)
  return [
    ...(here ? [{ path: here.path, fact: `${here.language} serves this folder`, weight: -0.7, role: 'asset' as const }] : []),
    ...(around ? [{ path: around.path, fact: `${around.language} serves what is built here`, weight: -0.8, role: 'asset' as const }] : []),
    ...(bridge !== undefined && manifest && (here !== undefined || around !== undefined)
      ? [{ ...manifest.at(`${list}/${bridge}`, `${bridge} builds for another server`), weight: -0.5, role: 'asset' as const }]
      : []),
  ]
}

/** The manifest of another language's server in a folder. */
export function findServer(folder: Folder, repository: Repository): { readonly path: string; readonly language: string } | undefined {
  for (const { language, manifests, programs } of servers) {
    const found = manifests.map((mark) => fileOf(folder, mark)).find((name) => name !== undefined)
    const serves = programs.length === 0 || programs.some((name) => exists(joinPath(folder.path, name), repository))
    if (found !== undefined && serves) return { path: joinPath(folder.path, found), language }
  }
  return undefined
}

/** Pages that a server of another language above sends: templates, resources of a Java archive, wwwroot. */
export function servedFromAbove(path: string, repository: Repository): { readonly path: string; readonly language: string } | undefined {
  for (const above of ancestorsOf(path)) {
    const folder = repository.folders.get(above)
    const server = folder && findServer(folder, repository)
    const inside = above === '.' ? path : path.slice(above.length + 1)
    if (server !== undefined && (servedPath.test(inside) || (server.language === 'Dart' && inside === 'web'))) return server
  }
  return undefined
}

const servedPath = /(?:^|\/)(?:src\/main\/(?:resources|webapp)|wwwroot|templates|static|public|resources|views|Views|priv|assets)(?:\/|$)/

function fileOf({ files }: Folder, mark: string): string | undefined {
  return mark.startsWith('*') ? [...files].sort().find((name) => name.endsWith(mark.slice(1))) : files.has(mark) ? mark : undefined
}

function exists(path: string, { tree }: Repository): boolean {
  return tree.entries.has(path) || tree.folders.has(path)
}
