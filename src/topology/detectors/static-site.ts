import type { Claim, Detector, Sign } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { type StaticBuilder, serverFrameworks, staticBuilders } from '../nodejs/frameworks.ts'
import { findNodeVersion, findPackageManager, type PackageJson, readPackageJson } from '../nodejs/package-json.ts'
import { joinPath } from '../paths.ts'
import { defined } from '../reading/data.ts'
import { lineOf } from '../reading/lines.ts'
import type { Folder, Repository } from '../repository.ts'

/** Where the template's server listens; ports below 1024 would need a privilege. A Dockerfile's own port outweighs it. */
const templatePort = 8080

/** A folder of files for browsers: as it lies there, or as a builder makes it from a Node package. */
export const staticSite: Detector = {
  type: 'static_site',
  title: 'Static site',
  marks: ['index.html', 'package.json'],
  claim(folder, repository): Claim | undefined {
    const manifest = readPackageJson(folder.path, repository)
    const builder = manifest && findBuilder(manifest, folder, repository)
    if (builder === undefined && !folder.files.has('index.html')) return undefined
    const dockerfile = dockerfileSigns('static_site', findDockerfile(folder, repository)).filter(({ weight }) => weight >= 0.5)
    return {
      type: 'static_site',
      hasManifest: manifest !== undefined,
      signs: [...(manifest && builder ? builtSigns(manifest, builder, folder) : plainSigns(folder, manifest !== undefined)), ...dockerfile],
      spec:
        manifest && builder
          ? defined({
              framework: builder.name,
              version: findNodeVersion(manifest, folder, repository),
              packageManager: findPackageManager(manifest, folder, repository),
              buildCommand: manifest.scripts.has('build') ? `${findPackageManager(manifest, folder, repository)} run build` : builder.build,
              port: templatePort,
              health: { kind: 'http' as const, path: '/' },
              facts: { outputFolder: findOutput(builder, folder, repository), isBuilt: true },
            })
          : { port: templatePort, health: { kind: 'http', path: '/' }, facts: { outputFolder: '.', isBuilt: false } },
      dependencies: [],
      imports: [],
      addresses: [],
      reads: [],
    }
  },
}

function findBuilder(manifest: PackageJson, folder: Folder, repository: Repository): StaticBuilder | undefined {
  const has = (name: string) => manifest.dependencies.has(name) || manifest.devDependencies.has(name)
  if (has('next') && nextExports(folder, repository)) return { name: 'next', dependency: 'next', output: 'out', build: 'next build' }
  if (has('nuxt') && /\bnuxt\s{1,4}generate\b/.test(manifest.scripts.get('build') ?? ''))
    return { name: 'nuxt', dependency: 'nuxt', output: '.output/public', build: 'nuxt generate' }
  return staticBuilders.find(({ dependency, unless = [] }) => has(dependency) && !unless.some(has))
}

/** Next.js writes plain files only when its configuration says `output: 'export'`. */
function nextExports(folder: Folder, repository: Repository): boolean {
  const name = ['next.config.js', 'next.config.mjs', 'next.config.ts'].find((file) => folder.files.has(file))
  const text = name === undefined ? undefined : repository.read.text(joinPath(folder.path, name))
  return text !== undefined && /\boutput\s{0,4}:\s{0,4}['"]export['"]/.test(text)
}

function builtSigns(manifest: PackageJson, builder: StaticBuilder, folder: Folder): Sign[] {
  const list = manifest.dependencies.has(builder.dependency) ? 'dependencies' : 'devDependencies'
  const server = serverFrameworks.find(({ dependency }) => dependency !== builder.dependency && manifest.dependencies.has(dependency))
  return [
    { ...manifest.at(`${list}/${builder.dependency}`, `${builder.dependency} in ${list}`), weight: 0.45 },
    ...(manifest.scripts.has('build')
      ? [{ ...manifest.at('scripts/build', `build script: ${manifest.scripts.get('build')?.slice(0, 80)}`), weight: 0.35 }]
      : []),
    ...(folder.files.has('index.html') ? [{ path: joinPath(folder.path, 'index.html'), line: 1, fact: 'index.html', weight: 0.35 }] : []),
    ...(server ? [{ ...manifest.at(`dependencies/${server.dependency}`, `${server.dependency} makes it a server`), weight: -0.6 }] : []),
    ...(/\blib\b/.test(manifest.scripts.get('build') ?? '') || manifest.file.data.exports !== undefined
      ? [{ ...manifest.at('exports', 'is made to be imported'), weight: -0.6, role: 'library' as const }]
      : []),
  ]
}

function plainSigns(folder: Folder, hasManifest: boolean): Sign[] {
  const path = joinPath(folder.path, 'index.html')
  const companion = [...folder.files]
    .sort()
    .find((name) => /\.(?:css|js|html|ico|webmanifest)$|^robots\.txt$/.test(name) && name !== 'index.html')
  const assets = [...folder.folders].sort().find((name) => /^(?:css|js|img|images|assets|static|styles|fonts|public)$/.test(name))
  return [
    { path, line: 1, fact: 'index.html', weight: 0.6 },
    ...(companion === undefined ? [] : [{ path: joinPath(folder.path, companion), fact: `${companion} beside it`, weight: 0.25 }]),
    ...(assets === undefined ? [] : [{ path: joinPath(folder.path, assets), fact: `${assets}/ beside it`, weight: 0.2 }]),
    ...(hasManifest
      ? [{ path: joinPath(folder.path, 'package.json'), line: 1, fact: 'package.json names no builder of sites', weight: -0.4 }]
      : []),
  ]
}

function findOutput(builder: StaticBuilder, folder: Folder, repository: Repository): string {
  const config = ['vite.config.ts', 'vite.config.js', 'vite.config.mjs', 'astro.config.mjs', 'astro.config.ts', 'astro.config.js'].find(
    (name) => folder.files.has(name),
  )
  const text = config === undefined ? undefined : repository.read.text(joinPath(folder.path, config))
  const stated =
    text === undefined || lineOf(text, 'outDir') === undefined
      ? undefined
      : /\boutDir\s{0,4}:\s{0,4}['"]\.?\/?([\w./-]{1,100})['"]/.exec(text)?.[1]
  return stated ?? builder.output
}
