// Configuration files of a program of the JVM as flat keys: application.properties and application.yml with their production profiles, the
// folder of a configuration server, MicroProfile's file, HOCON, Vert.x's JSON, Dropwizard's YAML and Open Liberty's server.xml.
import { ancestorsOf, baseName, joinPath } from '../../paths.ts'
import { asPort } from '../../reading/data.ts'
import { attributeOf, elementsBelow } from '../../reading/xml.ts'
import type { Problem } from '../../reading/yaml.ts'
import type { Folder, Repository } from '../../repository.ts'
import { flattenJson, flattenProperties, flattenYaml, type Setting } from './flat.ts'
import { type ProfileCheck, profilesFor } from './profiles.ts'

export type Settings = ReadonlyMap<string, Setting>

const resourceFolders = ['src/main/resources', 'src/main/resources/config', 'src/main/resources/META-INF', 'src/jvmMain/resources', 'resources', 'conf', 'config', 'src/main/conf', 'src/main/liberty/config', 'src/main/resources/conf', 'src', '.'] // biome-ignore format: a list

/** Names, each believed over those before it. */
const names = ['microprofile-config', 'reference', 'bootstrap', 'application', 'application-docker', 'application-production', 'application-prod'] // biome-ignore format: a list
const endings = ['conf', 'properties', 'yaml', 'yml']

/** Every setting that the production profile sees, the last word winning; where it listens only if something turns the profile on. */
export function readSettings(folder: Folder, repository: Repository): Settings {
  const settings = new Map<string, Setting>()
  const isActive = profilesFor(folder, repository)
  const places = resourceFolders.map((name) => (name === '.' ? folder.path : joinPath(folder.path, name)))
  for (const name of names) for (const place of places) readNamed(place, name, { settings, repository, isActive })
  for (const place of places) readOthers(place, { settings, repository, isActive })
  const application = settings.get('spring.application.name')?.value
  if (application !== undefined) readServed(application, folder, { settings, repository, isActive })
  return settings
}

interface Reading {
  readonly settings: Map<string, Setting>
  readonly repository: Repository
  readonly isActive: ProfileCheck
}

function readNamed(place: string, name: string, reading: Reading): void {
  const files = reading.repository.folders.get(place)?.files
  for (const ending of endings) if (files?.has(`${name}.${ending}`)) note(joinPath(place, `${name}.${ending}`), reading)
}

function note(path: string, { settings, repository, isActive }: Reading): void {
  const text = repository.read.text(path)
  if (text === undefined) return
  const isYaml = /\.ya?ml$/.test(path)
  const failed = ({ line, message }: Problem) =>
    repository.warn(`${path} is not valid YAML (line ${line}: ${message}); what is written there is passed over.`)
  const found = isYaml
    ? flattenYaml(path, text, failed)
    : path.endsWith('.json')
      ? flattenJson(path, repository)
      : flattenProperties(path, text)
  const fileProfile = /-(docker|prod|production)\.\w{1,10}$/.exec(path)?.[1]
  for (const setting of found) {
    const profile = setting.profile ?? fileProfile
    if (profile === undefined || !isAboutListening(setting.key) || isActive(profile, settings)) settings.set(setting.key, setting)
  }
  for (const setting of found) {
    const key = /^%prod\.(.{1,200})$/.exec(setting.key)?.[1]
    if (key !== undefined) settings.set(key, { ...setting, key })
  }
}

function isAboutListening(key: string): boolean {
  return portKeys.includes(key) || /^(?:server|management)\./.test(key)
}

/** Formats of single frameworks: what they say is only heard where nothing usual is said. */
function readOthers(place: string, { settings, repository, isActive }: Reading): void {
  const files = repository.folders.get(place)?.files
  if (files === undefined) return
  const own = new Map<string, Setting>()
  const reading = { settings: own, repository, isActive }
  if (/(?:^|\/)src\/main\/conf$/.test(place))
    for (const name of [...files].sort()) if (name.endsWith('.json')) note(joinPath(place, name), reading)
  if (files.has('server.xml')) noteLiberty(joinPath(place, 'server.xml'), reading)
  for (const name of ['config.yml', 'config.yaml', 'configuration.yml', 'server.yml', `${baseName(place)}.yml`])
    if (files.has(name)) note(joinPath(place, name), reading)
  for (const [key, setting] of own) if (!settings.has(key)) settings.set(key, setting)
}

