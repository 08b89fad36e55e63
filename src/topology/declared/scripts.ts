// Files that are programs or have a grammar of their own: a Tiltfile and a bake file. Only what stands in them plainly is read.
import { sourceScanLimit } from '../limits.ts'
import { defined } from '../reading/data.ts'
import { lineAt } from '../reading/lines.ts'
import type { Repository } from '../repository.ts'
import { evidenceAt, fileAt, folderAt, plainImage } from './reading.ts'
import type { DeclaredFile, Statement } from './statement.ts'

/** Calls or targets read of one file. */
const callsLimit = 100

export function readTiltfile({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const text = (repository.read.text(path) ?? '').slice(0, sourceScanLimit)
  const calls = /^[ \t]{0,20}(?:docker_build(?:_with_restart)?|custom_build|custom_build_with_restart)\s{0,4}\(([^()]{1,2000})/gm
  return [...text.matchAll(calls)].slice(0, callsLimit).flatMap((call): Statement[] => {
    const words = call[1] ?? ''
    const positional = [...words.matchAll(/(?:^|,)\s{0,40}(['"])([^'"\n]{1,300})\1(?=\s{0,40}(?:,|$))/g)].map((match) => match[2])
    const named = (name: string) => new RegExp(`\\b${name}\\s{0,4}=\\s{0,4}['"]([^'"\\n]{1,300})['"]`).exec(words)?.[1]
    const [image, written] = positional
    const context = folderAt(folder, named('context') ?? written, repository)
    if (image === undefined || context === undefined || (named('context') ?? written) === undefined) return []
    const dockerfile = fileAt(folder, named('dockerfile'), repository)
    return [
      {
        source: 'tilt',
        folder: context,
        evidence: evidenceAt(path, lineAt(text, call.index + call[0].indexOf('(')), `Tilt builds ${image}`),
        weight: 0.6,
        ...defined({ image: plainImage(image), dockerfile, target: named('target') }),
      },
    ]
  })
}

export function readBake({ path, folder }: DeclaredFile, repository: Repository): Statement[] {
  const text = (repository.read.text(path) ?? '').slice(0, sourceScanLimit)
  const targets = /^[ \t]{0,8}target\s{1,8}"([\w.-]{1,100})"\s{0,8}\{([\s\S]{0,3000}?)^[ \t]{0,8}\}/gm
  return [...text.matchAll(targets)].slice(0, callsLimit).flatMap((target): Statement[] => {
    const body = target[2] ?? ''
    const value = (name: string) => new RegExp(`^[ \\t]{0,20}${name}\\s{0,20}=\\s{0,4}"([^"\\n]{1,300})"`, 'm').exec(body)?.[1]
    const written = value('context')
    if (written === undefined) return []
    return spread(written, text).flatMap(({ context, line }): Statement[] => {
      const place = existing(context, folder, repository)
      if (place === undefined) return []
      const dockerfile = fileAt(place, value('dockerfile'), repository) ?? fileAt(folder, value('dockerfile'), repository)
      return [
        {
          source: 'bake',
          folder: place,
          evidence: evidenceAt(path, line ?? lineAt(text, target.index), `bake builds ${context}`),
          weight: 0.6,
          ...defined({ dockerfile, target: value('target') }),
        },
      ]
    })
  })
}

/** A context with `${item.name}` of a matrix is one for each value that the file gives that name. */
function spread(context: string, text: string): { context: string; line?: number }[] {
  const variable = /\$\{(?:\w{1,40}\.)?(\w{1,40})\}/.exec(context)
  if (variable === null) return [{ context }]
  const values = new Map<string, number>()
  for (const match of text.matchAll(new RegExp(`^[ \\t]{0,40}${variable[1]}\\s{0,20}=\\s{0,4}"([\\w./-]{1,100})"`, 'gm'))) {
    if (match[1] !== undefined && !values.has(match[1])) values.set(match[1], lineAt(text, match.index + match[0].length))
    if (values.size >= callsLimit) break
  }
  return [...values].map(([value, line]) => ({ context: context.replace(variable[0], value), line }))
}

/** Bake is often called from a folder above the one that is looked at; then a context's first parts name folders around it. */
function existing(context: string, folder: string, repository: Repository): string | undefined {
  const parts = context.split('/').filter((part) => part !== '.' && part !== '')
  for (const base of [folder, '.']) {
    for (let skipped = 0; skipped < Math.max(1, parts.length); skipped++) {
      const place = folderAt(base, parts.slice(skipped).join('/') || '.', repository)
      if (place !== undefined && (place !== '.' || parts.length === 0)) return place
    }
  }
  return undefined
}
