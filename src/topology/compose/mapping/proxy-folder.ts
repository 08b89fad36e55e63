// Proxies that a compose file runs from a published image: the folder whose configuration is mounted into one is it, and one that is told by
// labels whom it serves lies where the file does.
import type { Claim } from '../../claim.ts'
import { joinPath, parentOf, printable } from '../../paths.ts'
import { readProxyConfig } from '../../proxy/config.ts'
import { proxyOfImage, webServerOfImage } from '../../proxy/images.ts'
import { imageName } from '../../reading/dockerfile-images.ts'
import { emptyClaim } from '../../reading/source-signs.ts'
import { apart, quoted, said, usual } from '../../reasons.ts'
import { backingOfImage } from '../../relations/kinds.ts'
import type { Repository } from '../../repository.ts'
import type { ComposeFacts, ComposeServiceFacts } from '../facts/facts.ts'

export interface ProxyPlace {
  readonly path: string
  readonly claim: Claim
}

export function placeProxy(service: ComposeServiceFacts, facts: ComposeFacts, repository: Repository): ProxyPlace | undefined {
  const { build, image, mounts } = service
  const server = image === undefined || build !== undefined ? undefined : serverOf(image)
  // An image that counts as a backing service stays one, whatever it is told.
  if (server === undefined || backingOfImage(image) !== undefined) return undefined
  const places = mounts.flatMap(({ path }) => (repository.tree.entries.has(path) ? [parentOf(path)] : [path, parentOf(path)]))
  const mounted = filesIn(mounts, repository)
  for (const path of new Set(places)) {
    const claim = configuredClaim(service, { server, path, mounted, repository })
    if (claim !== undefined) return { path, claim }
  }
  const behind = facts.services.filter((other) => other !== service && isBehind(other, server.name))
  return behind.length === 0
    ? undefined
    : { path: parentOf(facts.file), claim: labelledClaim(service, { kind: server.kind, port: server.port, behind }) }
}

interface Server {
  /** The last part of its image's name. */
  readonly name: string
  readonly kind: string
  readonly port?: number
}

function serverOf(image: string): Server | undefined {
  const name = imageName(image)
  const server = proxyOfImage(name) ?? webServerOfImage(name)
  return server === undefined ? undefined : { name, ...server }
}

/** The files that are mounted, and those of the folders that are. */
function filesIn(mounts: ComposeServiceFacts['mounts'], { tree, folders }: Repository): ReadonlySet<string> {
  return new Set(
    mounts.flatMap(({ path }) =>
      tree.entries.has(path) ? [path] : [...(folders.get(path)?.files ?? [])].map((name) => joinPath(path, name)),
    ),
  )
}

interface Mounting {
  readonly server: Server
  readonly path: string
  readonly mounted: ReadonlySet<string>
  readonly repository: Repository
}

/** What the mounted files of a folder say: whom it passes requests on to, and where it listens. */
function configuredClaim({ evidence }: ComposeServiceFacts, { server, path, mounted, repository }: Mounting): Claim | undefined {
  const folder = repository.folders.get(path)
  const config = folder === undefined ? undefined : readProxyConfig(folder, repository, server.kind)
  const upstreams = (config?.upstreams ?? []).filter((upstream) => mounted.has(upstream.evidence.path))
  const [first] = upstreams
  if (config === undefined || first === undefined || config.kind !== server.kind) return undefined
  const port = config.ports.find((one) => mounted.has(one.path))
  return {
    ...emptyClaim('proxy'),
    signs: [
      { ...evidence, fact: `runs ${server.kind}`, weight: 0.5 },
      { ...config.evidence, weight: 0.3 },
      { ...first.evidence, weight: 0.5 },
    ],
    spec: {
      ...apart({
        framework: said(server.kind, config.evidence),
        port:
          said(port?.port, port && quoted(port.path, port.line, repository.read)) ??
          usual(server.port, evidence, `the usual port of ${server.kind}`),
      }),
      facts: { proxy: server.kind, upstreams: [...new Set(upstreams.map(({ value }) => value))].slice(0, 50) },
    },
    addresses: upstreams.map(({ value, evidence: place }) => ({ value, evidence: place, from: 'declaration' as const })),
  }
}

/** By labels of Traefik and of Caddy, or by the host that nginx-proxy looks for. */
function isBehind({ labels, environment }: ComposeServiceFacts, image: string): boolean {
  const isOff = labels.some(({ name, value }) => name === 'traefik.enable' && value === 'false')
  if (image === 'traefik') return !isOff && labels.some(({ name }) => /^traefik\.(?:http|tcp|udp)\.|^traefik\.enable$/.test(name))
  if (image === 'nginx-proxy') return environment.some(({ name }) => name === 'VIRTUAL_HOST')
  return image.startsWith('caddy') && labels.some(({ name }) => /^caddy(?:_\d{1,3})?(?:\.|$)/.test(name))
}

interface Labelled {
  readonly kind: string
  readonly port: number | undefined
  readonly behind: readonly ComposeServiceFacts[]
}

function labelledClaim({ evidence }: ComposeServiceFacts, { kind, port, behind }: Labelled): Claim {
  const addresses = behind.map((other) => {
    const stated = other.labels.find(({ name }) => /\.loadbalancer\.server\.port$/.test(name))?.value
    const at = stated ?? other.ports[0]?.port
    const value = `http://${other.name}${at === undefined ? '' : `:${at}`}`
    const fact = `is served to ${kind} by what ${printable(other.name)} is labelled with`
    return { value, evidence: { ...other.evidence, fact }, from: 'declaration' as const }
  })
  return {
    ...emptyClaim('proxy'),
    signs: [{ ...evidence, fact: `runs ${kind}`, weight: 0.5 }],
    spec: {
      ...apart({ framework: said(kind, evidence), port: usual(port, evidence, `the usual port of ${kind}`) }),
      facts: { proxy: kind, upstreams: addresses.map(({ value }) => value) },
    },
    addresses,
  }
}