function noteLiberty(path: string, { settings, repository }: Reading): void {
  const root = repository.read.xml(path)?.root
  const variables = new Map(
    elementsBelow(root, 'variable').map((element) => [
      attributeOf(element, 'name'),
      attributeOf(element, 'defaultValue') ?? attributeOf(element, 'value'),
    ]),
  )
  const [endpoint] = root?.name === 'server' ? elementsBelow(root, 'httpEndpoint') : elementsBelow(root, 'Connector')
  const stated = attributeOf(endpoint, 'httpPort') ?? attributeOf(endpoint, 'port')
  const value = stated === undefined ? undefined : (variables.get(/^\$\{([\w.]{1,80})\}$/.exec(stated)?.[1]) ?? stated)
  if (value !== undefined && endpoint !== undefined)
    settings.set('liberty.http.port', { key: 'liberty.http.port', value, path, line: endpoint.line })
}

/** A configuration server of the repository keeps `<application>.yml` for the others in a folder of its own. */
function readServed(application: string, folder: Folder, { settings, repository, isActive }: Reading): void {
  const own = new Map<string, Setting>()
  for (const home of ancestorsOf(folder.path)) {
    for (const place of servedFolders(home, repository)) {
      for (const name of ['application', application, `${application}-docker`, `${application}-production`, `${application}-prod`])
        readNamed(place, name, { settings: own, repository, isActive })
    }
  }
  for (const [key, setting] of own) if (!settings.has(key) || baseName(setting.path).startsWith(application)) settings.set(key, setting)
}

const servedNames = ['shared', 'config', 'configs', 'config-repo', 'configurations', 'configuration']

function servedFolders(home: string, repository: Repository): string[] {
  const siblings = repository.folders.get(home)?.folders ?? new Set<string>()
  return [...siblings]
    .sort()
    .filter((name) => /conf/i.test(name))
    .flatMap((name) => {
      const sibling = joinPath(home, name)
      const inside = servedNames.map((inner) => joinPath(sibling, `src/main/resources/${inner}`))
      return [...(/repo|propert|configs?$/i.test(name) ? [sibling] : []), ...inside].filter((path) => repository.folders.has(path))
    })
}

/** Keys under which frameworks state the port they listen on. */
const portKeys = ['server.port', 'quarkus.http.port', 'micronaut.server.port', 'ktor.deployment.port', 'play.server.http.port', 'http.port', 'server.http.port', 'liberty.http.port', 'http.server.http.server.port', 'http.server.port', 'grails.server.port', 'server.applicationConnectors.0.port', 'server.connector.port', 'vertx.http.port', 'helidon.server.port', 'grpc.server.port', 'quarkus.grpc.server.port'] // biome-ignore format: a list

export function portIn(settings: Settings): { readonly port: number; readonly setting: Setting } | undefined {
  for (const key of portKeys) {
    const setting = settings.get(key)
    const port = asPort(defaultOf(setting?.value))
    if (port !== undefined && setting !== undefined) return { port, setting }
  }
  return undefined
}

/** `${SERVER_PORT:${PORT:8080}}` is 8080 when nobody says otherwise, and so is Ktor's `$PORT:8080`. */
export function defaultOf(value: string | undefined): string | undefined {
  let rest = value?.trim()
  for (let depth = 0; depth < 4; depth++) {
    const inner = /^\$(?:\{[\w.-]{1,100}:(?=.{0,200}\}$)|[A-Z_]{1,60}:)(.{0,200}?)\}?$/.exec(rest ?? '')?.[1]
    if (inner === undefined) return rest
    rest = inner
  }
  return rest
}
