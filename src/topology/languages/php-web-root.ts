// The web root that a Procfile hands to the web server of Heroku's image: `heroku-php-apache2 -C site.conf web/`.
import { findProcess } from '../procfile.ts'
import type { Folder, Repository } from '../repository.ts'

/** Options of these scripts that take the next word. */
const withValue = new Set(['-C', '-c', '-F', '-f', '-i', '-l', '-p', '-t'])

/** Relative to the folder, `.` for the folder itself; undefined when no Procfile runs such a script. */
export function webRootInProcfile(folder: Folder, repository: Repository): string | undefined {
  const process = findProcess(folder, repository)
  if (process?.isOfHost !== true) return undefined
  const [, ...words] = process.command.split(/\s{1,20}/).slice(0, 40)
  let root = '.'
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string
    if (withValue.has(word)) at++
    else if (!word.startsWith('-')) root = word
  }
  return root.replace(/^\.\/|\/$/g, '') || '.'
}
