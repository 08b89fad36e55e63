// A service without a Dockerfile gets one from its template. Pure: the same service and the same names of files give the same text.
import { KyozoError } from '../errors.ts'
import { lockfilesOfOthers } from '../topology/install.ts'
import { baseName, isWithin, joinPath, relativeTo } from '../topology/paths.ts'
import type { Recommendation, ServiceSpec } from '../topology/topology.ts'
import { byCodeUnit } from './canonical.ts'
import { dockerfileText } from './dockerfile-text.ts'
import type { RenderedTemplate, RenderInput, Template } from './template.ts'
import { type TemplateFiles, templateFiles } from './template-files.ts'
import { imageVersion } from './template-version.ts'

/** Where the repository's files lie in an image while it is built, and in most when they run. */
const imageFolder = '/app'

/** Throws `dockerfile_refused` when the service has no start command that its image could run, or a value cannot stand in a Dockerfile. */
export function renderTemplate(template: Template, input: RenderInput): RenderedTemplate {
  const { service } = input
  const files = templateFiles(template, input)
  const port = service.port ?? (service.declared?.says.port === 'none' ? undefined : template.defaultPort)
  const healthCommand = healthCommandOf(template, service, port)
  const recommendations = recommend(template, service, files)
  return {
    dockerfile: renderFor(service, () => dockerfileText(template, templateValues(template, { service, files, port }))),
    context: files.context,
    files: files.files,
    isReadOnly: template.isReadOnly,
    writableFolders: template.writableFolders,
    capabilities: template.capabilities,
    ...(port === undefined ? {} : { port }),
    ...(healthCommand === undefined ? {} : { healthCommand }),
    ...(recommendations.length === 0 ? {} : { recommendations }),
  }
}

/** Says which service it is about, whatever the template met. */
function renderFor(service: ServiceSpec, render: () => string): string {
  try {
    return render()
  } catch (error) {
    if (!(error instanceof KyozoError)) throw error
    const { code, message, hint } = error
    throw new KyozoError(code, `${service.name} (${service.path}): ${message}`, {
      service: service.name,
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    })
  }
}

interface Subject {
  readonly service: ServiceSpec
  readonly files: TemplateFiles
  readonly port: number | undefined
}

/** Everything a template can say; docs/adding-a-template.md explains each. Absent values are null, so that a misspelt name is an error. */
function templateValues(template: Template, { service, files, port }: Subject): Readonly<Record<string, unknown>> {
  const place = (path: string) => placeOf(path, files.context)
  const rootPackage = files.packages.find(({ folder }) => folder === files.root)
  const [nearest] = files.packages.filter(({ folder }) => isWithin(service.path, folder)).sort((a, b) => b.folder.length - a.folder.length)
  const ownPackage = files.packages.find(({ folder }) => folder === service.path)
  return {
    name: service.name,
    framework: service.framework ?? null,
    version: template.versions === undefined ? null : imageVersion(service.version, template.versions),
    package_manager: service.packageManager?.split('@')[0] ?? null,
    port: port ?? null,
    start: service.start ?? null,
    build: service.buildCommand ?? null,
    install: declaredInstall(service),
    facts: service.facts,
    root: place(files.root),
    folder: place(service.path),
    own_package: place(nearest?.folder ?? service.path),
    folder_in_root: relativeTo(files.root, service.path),
    is_workspace_member: files.root !== service.path,
    root_manifests: withoutOthersLocks(rootPackage?.manifests ?? [], service),
    own_manifests: withoutOthersLocks(ownPackage?.manifests ?? [], service),
    packages: files.packages.map(({ folder, manifests }) => ({
      folder: place(folder),
      from_root: fromFolder(files.root, folder),
      is_own: folder === service.path,
      is_root: folder === files.root,
      manifests,
    })),
    manifest_copies: files.packages.flatMap((found) => manifestCopies(found, files.context)),
    source_copies: sourceCopies(files),
    search_folders: [...new Set([imageFolder, ...files.sources.filter((path) => !files.files.includes(path)).map(place)])],
  }
}

