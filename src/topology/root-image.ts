// Images that run the program at the root, wherever their Dockerfile lies.
import { field } from './reading/data.ts'
import type { Repository } from './repository.ts'
import type { ServiceType } from './topology.ts'

/** Manifests of languages whose programs run from their source: an image that copies the root's runs the root. */
const rootManifests: Partial<Record<ServiceType, readonly string[]>> = {
  ruby: ['Gemfile'],
  php: ['composer.json'],
  nodejs: ['package.json'],
  python: ['requirements.txt', 'pyproject.toml', 'Pipfile', 'setup.py', 'manage.py'],
  elixir: ['mix.exs'],
}

/** Files that say that the root is only where several programs are joined. */
const workspaceFiles = ['pnpm-workspace.yaml', 'lerna.json', 'nx.json', 'turbo.json', 'rush.json']

/** Whether a Dockerfile copies the root's manifest into an image of its language. */
export function isOfRoot(path: string, repository: Repository): boolean {
  const facts = repository.read.dockerfile(path)
  const files = repository.folders.get('.')?.files
  const manifests = (facts?.language === undefined ? [] : (rootManifests[facts.language] ?? [])).filter((name) => files?.has(name))
  if (facts === undefined || manifests.length === 0 || workspaceFiles.some((name) => files?.has(name))) return false
  const workspaces = files?.has('package.json') ? repository.read.json('package.json')?.data : undefined
  if (field(workspaces, 'workspaces') !== undefined) return false
  return facts.sources.some((source) => manifests.includes(source.path))
}
