// pom.xml with what it inherits from the poms above it in the repository. Nothing is fetched: a parent elsewhere is only a name.
import { perRepository } from '../../memo.ts'
import { joinPath, parentOf, resolvePath } from '../../paths.ts'
import { elementAt, elementsNamed, textAt, type XmlElement } from '../../reading/xml.ts'
import type { Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'

export interface Pom {
  readonly path: string
  readonly folder: string
  readonly root: XmlElement
  readonly artifactId: string | undefined
  readonly groupId: string | undefined
  /** Its parents in the repository, nearest first. */
  readonly parents: readonly Pom[]
  readonly properties: ReadonlyMap<string, string>
}

/** A chain of parents longer than this is no honest one. */
const parentsLimit = 8

export const readPom: (folder: string, repository: Repository) => Pom | undefined = perRepository((folder, repository) =>
  openPom(joinPath(folder, 'pom.xml'), repository, []),
)

function openPom(path: string, repository: Repository, children: readonly string[]): Pom | undefined {
  if (!repository.tree.entries.has(path) || children.includes(path) || children.length > parentsLimit) return undefined
  const root = repository.read.xml(path)?.root
  if (root?.name !== 'project') return undefined
  const parent = parentPomOf(path, root, (parentPath) => openPom(parentPath, repository, [...children, path]))
  const parents = parent === undefined ? [] : [parent, ...parent.parents]
  const inherited = elementAt(root, 'parent')
  const groupId = textAt(root, 'groupId') ?? textAt(inherited, 'groupId')
  const artifactId = textAt(root, 'artifactId')
  const version = textAt(root, 'version') ?? textAt(inherited, 'version')
  const properties = new Map(parent?.properties)
  for (const { name, text } of elementAt(root, 'properties')?.children ?? []) properties.set(name, text)
  for (const [name, value] of Object.entries({ groupId, artifactId, version })) {
    if (value === undefined) continue
    for (const prefix of ['project', 'pom']) properties.set(`${prefix}.${name}`, value)
  }
  return { path, folder: parentOf(path), root, artifactId, groupId, parents, properties }
}

function parentPomOf(path: string, root: XmlElement, open: (path: string) => Pom | undefined): Pom | undefined {
  const parent = elementAt(root, 'parent')
  if (parent === undefined) return undefined
  const stated = elementAt(parent, 'relativePath')
  if (stated !== undefined && stated.text === '') return undefined
  const reference = resolvePath(parentOf(path), stated?.text ?? '../pom.xml')
  if (reference === undefined) return undefined
  const file = reference.endsWith('.xml') ? reference : joinPath(reference, 'pom.xml')
  const found = open(file)
  return found?.artifactId === textAt(parent, 'artifactId') ? found : undefined
}

/** A text with its `${properties}` filled in, as far as they are known. */
export function interpolate(text: string | undefined, { properties }: Pom): string | undefined {
  let value = text
  for (let round = 0; round < 4 && value?.includes('${'); round++) {
    value = value.replace(/\$\{([\w.-]{1,100})\}/g, (whole, name: string) => properties.get(name) ?? whole).slice(0, 500)
  }
  return value
}

export interface PomElement {
  readonly pom: Pom
  readonly element: XmlElement
}

/** Where the text of an element stands: one that only names a property stands where the pom has the property from. */
export function settled(stated: PomElement, pom: Pom): PomElement {
  let found = stated
  for (let round = 0; round < 4; round++) {
    const name = /^\$\{([\w.-]{1,100})\}$/.exec(found.element.text)?.[1]
    found = (name === undefined ? undefined : propertyAt(pom, name)) ?? found
  }
  return found
}

/** The element that sets a property, in the pom itself or the nearest parent. */
export function propertyAt(pom: Pom, name: string): PomElement | undefined {
  for (const from of [pom, ...pom.parents]) {
    const element = elementAt(from.root, 'properties', name)
    if (element !== undefined) return { pom: from, element }
  }
  return undefined
}

export function at(pom: Pom, element: XmlElement, fact: string): Evidence {
  return { path: pom.path, line: element.line, fact }
}

/** Every pom of the repository by its artifact, so that modules find the modules they use. */
export const pomsByArtifact: (key: string, repository: Repository) => ReadonlyMap<string, Pom> = perRepository((_, repository) => {
  const poms = new Map<string, Pom>()
  for (const { path } of repository.foldersWith('pom.xml')) {
    const pom = readPom(path, repository)
    if (pom?.artifactId !== undefined && !poms.has(pom.artifactId)) poms.set(pom.artifactId, pom)
  }
  return poms
})

/** Dependencies of a pom itself and of its parents, without what only tests need. */
export function dependenciesOf(pom: Pom): PomElement[] {
  return [pom, ...pom.parents].flatMap((from) =>
    elementsNamed(elementAt(from.root, 'dependencies'), 'dependency')
      .filter((element) => textAt(element, 'scope') !== 'test')
      .map((element) => ({ pom: from, element })),
  )
}

/** Plugins of a pom's build and profiles, then those of its parents' builds. */
export function pluginsOf(pom: Pom): PomElement[] {
  const profiles = elementsNamed(elementAt(pom.root, 'profiles'), 'profile')
  const own = [pom.root, ...profiles].flatMap((place) => elementsNamed(elementAt(place, 'build', 'plugins'), 'plugin'))
  const inherited = pom.parents.flatMap((parent) =>
    elementsNamed(elementAt(parent.root, 'build', 'plugins'), 'plugin').map((element) => ({ pom: parent, element })),
  )
  return [...own.map((element) => ({ pom, element })), ...inherited]
}
