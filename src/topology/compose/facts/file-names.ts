// Which file of a folder is its compose file, and what the name says that it is for.

/** The names that `docker compose` finds by itself, the one that wins first. compose.kyozo.yaml is kyozo's own and never one of them. */
export const composeNames = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'] as const

export interface ComposeName {
  readonly name: string
  /** `main` is found by name alone; a `variant` has to be named to be started; `development` says that nobody runs it to serve. */
  readonly kind: 'main' | 'variant' | 'development'
}

/** The folder's compose file: the one found by name, else the variant that is most likely meant for production, else one for development. */
export function chooseComposeFile(files: ReadonlySet<string>): ComposeName | undefined {
  const main = composeNames.find((name) => files.has(name))
  if (main !== undefined) return { name: main, kind: 'main' }
  const others = [...files].flatMap((name) => {
    const words = variantWords(name)
    return words === undefined ? [] : [{ name, words }]
  })
  const ranked = others.map(({ name, words }) => ({ name, rank: rankOf(words) })).sort((a, b) => a.rank - b.rank || order(a.name, b.name))
  const [best] = ranked
  if (best === undefined) return undefined
  return { name: best.name, kind: best.rank >= developmentRank ? 'development' : 'variant' }
}

/** Every compose file of a folder by its name, those for development too. */
export function composeNamesIn(files: ReadonlySet<string>): string[] {
  return [...files].filter((name) => variantWords(name) !== undefined).sort(order)
}

/** The file that Compose lays over the main one without being told, or undefined. */
export function overrideOf(name: string, files: Pick<ReadonlySet<string>, 'has'>): string | undefined {
  if (!(composeNames as readonly string[]).includes(name)) return undefined
  const stem = name.replace(/\.ya?ml$/, '')
  return [`${stem}.override.yaml`, `${stem}.override.yml`, ...overrideNames].find((candidate) => files.has(candidate))
}

const overrideNames = ['compose.override.yaml', 'compose.override.yml', 'docker-compose.override.yaml', 'docker-compose.override.yml']

const namePattern = /^(?:[a-z0-9]{1,40}[._-]){0,6}(?:compose|stack)(?:[._-][a-z0-9]{1,40}){0,6}\.ya?ml$/i

/** What a file's name says beside that it is a compose file, or undefined when it is none by its name. */
function variantWords(name: string): readonly string[] | undefined {
  if (name.length > 120 || !namePattern.test(name)) return undefined
  const words = name
    .toLowerCase()
    .replace(/\.ya?ml$/, '')
    .split(/[._-]/)
  if (words.includes('kyozo')) return undefined
  if (words.includes('compose')) return words.filter((word) => !plainWords.has(word))
  // `stack.yaml` is Haskell's; a swarm's stack is called stack.yml, docker-stack.yml or the like.
  return name === 'stack.yml' || words.includes('docker') || words.includes('swarm')
    ? words.filter((word) => !plainWords.has(word))
    : undefined
}

const plainWords = new Set(['compose', 'docker', 'podman', 'container', 'stack'])

/** Words of a name or a folder that say that it is for working on the code, not for serving. */
const developmentWords = new Set([
  'dev', 'devel', 'develop', 'development', 'local', 'localhost', 'test', 'tests', 'testing', 'ci', 'cicd', 'e2e', 'it', 'integration', 'debug',
  'override', 'overrides', 'bench', 'benchmark', 'load', 'loadtest', 'devcontainer', 'devcontainers', 'tools', 'tooling', 'lint', 'build', 'unittest',
]) // biome-ignore format: a list

const serving = [
  'prod',
  'production',
  'deploy',
  'app',
  'apps',
  'default',
  'main',
  'base',
  'full',
  'all',
  'server',
  'services',
  'live',
  'release',
]
const partial = new Set([
  'db', 'database', 'databases', 'deps', 'dependencies', 'infra', 'infrastructure', 'env', 'monitoring', 'observability', 'logging', 'metrics',
  'tracing', 'elk', 'tls', 'ssl', 'https', 'gpu', 'cuda', 'arm', 'arm64', 'windows', 'win', 'mac', 'traefik', 'proxy', 'nginx',
]) // biome-ignore format: a list

const developmentRank = 200

function rankOf(words: readonly string[]): number {
  if (words.some((word) => developmentWords.has(word))) return developmentRank
  const best = words.map((word) => serving.indexOf(word)).filter((at) => at >= 0)
  if (words.some((word) => partial.has(word))) return 150
  return best.length > 0 ? 1 + Math.min(...best) : words.length === 0 ? 0 : 100
}

/** The folder in a path whose name says that what lies there is for development. */
export function developmentFolder(path: string): string | undefined {
  return path.split('/').find((name) => name.toLowerCase() !== 'tools' && developmentWords.has(name.toLowerCase()))
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
