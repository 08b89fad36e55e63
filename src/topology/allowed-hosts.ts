// Frameworks that answer only to names that their settings list: Django's ALLOWED_HOSTS and Rails' config.hosts.
import { joinPath } from './paths.ts'
import { lineAt } from './reading/lines.ts'
import type { Said } from './reasons.ts'
import { djangoSettings } from './relations/configuration/django.ts'
import type { Repository } from './repository.ts'
import type { EnvironmentVariable, Evidence, HealthSpec } from './topology.ts'

export interface AllowedHosts {
  /** What the setting is called. */
  readonly setting: string
  readonly hosts: readonly string[]
  /** The variable that it is read from, and what its names are separated by. */
  readonly variable?: { readonly name: string; readonly separator: string }
  /** Whether a health check is answered, which asks for `localhost`. */
  readonly admitsChecks: boolean
  /** Whether it lists a name that people elsewhere could ask for. */
  readonly admitsOthers: boolean
  readonly evidence: Evidence
}

export interface Hosted {
  readonly path: string
  readonly framework?: string | undefined
  readonly environment: readonly EnvironmentVariable[]
}

/** Undefined where every name is answered to, or nothing says which. */
export function allowedHostsOf({ path, framework = '', environment }: Hosted, repository: Repository): AllowedHosts | undefined {
  const list = framework === 'django' ? djangoHosts(path, repository) : framework === 'rails' ? railsHosts(path, repository) : undefined
  if (list === undefined) return undefined
  const { text, evidence, setting } = list
  const variable = variableIn(text)
  const given = environment.find(({ name }) => name === variable?.name)?.value
  const written = given === undefined || /^\s{0,4}[[(]/.test(text) ? namesIn(text, variable?.name) : []
  const hosts = [...new Set([...written, ...(given === undefined ? [] : given.split(/[\s,;]{1,4}/))])].filter((host) => host !== '')
  if (hosts.includes('*')) return undefined
  // A list that some code makes says nothing here.
  if (hosts.length === 0 && variable === undefined && !/^\s{0,4}(?:\[\s{0,40}\]|\(\s{0,40}\))/.test(text)) return undefined
  return {
    setting,
    hosts,
    ...(variable === undefined ? {} : { variable }),
    admitsChecks: list.admitsChecks || hosts.some((host) => /^\.?localhost$/.test(host)) || (hosts.length === 0 && list.isDebugging),
    admitsOthers: hosts.some((host) => !/^\.?localhost$|^127\.|^0\.0\.0\.0$|^\[?::1?\]?$|^testserver$/.test(host)),
    evidence,
  }
}

/** A check that the framework would refuse tells nothing: its port is asked instead. */
export function answeredHealth(guess: Said<HealthSpec> | undefined, hosts: AllowedHosts | undefined): Said<HealthSpec> | undefined {
  if (guess?.value.kind !== 'http' || hosts === undefined || hosts.admitsChecks) return guess
  const { port } = guess.value
  const fact = `${hosts.setting} refuses checks of ${guess.value.path}, so its port is asked`
  return { value: { kind: 'tcp', ...(port === undefined ? {} : { port }) }, evidence: { ...hosts.evidence, fact } }
}

interface HostList {
  readonly setting: string
  /** What is assigned. */
  readonly text: string
  readonly admitsChecks: boolean
  /** Whether local names are answered to while the list is empty. */
  readonly isDebugging: boolean
  readonly evidence: Evidence
}

function djangoHosts(folder: string, repository: Repository): HostList | undefined {
  const files = djangoSettings(folder, repository)
  const deployed = files.filter((path) => /\/prod(?:uction)?\.py$/.test(path))
  for (const path of [...deployed, ...files]) {
    const text = uncommented(repository.read.text(path))
    const found = [...text.matchAll(assigned)].slice(0, 10)
    const [first] = found
    if (first === undefined) continue
    return {
      setting: 'ALLOWED_HOSTS',
      text: [
        ...found.map(([, value = '']) => value),
        ...(text.match(/ALLOWED_HOSTS\.(?:append|extend|insert)[^\n]{0,300}/g) ?? []).slice(0, 10),
      ].join('\n'),
      admitsChecks: false,
      isDebugging: /^DEBUG\s{0,4}=\s{0,4}True\b/m.test(text),
      evidence: { path, line: lineAt(text, first.index + first[0].indexOf('ALLOWED_HOSTS')), fact: 'ALLOWED_HOSTS' },
    }
  }
  return undefined
}

/** What follows until a line that begins with something else. */
const assigned = /^[ \t]{0,12}ALLOWED_HOSTS\s{0,4}(?::[^=\n]{1,40})?\+?=([^\n]{0,500}(?:\n(?![A-Za-z_@])[^\n]{0,300}){0,40})/gm

function railsHosts(folder: string, repository: Repository): HostList | undefined {
  for (const name of ['config/environments/production.rb', 'config/application.rb']) {
    const path = joinPath(folder, name)
    if (!repository.tree.entries.has(path)) continue
    const text = uncommented(repository.read.text(path))
    const found = [
      ...text.matchAll(
        /^\s{0,20}(?:Rails\.application\.)?config\.hosts\s{0,4}(?:<<|\+=|=|\.concat|\.push)([^\n]{0,300}(?:\n\s{0,20}["'/][^\n]{0,200}){0,20})/gm,
      ),
    ]
    const [first] = found
    if (/config\.hosts(?:\.clear\b|\s{0,4}=\s{0,4}nil\b)/.test(text)) return undefined
    if (first === undefined) continue
    return {
      setting: 'config.hosts',
      text: found.map(([, value = '']) => value).join('\n'),
      admitsChecks: /config\.host_authorization\b[^\n]{0,40}exclude/.test(text),
      isDebugging: false,
      evidence: { path, line: lineAt(text, first.index + first[0].indexOf('config')), fact: 'config.hosts' },
    }
  }
  return undefined
}

function uncommented(text = ''): string {
  return text
    .slice(0, 64 * 1024)
    .split('\n')
    .map((line) => (/^\s{0,80}#/.test(line) ? '' : line))
    .join('\n')
}

function variableIn(text: string): AllowedHosts['variable'] {
  const name = /(?:\benviron(?:\.get)?|getenv|\bconfig|\benv(?:\.\w{1,20})?|\bENV(?:\.fetch)?)\s{0,4}[([]\s{0,4}["'](\w{1,100})["']/.exec(
    text,
  )?.[1]
  return name === undefined ? undefined : { name, separator: /\.split\(\s{0,4}(?:["'] ["'])?\s{0,4}\)/.test(text) ? ' ' : ',' }
}

/** Every text between quotes, whatever is done with it: better a name too many than a check that is left out for nothing. */
function namesIn(text: string, variable: string | undefined): string[] {
  return [...text.matchAll(/["']([^"'\n]{0,500})["']|\/([^/\n]{1,200})\//g)]
    .flatMap(([, quoted, pattern]) => quoted?.split(/[\s,;]{1,4}/) ?? pattern ?? [])
    .filter((name) => name !== variable && /[\w*]/.test(name))
    .slice(0, 40)
}
