import type { Claim, Detector, Facts, Sign } from '../claim.ts'
import { dockerfileMarks, findDockerfile } from '../dockerfiles.ts'
import { ancestorsOf, baseName, joinPath, relativeTo } from '../paths.ts'
import { hostOf, type ProxyConfig, readProxyConfig } from '../proxy/config.ts'
import { proxyOfImage, webServerOfImage } from '../proxy/images.ts'
import type { DockerfileFacts } from '../reading/dockerfile.ts'
import { apart, quoted, type Said, said, saidInDockerfile, usual } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'

/** A folder that configures a server which passes requests on. One that serves its own files is a static site, whatever it passes on beside them. */
export const proxy: Detector = {
  type: 'proxy',
  title: 'Proxy',
  marks: [
    ...dockerfileMarks,
    'nginx*',
    'default.conf*',
    'conf.d/',
    'traefik*',
    'dynamic.*',
    'Caddyfile*',
    'caddy.json',
    'haproxy*',
    'envoy*',
    'front-envoy*',
    'httpd*',
    'apache*',
  ],
  claim(folder, repository): Claim | undefined {
    const dockerfile = findDockerfile(folder, repository)
    const image = proxyOfImage(dockerfile?.base ?? '')
    const server = image ?? webServerOfImage(dockerfile?.base ?? '')
    const config = readProxyConfig(folder, repository, server?.kind)
    const passesOn = config !== undefined && config.upstreams.length > 0
    if (!passesOn && image === undefined) return undefined
    const kind = server?.kind ?? config?.kind ?? 'proxy'
    return {
      type: 'proxy',
      hasManifest: true,
      signs: signsOf({ dockerfile: server === undefined ? undefined : dockerfile, config, folder, repository }),
      spec: {
        ...apart({
          framework: said(kind, (server === undefined ? undefined : dockerfile?.evidence) ?? config?.evidence),
          port: portOf(
            {
              kind,
              port: image?.port ?? ((server === undefined && dockerfile !== undefined) || usesAny.has(kind) ? undefined : 80),
              dockerfile,
              config,
            },
            repository,
          ),
          health: dockerfile && saidInDockerfile(dockerfile, dockerfile.health?.spec, { at: dockerfile.health, read: repository.read }),
        }),
        environment: (dockerfile?.environment ?? []).map(({ name, value }) => ({ name, required: false, value })),
        facts: {
          ...(dockerfile === undefined ? placesOf(config, folder.path) : {}),
          proxy: kind,
          upstreams: [...new Set((config?.upstreams ?? []).map(({ value }) => value))].slice(0, 50),
        },
      },
      dependencies: [],
      imports: [],
      // A proxy answers only when those behind it do, so what it names binds as if somebody had declared it.
      addresses: (config?.upstreams ?? []).map(({ value, evidence }) => ({ value, evidence, from: 'declaration' as const })),
      reads: [],
    }
  },
}

/** Where an image without a Dockerfile takes its configuration from. */
function placesOf(config: ProxyConfig | undefined, folder: string): Facts {
  if (config === undefined) return {}
  const { main, files } = config
  return { ...(main === undefined ? {} : { mainConfig: relativeTo(folder, main) }), configs: files.map((path) => relativeTo(folder, path)) }
}

/** Proxies that listen only where they are told to. */
const usesAny = new Set(['envoy', 'haproxy'])

interface Listening {
  readonly kind: string
  /** Where its image listens when nothing is said. */
  readonly port: number | undefined
  readonly dockerfile: DockerfileFacts | undefined
  readonly config: ProxyConfig | undefined
}

function portOf({ kind, port, dockerfile, config }: Listening, { read }: Repository): Said<number> | undefined {
  const [exposed] = dockerfile?.ports ?? []
  const [stated] = config?.ports ?? []
  return (
    (dockerfile && saidInDockerfile(dockerfile, exposed?.port, { at: exposed, read })) ??
    said(stated?.port, stated && quoted(stated.path, stated.line, read)) ??
    usual(port, dockerfile?.evidence ?? config?.evidence, `the usual port of ${kind}`)
  )
}

interface ProxySource {
  /** The folder's Dockerfile, when it is built on a proxy or a web server. */
  readonly dockerfile: DockerfileFacts | undefined
  readonly config: ProxyConfig | undefined
  readonly folder: Folder
  readonly repository: Repository
}

function signsOf({ dockerfile, config, folder, repository }: ProxySource): Sign[] {
  const [upstream] = config?.upstreams ?? []
  const content = ownContent(folder, repository)
  return [
    ...(dockerfile === undefined ? [] : [{ ...dockerfile.evidence, weight: 0.5 }]),
    ...(config === undefined ? [] : [{ ...config.evidence, weight: 0.3 }]),
    ...(upstream === undefined ? [] : [{ ...upstream.evidence, weight: 0.5 }]),
    ...(dockerfile === undefined && config !== undefined && !standsForItself(config, folder, repository)
      ? [{ path: config.evidence.path, fact: 'nothing here builds an image of it', weight: -0.5, role: 'tooling' as const }]
      : []),
    ...(content === undefined ? [] : [{ path: content, fact: 'serves files of its own', weight: -0.7 }]),
    ...copiedContent(dockerfile),
  ]
}

/**
 * Whether a configuration that no Dockerfile takes is a proxy all the same: its folder is called one, it passes requests on to a folder
 * beside it, and no compose file here runs it in its own way.
 */
function standsForItself({ upstreams }: ProxyConfig, { path }: Folder, repository: Repository): boolean {
  if (!proxyNames.test(baseName(path)) || hasComposeFile(path, repository)) return false
  return upstreams.some(({ value }) => {
    const host = hostOf(value)
    return host !== '' && ancestorsOf(path).some((above) => repository.folders.has(joinPath(above, host)))
  })
}

const proxyNames = /^(?:(?:reverse|web|api|edge|http)?[-_]?(?:proxy|gateway|ingress|balancer)|edge|lb|nginx|traefik|caddy|haproxy|envoy)$/

function hasComposeFile(path: string, repository: Repository): boolean {
  return [path, ...ancestorsOf(path)].some((place) =>
    [...(repository.folders.get(place)?.files ?? [])].some((name) => /^(?:docker-)?compose[\w.-]{0,40}\.ya?ml$/.test(name)),
  )
}

/** Folders below that hold a site. */
const siteFolders = ['.', 'html', 'public', 'static', 'www', 'site', 'dist', 'src', 'app', 'web', 'content']

function ownContent(folder: Folder, repository: Repository): string | undefined {
  if (folder.files.has('package.json')) return joinPath(folder.path, 'package.json')
  return siteFolders
    .map((name) => joinPath(name === '.' ? folder.path : joinPath(folder.path, name), 'index.html'))
    .find((path) => repository.tree.entries.has(path))
}

/** A site that an earlier stage built. */
function copiedContent(dockerfile: DockerfileFacts | undefined): Sign[] {
  const built = dockerfile !== undefined && dockerfile.stages.length > 1 && dockerfile.copiesStages
  return built
    ? [{ path: dockerfile.path, line: dockerfile.stages.at(-1)?.line ?? 1, fact: 'serves what an earlier stage builds', weight: -0.4 }]
    : []
}
