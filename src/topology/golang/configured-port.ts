// The port that a framework's own configuration file states.
import { joinPath } from '../paths.ts'
import { asPort } from '../reading/data.ts'
import { lineAt } from '../reading/lines.ts'
import { quoted, type Said, said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'

interface ConfigFile {
  readonly framework: string
  /** Where it usually lies, or the folder whose only file of the ending it is. */
  readonly files: readonly string[]
  /** Group 1 is the port. */
  readonly port: RegExp
}

const configFiles: readonly ConfigFile[] = [
  { framework: 'beego', files: ['conf/app.conf', 'conf/app.ini'], port: /^[ \t]{0,8}httpport\s{0,4}=\s{0,4}"?(?:\$\{\w{1,40}\|\|)?(\d{2,5})\b/im },
  { framework: 'revel', files: ['conf/app.conf'], port: /^[ \t]{0,8}http\.port\s{0,4}=\s{0,4}(\d{2,5})\b/m },
  { framework: 'go-zero', files: ['etc/*.yaml', 'etc/*.yml'], port: /^(?:Port:\s{0,4}|ListenOn:[^\n:]{0,40}:)(\d{2,5})\b/m },
  { framework: 'kratos', files: ['configs/config.yaml', 'configs/config.yml'], port: /^\s{0,8}http:\s{0,20}\n\s{1,8}addr:\s{0,4}["']?[^\n:]{0,40}:(\d{2,5})\b/m },
  { framework: 'goframe', files: ['manifest/config/config.yaml', 'config/config.yaml', 'config/config.toml'], port: /^\s{0,8}address\s{0,4}[:=]\s{0,4}["']?[^\n:"']{0,40}:(\d{2,5})\b/m },
] // biome-ignore format: a table

export function configuredPort(framework: string | undefined, folder: Folder, repository: Repository): Said<number> | undefined {
  for (const { files, port } of configFiles.filter((config) => config.framework === framework)) {
    for (const path of files.flatMap((name) => placesOf(joinPath(folder.path, name), repository))) {
      const text = repository.read.text(path)?.slice(0, 16_384) ?? ''
      const match = port.exec(text)
      const found = said(asPort(match?.[1]), match === null ? undefined : quoted(path, lineAt(text, endOf(match)), repository.read))
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** The port stands at the end of what was matched, which may begin lines before. */
function endOf({ 0: whole, index }: RegExpExecArray): number {
  return index + whole.length - 1
}

function placesOf(path: string, repository: Repository): string[] {
  const [folder = '', ending] = path.split('/*')
  if (ending === undefined) return repository.tree.entries.has(path) ? [path] : []
  const names = [...(repository.folders.get(folder)?.files ?? [])].filter((name) => name.endsWith(ending)).sort()
  return names.slice(0, 2).map((name) => joinPath(folder, name))
}