/** Only what kyozo.yaml says: templates know best how their languages install. */
function declaredInstall({ declared, installCommand }: ServiceSpec): string | null {
  const said = declared?.says.install
  if (said === undefined) return null
  return said === 'none' ? 'true' : (installCommand ?? null)
}

/** A template takes the manager whose lockfile is there; with one said in kyozo.yaml there is no other. */
function withoutOthersLocks(manifests: readonly string[], { type, declared }: ServiceSpec): readonly string[] {
  const manager = declared?.says.package_manager
  if (manager === undefined) return manifests
  const others = lockfilesOfOthers(type, manager)
  return manifests.filter((name) => !others.includes(name))
}

function placeOf(path: string, context: string): string {
  const inContext = relativeTo(context, path)
  return inContext === '.' ? imageFolder : `${imageFolder}/${inContext}`
}

/** One folder as it is written from another, such as `../../packages/shared`. */
function fromFolder(from: string, to: string): string {
  if (from === to) return '.'
  const start = from === '.' ? [] : from.split('/')
  const end = to === '.' ? [] : to.split('/')
  const common = start.findIndex((part, index) => part !== end[index])
  const shared = common < 0 ? start.length : common
  const path = [...start.slice(shared).map(() => '..'), ...end.slice(shared)].join('/')
  return path.startsWith('..') ? path : `./${path}`
}

/** COPY does not keep the folders of the files it is given, so there is one for each folder: sources first, target last. */
function manifestCopies({ folder, manifests }: TemplateFiles['packages'][number], context: string): string[][] {
  const byFolder = new Map<string, string[]>()
  for (const name of manifests) {
    const path = joinPath(folder, name)
    const home = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'
    byFolder.set(home, [...(byFolder.get(home) ?? []), relativeTo(context, path)])
  }
  return [...byFolder].sort(([a], [b]) => byCodeUnit(a, b)).map(([home, paths]) => [...paths, `${placeOf(home, context)}/`])
}

function sourceCopies({ context, sources, files }: TemplateFiles): string[][] {
  return sources.map((path) => {
    if (files.includes(path)) return [relativeTo(context, path), placeOf(path, context)]
    return [relativeTo(context, path), `${placeOf(path, context)}/`]
  })
}

function healthCommandOf(template: Template, service: ServiceSpec, port: number | undefined): readonly string[] | undefined {
  const health = service.health ?? { kind: 'tcp' as const }
  if (health.kind === 'exec') return health.command
  // Nothing that images have asks a gRPC server; kyozo asks it from outside.
  if (health.kind === 'none' || health.kind === 'grpc') return undefined
  const asked = (health.kind === 'docker' ? undefined : health.port) ?? port
  if (asked === undefined) return undefined
  const path = health.kind === 'http' ? encodeURI(health.path.startsWith('/') ? health.path : `/${health.path}`) : '/'
  const values: Readonly<Record<string, string>> = { '{port}': String(asked), '{path}': path, '{url}': `http://127.0.0.1:${asked}${path}` }
  return template.health?.[health.kind === 'http' ? 'http' : 'tcp']?.map((word) => values[word] ?? word)
}

/** Without a lockfile two builds of one commit can differ. */
function recommend(template: Template, service: ServiceSpec, { root, packages }: TemplateFiles): readonly Recommendation[] {
  const manifests = packages.find(({ folder }) => folder === root)?.manifests ?? []
  const lock = lockfiles.find(({ manifest }) => template.manifests?.includes(manifest) && manifests.includes(manifest))
  if (lock === undefined || lock.locks.some((name) => manifests.includes(name))) return []
  const path = joinPath(root, lock.manifest)
  return [
    {
      code: 'lockfile_missing',
      message: `${service.name} has no lockfile beside ${path}, so two builds of the same commit may install different versions`,
      fix: `run \`${lock.command}\` and commit ${lock.locks[0]}`,
      evidence: [{ path, fact: `${baseName(path)} without a lockfile` }],
    },
  ]
}

const lockfiles = [
  {
    manifest: 'package.json',
    locks: ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'],
    command: 'npm install --package-lock-only',
  },
]
