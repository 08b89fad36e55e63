// What a proxy's configuration says: whom it passes requests to, where it listens, and whether it serves files of its own.
import { matchesLimit, sourceScanLimit } from '../limits.ts'
import { joinPath, printable } from '../paths.ts'
import { asPort } from '../reading/data.ts'
import { lineAt } from '../reading/lines.ts'
import { isOwnMachine } from '../relations/hosts.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { type ConfigFormat, configFormats } from './formats.ts'

export interface Upstream {
  /** A URL, or `host:port` where the protocol is not HTTP. */
  readonly value: string
  readonly evidence: Evidence
}

export interface ProxyConfig {
  readonly kind: string
  readonly evidence: Evidence
  readonly upstreams: readonly Upstream[]
  readonly ports: readonly { readonly port: number; readonly path: string; readonly line: number }[]
  /** Its files; `main` is the one that the proxy starts from, absent where all are parts of one. */
  readonly files: readonly string[]
  readonly main?: string
}

/** Configuration files read of one folder. */
const configFilesLimit = 12

/** Folders below that belong to a configuration. */
const configFolders = [
  '.',
  'conf.d',
  'conf',
  'config',
  'templates',
  'sites-enabled',
  'sites-available',
  'dynamic',
  'etc',
  'nginx',
  'etc/nginx',
  'etc/nginx/conf.d',
]

/** Reads a folder's configuration; `kind` is the proxy whose image it is built on, for which more names count. */
export function readProxyConfig(folder: Folder, repository: Repository, kind: string | undefined): ProxyConfig | undefined {
  const found = configFolders
    .flatMap((name) => filesIn(name === '.' ? folder.path : joinPath(folder.path, name), repository))
    .flatMap(({ path, name }) => {
      const format = configFormats.find((one) => one.names.test(name) || (one.kind === kind && one.otherNames.test(name)))
      return format === undefined ? [] : [{ path, format }]
    })
    .slice(0, configFilesLimit)
  const [first] = found
  if (first === undefined) return undefined
  const files = found.filter(({ format }) => format.kind === first.format.kind)
  const read = files.map((file) => readFile(file, repository))
  const main = files.find(({ path, format: { whole } }) => whole === undefined || whole.test(repository.read.text(path) ?? ''))
  return {
    kind: first.format.kind,
    evidence: { path: first.path, line: 1, fact: `configures ${first.format.kind}` },
    upstreams: read.flatMap(({ upstreams }) => upstreams).slice(0, matchesLimit),
    ports: read.flatMap(({ ports }) => ports),
    files: files.map(({ path }) => path),
    ...(main === undefined ? {} : { main: main.path }),
  }
}

function filesIn(place: string, repository: Repository): { path: string; name: string }[] {
  return [...(repository.folders.get(place)?.files ?? [])].sort().map((name) => ({ path: joinPath(place, name), name }))
}

interface ConfigFile {
  readonly path: string
  readonly format: ConfigFormat
}

function readFile({ path, format }: ConfigFile, repository: Repository): Pick<ProxyConfig, 'upstreams' | 'ports'> {
  const text = withoutComments((repository.read.text(path) ?? '').slice(0, sourceScanLimit))
  const names = new Set(matches(text, format.groups).map(({ value }) => value))
  const upstreamsBy = (patterns: readonly RegExp[], isGroup: (host: string) => boolean) =>
    patterns.flatMap((pattern) =>
      matches(text, pattern).flatMap(({ value, line }) => {
        const host = hostOf(value)
        if (host === '' || isGroup(host) || isOwn(host)) return []
        return [{ value, evidence: { path, line, fact: `passes requests to ${printable(value)}` } }]
      }),
    )
  return {
    // A group may be called like the service that it leads to.
    upstreams: [...upstreamsBy(format.upstreams, (host) => names.has(host)), ...upstreamsBy(format.members ?? [], () => false)],
    ports: format.listens.flatMap((pattern) =>
      matches(text, pattern).flatMap(({ value, line }) => {
        const port = asPort(value)
        return port === undefined ? [] : [{ port, path, line }]
      }),
    ),
  }
}

/** Comments begin alike in all of them; every line keeps its number. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]{0,200}#.{0,2000}$/gm, '')
}

function matches(text: string, pattern: RegExp | undefined): { value: string; line: number }[] {
  if (pattern === undefined) return []
  const found: { value: string; line: number }[] = []
  for (const match of text.matchAll(pattern)) {
    const { host, port } = match.groups ?? {}
    const value = host === undefined || port === undefined ? (match[1] ?? '') : `${host}:${port}`
    found.push({ value, line: lineAt(text, match.index + match[0].length) })
    if (found.length >= matchesLimit) break
  }
  return found
}

/** The host of an upstream, or nothing. */
export function hostOf(value: string): string {
  return /^(?:[a-z][a-z0-9+]{0,10}:\/\/)?([^\s:/]{1,253})/.exec(value)?.[1] ?? ''
}

/** The machine itself, and sockets, are nobody else. */
function isOwn(host: string): boolean {
  return isOwnMachine(host) || host === 'unix'
}
