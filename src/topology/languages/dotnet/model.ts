// MSBuild project files with the properties that they inherit. Conditions are not evaluated: what is said without one counts first.
import { perRepository } from '../../memo.ts'
import { ancestorsOf, baseName, joinPath, parentOf, resolvePath } from '../../paths.ts'
import { attributeOf, elementsBelow, elementsNamed, type XmlElement, type XmlFile } from '../../reading/xml.ts'
import type { Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'

export interface DotnetProject {
  readonly path: string
  readonly folder: string
  /** The file's name without its ending: the assembly, unless it is named otherwise. */
  readonly name: string
  readonly manifest: Evidence
  readonly sdks: readonly string[]
  /** By name in lower case, as MSBuild compares them. */
  readonly properties: ReadonlyMap<string, string>
  /** Where each of them is set. */
  readonly places: ReadonlyMap<string, Evidence>
  /** Packages and frameworks that it references, and `sdk:` with each SDK. */
  readonly packages: ReadonlyMap<string, Evidence>
  readonly versions: ReadonlyMap<string, string>
  /** Project files of the repository that it references. */
  readonly references: readonly string[]
  /** Whether it is written in the format from before .NET Core. */
  readonly isOld: boolean
  /** Files above that its build reads. */
  readonly reads: readonly string[]
}

export const projectFile = /\.(?:cs|fs|vb)proj$/

export const readDotnetProject: (path: string, repository: Repository) => DotnetProject | undefined = perRepository((path, repository) => {
  const root = repository.tree.entries.has(path) ? repository.read.xml(path)?.root : undefined
  if (root?.name !== 'Project') return undefined
  const folder = parentOf(path)
  const shared = [folder, ...ancestorsOf(folder)].reverse().flatMap((place) => sharedFiles(place, repository))
  const files = [...shared.flatMap((file) => repository.read.xml(file) ?? []), { path, root }]
  const { properties, places } = propertiesOf(files)
  properties.set('msbuildprojectname', nameOf(path))
  const sdks = sdksOf(root)
  const { packages, versions } = packagesOf(path, root, properties)
  for (const sdk of sdks) packages.set(`sdk:${sdk}`, { path, line: root.line, fact: `is built with ${sdk}` })
  return {
    path,
    folder,
    name: nameOf(path),
    manifest: { path, line: root.line, fact: baseName(path) },
    sdks,
    properties,
    places,
    packages: new Map([...sharedPackages(shared, repository), ...packages]),
    versions,
    references: referencesOf(root, folder).filter((reference) => repository.tree.entries.has(reference)),
    isOld: sdks.length === 0,
    reads: shared.filter((file) => parentOf(file) !== folder),
  }
})

function nameOf(path: string): string {
  return baseName(path).replace(projectFile, '')
}

function sharedFiles(place: string, repository: Repository): string[] {
  const files = repository.folders.get(place)?.files
  return ['Directory.Build.props', 'Directory.Packages.props', 'Directory.Build.targets']
    .filter((name) => files?.has(name))
    .map((name) => joinPath(place, name))
}

/** Packages that a Directory.Build.props gives to every project below. */
function sharedPackages(files: readonly string[], repository: Repository): Map<string, Evidence> {
  const found = new Map<string, Evidence>()
  for (const path of files.filter((file) => file.endsWith('Directory.Build.props'))) {
    const root = repository.read.xml(path)?.root
    if (root !== undefined) for (const [name, evidence] of packagesOf(path, root, new Map()).packages) found.set(name, evidence)
  }
  return found
}

function sdksOf(root: XmlElement): string[] {
  const stated = [
    attributeOf(root, 'Sdk'),
    ...elementsNamed(root, 'Sdk').map((element) => attributeOf(element, 'Name')),
    ...elementsNamed(root, 'Import').map((element) => attributeOf(element, 'Sdk')),
  ]
  return [
    ...new Set(
      stated
        .flatMap((sdk) => sdk?.split(';') ?? [])
        .map((sdk) => sdk.trim().split('/')[0] ?? '')
        .filter((sdk) => sdk !== ''),
    ),
  ]
}

interface Properties {
  readonly properties: Map<string, string>
  readonly places: ReadonlyMap<string, Evidence>
}

function propertiesOf(files: readonly XmlFile[]): Properties {
  const properties = new Map<string, string>()
  const places = new Map<string, Evidence>()
  for (const { path, root } of files) {
    const note = ({ name, text, line }: XmlElement) => {
      properties.set(name.toLowerCase(), text)
      places.set(name.toLowerCase(), { path, line, fact: `${name} ${text}`.slice(0, 100) })
    }
    const groups = elementsBelow(root, 'PropertyGroup')
    const isPlain = (element: XmlElement) => attributeOf(element, 'Condition') === undefined
    for (const group of groups.filter(isPlain)) for (const element of group.children.filter(isPlain)) note(element)
    for (const group of groups) for (const element of group.children) if (!properties.has(element.name.toLowerCase())) note(element)
  }
  return { properties, places }
}

function packagesOf(path: string, root: XmlElement, properties: ReadonlyMap<string, string>) {
  const packages = new Map<string, Evidence>()
  const versions = new Map<string, string>()
  for (const kind of ['PackageReference', 'FrameworkReference', 'DotNetCliToolReference', 'Reference', 'ProjectCapability']) {
    for (const element of elementsBelow(root, kind)) {
      const name =
        fill(attributeOf(element, 'Include') ?? '', properties)
          .split(',')[0]
          ?.trim() ?? ''
      const version = attributeOf(element, 'Version')
      if (name === '' || packages.has(name)) continue
      packages.set(name, { path, line: element.line, fact: `references ${name}` })
      if (version !== undefined) versions.set(name, fill(version, properties))
    }
  }
  return { packages, versions }
}

function referencesOf(root: XmlElement, folder: string): string[] {
  return elementsBelow(root, 'ProjectReference').flatMap((element) => {
    const include = attributeOf(element, 'Include')?.replaceAll('\\', '/')
    const path = include === undefined || include.includes('$(') ? undefined : resolvePath(folder, include)
    return path === undefined ? [] : [path]
  })
}

/** A text with its `$(Properties)` filled in, as far as they are known. */
export function fill(text: string, properties: ReadonlyMap<string, string>): string {
  let value = text
  for (let round = 0; round < 4 && value.includes('$('); round++)
    value = value.replace(/\$\(([\w.]{1,100})\)/g, (_, name: string) => properties.get(name.toLowerCase()) ?? '').slice(0, 500)
  return value.trim()
}

export function propertyOf({ properties }: DotnetProject, name: string): string | undefined {
  const value = properties.get(name.toLowerCase())
  const filled = value === undefined ? undefined : fill(value, properties)
  return filled === '' ? undefined : filled
}

/** Where the text of a property stands: one that only repeats another stands where the other does. */
export function placeOfProperty({ properties, places }: DotnetProject, name: string): Evidence | undefined {
  let key = name.toLowerCase()
  for (let round = 0; round < 4; round++) {
    const other = /\$\(([\w.]{1,100})\)/.exec(properties.get(key) ?? '')?.[1]?.toLowerCase()
    if (other === undefined || !places.has(other)) break
    key = other
  }
  return places.get(key)
}

/** Projects that a project is built from, directly or through others. */
export function referencedProjects(project: DotnetProject, repository: Repository): DotnetProject[] {
  const found = new Map<string, DotnetProject>()
  const queue = [...project.references]
  for (let path = queue.shift(); path !== undefined && found.size < 64; path = queue.shift()) {
    const reference = found.has(path) || path === project.path ? undefined : readDotnetProject(path, repository)
    if (reference === undefined) continue
    found.set(path, reference)
    queue.push(...reference.references)
  }
  return [...found.values()]
}
