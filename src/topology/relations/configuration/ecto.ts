// Ecto's repositories name their adapter in code, and their address in config/runtime.exs.
import { joinPath } from '../../paths.ts'
import { lineAt } from '../../reading/lines.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { BackingKind } from '../../topology.ts'
import { type ConfigurationReader, configurationLimit } from './configuration.ts'
import { variablesIn } from './found-variables.ts'

const adapters: Readonly<Record<string, BackingKind>> = { Postgres: 'postgres', MyXQL: 'mysql', Tds: 'sqlserver' }

export const readEcto: ConfigurationReader = (folder, repository) => {
  if (!folder.files.has('mix.exs')) return {}
  const read = filesOf(folder, repository).map((path) => ({ path, text: (repository.read.text(path) ?? '').slice(0, configurationLimit) }))
  return {
    addresses: read.flatMap(({ path, text }) =>
      variablesIn(text, /System\.(?:get_env|fetch_env!)\(\s{0,4}"(\w{1,100})"(?:,\s{0,4}"([^"\n]{0,300})")?/g, path),
    ),
    configured: read.flatMap(({ path, text }) => {
      const match = /\badapter:\s{0,8}Ecto\.Adapters\.(\w{1,30})/.exec(text)
      const kind = match === null ? undefined : adapters[match[1] ?? '']
      if (match === null || kind === undefined) return []
      return [{ kind, connections: [], evidence: { path, line: lineAt(text, match.index), fact: match[0] } }]
    }),
  }
}

function filesOf({ path, folders }: Folder, repository: Repository): string[] {
  const lib = folders.has('lib') ? [...(repository.folders.get(joinPath(path, 'lib'))?.folders ?? [])].sort().slice(0, 10) : []
  return ['config/config.exs', 'config/runtime.exs', 'config/prod.exs', ...lib.map((name) => `lib/${name}/repo.ex`)]
    .map((name) => joinPath(path, name))
    .filter((file) => repository.tree.entries.has(file))
}
