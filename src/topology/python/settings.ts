// Pydantic's settings: a class whose fields are variables of the environment, required when they have no default.
import type { SourceFacts } from '../reading/source.ts'
import type { Repository } from '../repository.ts'

type Variable = SourceFacts['environment'][number]

/** Fields of one class that are read. */
const fieldsLimit = 100

/** The variables that the settings classes of these files read. */
export function settingsVariables(files: readonly string[], repository: Repository): Variable[] {
  return files.flatMap((path) => {
    const text = repository.read.text(path)
    return text?.includes('BaseSettings') === true ? variablesIn(path, text.slice(0, 65_536)) : []
  })
}

function variablesIn(path: string, text: string): Variable[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    if (!/^class \w{1,80}\([^()\n]{0,80}BaseSettings\b/.test(line)) return []
    const end = lines.findIndex((next, at) => at > index && /^\S/.test(next) && !next.startsWith('#') && !next.startsWith(')'))
    const body = lines.slice(index + 1, end < 0 ? undefined : end)
    const prefix = /\benv_prefix\s{0,4}=\s{0,4}["'](\w{0,40})["']/.exec(body.join('\n').slice(0, 16_384))?.[1] ?? ''
    return body
      .slice(0, 400)
      .flatMap((field, offset) => variableOf(field, prefix, { path, line: index + offset + 2 }))
      .slice(0, fieldsLimit)
  })
}

function variableOf(field: string, prefix: string, place: { readonly path: string; readonly line: number }): Variable[] {
  const [, own, type = '', fallback] =
    /^[ \t]{1,8}([A-Za-z]\w{0,60})\s{0,4}:\s{0,4}([^=#\n]{1,120}?)\s{0,8}(?:=\s{0,8}(\S.{0,200}))?$/.exec(field) ?? []
  if (own === undefined || own === 'model_config' || type.startsWith('ClassVar')) return []
  const renamed = /\b(?:validation_alias|alias|env)\s{0,4}=\s{0,4}["']([A-Za-z_]\w{0,60})["']/.exec(fallback ?? '')?.[1]
  const name = (renamed ?? `${prefix}${own}`).toUpperCase()
  const isField = /^Field\s{0,4}\(/.test(fallback ?? '')
  const isRequired =
    fallback === undefined ||
    /^(?:\.\.\.|Field\s{0,4}\(\s{0,4}\.\.\.)/.test(fallback) ||
    (isField && !/^Field\s{0,4}\(\s{0,4}(?!\w{1,40}\s{0,4}=)|\bdefault(?:_factory)?\s{0,4}=/.test(fallback))
  const literal =
    /^(?:Field\s{0,4}\(\s{0,4}(?:default\s{0,4}=\s{0,4})?)?(?:["']([^"'\n]{0,200})["']|(\d{1,9}(?:\.\d{1,9})?))\s{0,4}(?:[,)#]|$)/.exec(
      fallback ?? '',
    )
  const value = literal?.[1] ?? literal?.[2]
  return [{ name, required: isRequired, ...(value === undefined || isRequired ? {} : { value }), ...place }]
}
