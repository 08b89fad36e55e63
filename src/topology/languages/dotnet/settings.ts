// appsettings.json with its production file: ports, connection strings, addresses, and the keys that source asks for.
import type { StatedAddress } from '../../claim.ts'
import { environmentLimit, sourceScanLimit } from '../../limits.ts'
import { joinPath } from '../../paths.ts'
import { asPort, field, isData } from '../../reading/data.ts'
import { lineAt, lineOf } from '../../reading/lines.ts'
import { type Said, said } from '../../reasons.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { EnvironmentVariable, Evidence, HealthSpec } from '../../topology.ts'
import { allMatches } from '../script.ts'
import { readAs, statedIn } from '../stated.ts'

export interface AppSetting {
  /** Levels joined by two underscores: the variable that overrides it. */
  readonly variable: string
  readonly value: string
  readonly evidence: Evidence
}

const files = ['hosting.json', 'appsettings.json', 'appsettings.Production.json']

/** JSON with comments and commas too many, as .NET reads it; such a file says nothing here. */
export function readAppSettings(folder: Folder, repository: Repository): ReadonlyMap<string, AppSetting> {
  const settings = new Map<string, AppSetting>()
  for (const name of files) {
    if (!folder.files.has(name)) continue
    const path = joinPath(folder.path, name)
    const text = repository.read.text(path)
    const data = text === undefined ? undefined : parse(text)
    const visit = (value: unknown, keys: readonly string[]): void => {
      if (keys.length > 8 || settings.size > 500) return
      if (isData(value)) for (const key of Object.keys(value)) visit(field(value, key), [...keys, key])
      else if (typeof value === 'string' || typeof value === 'number') {
        const key = keys.join('__')
        settings.set(key.toLowerCase(), {
          variable: key,
          value: String(value),
          evidence: { path, line: lineOfSetting(text ?? '', keys.at(-1) ?? '', String(value)), fact: keys.join(':').slice(0, 100) },
        })
      }
    }
    visit(data, [])
  }
  return settings
}

/** Keys repeat in other levels: the line that has the value too is the one. */
function lineOfSetting(text: string, key: string, value: string): number {
  const quoted = `"${key}"`
  const written = JSON.stringify(value).slice(1, -1)
  let at = text.indexOf(quoted)
  for (let tries = 0; at >= 0 && tries < repeatsLimit; tries++) {
    const end = text.indexOf('\n', at)
    if (text.slice(at, end < 0 ? text.length : end).includes(written)) return lineAt(text, at)
    at = text.indexOf(quoted, at + 1)
  }
  return lineOf(text, quoted) ?? 1
}

/** Places looked at for one key. */
const repeatsLimit = 50

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\s{0,200}\/\/.{0,500}$/gm, '').replace(/,(?=\s{0,200}[}\]])/g, ''))
  } catch {
    return undefined
  }
}

const portKeys = [
  'kestrel__endpoints__http__url',
  'urls',
  'http_ports',
  'aspnetcore_http_ports',
  'aspnetcore_urls',
  'server.urls',
  'server__urls',
]

export function portIn(settings: ReadonlyMap<string, AppSetting>): Said<number> | undefined {
  const endpoints = [...settings.keys()].filter((key) => /^kestrel__endpoints__\w{1,60}__url$/.test(key))
  for (const key of [...portKeys, ...endpoints]) {
    const { value, evidence } = settings.get(key) ?? {}
    const url = value?.split(';').find((part) => part.startsWith('http:')) ?? value?.split(';')[0]
    const port = asPort(/:(\d{2,5})\/?$/.exec(url ?? '')?.[1] ?? url)
    if (port !== undefined) return said(port, evidence)
  }
  return undefined
}

/** Variables that the source asks for through the configuration; what the settings state is there already. */
export function variablesIn(
  entries: readonly string[],
  settings: ReadonlyMap<string, AppSetting>,
  repository: Repository,
): EnvironmentVariable[] {
  const variables = new Map<string, EnvironmentVariable>()
  const note = (name: string, isSoft: boolean) => {
    const value = settings.get(name.toLowerCase())?.value
    if (variables.size < environmentLimit && !variables.has(name))
      variables.set(name, { name, required: (value === undefined || value === '') && !isSoft })
  }
  for (const path of entries) {
    const text = repository.read.text(path)?.slice(0, sourceScanLimit) ?? ''
    for (const {
      groups: [name = '', soft],
    } of allMatches(text, /\bGetConnectionString\s{0,4}\(\s{0,4}"([\w.-]{1,60})"\s{0,4}\)(\s{0,20}\?\?\s{0,20}(?!throw))?/g))
      note(`ConnectionStrings__${name}`, soft !== undefined)
    for (const {
      groups: [key = '', soft],
    } of allMatches(text, /\b[Cc]onfiguration\s{0,4}\[\s{0,4}"([\w:.-]{1,100})"\s{0,4}\](\s{0,20}\?\?\s{0,20}(?!throw))?/g))
      note(key.replaceAll(':', '__'), soft !== undefined)
  }
  return [...variables.values()]
}

export function addressesIn(settings: ReadonlyMap<string, AppSetting>): StatedAddress[] {
  return [...settings.values()].flatMap(({ variable, value, evidence }): StatedAddress[] => {
    const server =
      /(?:^|;)\s{0,4}(?:Server|Host|Data Source|Address)\s{0,4}=\s{0,4}(?:tcp:)?([A-Za-z0-9._-]{1,200})(?:[,:](\d{2,5}))?/i.exec(value)
    const address = server === null ? value : `tcp://${server[1]}${server[2] === undefined ? '' : `:${server[2]}`}`
    const isAddress =
      /^[a-z][a-z0-9+.-]{1,20}:\/\/\S{1,400}$/.test(address) ||
      /^[a-z][a-z0-9-]{1,62}:\d{2,5}$/.test(address) ||
      /host(?:name)?$/i.test(variable)
    return isAddress && address !== '' ? [{ variable, value: address, from: 'source', evidence }] : []
  })
}

/** The path that health checks are mapped to. */
export function healthIn(entries: readonly string[], repository: Repository): Said<HealthSpec> | undefined {
  for (const path of entries) {
    const text = repository.read.text(path)?.slice(0, sourceScanLimit) ?? ''
    // What is mapped in a group lies below the group's path.
    if (/\bMapGroup\s{0,4}\(/.test(text)) continue
    const mapped = statedIn({ path, text }, /\b(?:MapHealthChecks|UseHealthChecks)\s{0,4}\(\s{0,4}"(\/[\w/.-]{0,100})"/)
    if (mapped !== undefined) return readAs(mapped, (route) => ({ kind: 'http', path: route }))
  }
  return undefined
}
