// What Streamlit's own settings state.
import { joinPath } from '../paths.ts'
import { lineAt } from '../reading/lines.ts'
import { quoted, type Said, said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'

/** A setting of the server in `.streamlit/config.toml`. */
export function streamlitSetting(name: 'port' | 'baseUrlPath', folder: Folder, repository: Repository): Said<string> | undefined {
  const path = joinPath(folder.path, '.streamlit/config.toml')
  if (!repository.tree.entries.has(path)) return undefined
  const text = repository.read.text(path)?.slice(0, 16_384) ?? ''
  const pattern = new RegExp(`^(?:\\[server\\][ \\t]{0,8}\\n(?:(?!\\[)[^\\n]{0,400}\\n){0,60}?|server\\.)[ \\t]{0,8}${name}[ \\t]{0,4}=[ \\t]{0,4}["']?([\\w./-]{1,80})`, 'm')
  const match = pattern.exec(text)
  return match === null ? undefined : said(match[1], quoted(path, lineAt(text, match.index + match[0].length - 1), repository.read))
} // biome-ignore format: one pattern
