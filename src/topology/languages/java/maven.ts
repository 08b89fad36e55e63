// Maven: pom.xml.
import { perRepository } from '../../memo.ts'
import { joinPath, relativeTo } from '../../paths.ts'
import { elementAt, elementsBelow, elementsNamed, textAt, type XmlElement } from '../../reading/xml.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import { type JavaBuild, noteArtifact, runsWeights } from './build.ts'
import { at, dependenciesOf, interpolate, type Pom, pluginsOf, pomsByArtifact, readPom } from './maven-model.ts'
import { javaVersionOf, statedPort } from './maven-values.ts'

/** Modules of the same repository whose dependencies a module takes over. */
const modulesLimit = 32
/** Modules beside it that its build lists. */
const siblingsLimit = 200

/** Plugins that make a program: of a module's own build they say so by themselves. */
const runningPlugins = ['spring-boot-maven-plugin', 'quarkus-maven-plugin', 'micronaut-maven-plugin', 'jib-maven-plugin', 'vertx-maven-plugin', 'helidon-maven-plugin', 'liberty-maven-plugin', 'wildfly-maven-plugin', 'wildfly-jar-maven-plugin', 'eap-maven-plugin', 'jetty-maven-plugin', 'tomcat7-maven-plugin', 'payara-micro-maven-plugin', 'cargo-maven3-plugin', 'tomee-maven-plugin', 'webapp-runner', 'appengine-maven-plugin'] // biome-ignore format: a list

/** Packagings that a server runs. */
const serverPackagings = new Set(['war', 'ear', 'quarkus', 'docker', 'docker-native', 'native-image', 'bootable-jar'])

const refusedPackagings: Readonly<Record<string, NonNullable<JavaBuild['role']>['role']>> = {
  'maven-archetype': 'example', 'maven-plugin': 'tooling', 'eclipse-plugin': 'library', bundle: 'library', 'nbm': 'tooling', rar: 'library', ejb: 'library',
} // biome-ignore format: a table

export const readMaven: (folder: string, repository: Repository) => JavaBuild | undefined = perRepository((path, repository) => {
  const folder = repository.folders.get(path)
  const pom = folder?.files.has('pom.xml') ? readPom(path, repository) : undefined
  return folder === undefined || pom === undefined ? undefined : buildOf(pom, folder, repository)
})

function buildOf(pom: Pom, folder: Folder, repository: Repository): JavaBuild {
  const { root, artifactId } = pom
  const packaging = interpolate(textAt(root, 'packaging'), pom) ?? 'jar'
  const { dependencies, modules } = gather(pom, repository)
  const manifest = at(pom, root, artifactId === undefined ? 'pom.xml' : `artifact ${artifactId}`)
  if (packaging !== 'jar')
    dependencies.set(`packaging:${packaging}`, at(pom, elementAt(root, 'packaging') ?? root, `packaging ${packaging}`))
  const aggregated = packaging === 'pom' ? earModule(pom, repository) : undefined
  const jar = artifactOf(pom, packaging === 'war' ? 'war' : 'jar')
  return {
    manager: 'maven',
    manifest,
    name: artifactId,
    javaVersion: javaVersionOf(pom),
    dependencies,
    versions: versionsOf(pom),
    packaging: aggregated === undefined ? packaging : 'ear',
    runs: aggregated === undefined ? runsOf(pom, packaging) : { ...aggregated, weight: runsWeights.server },
    mainClass: mainClassOf(pom),
    role: aggregated === undefined ? roleOf(pom, packaging, repository) : undefined,
    start: startOf(dependencies, packaging, jar),
    buildCommand: buildCommandOf(pom, folder, repository),
    home: aggregatorOf(pom)?.folder,
    port: statedPort(pom, repository),
    reads: [...pom.parents.map(({ path }) => path), ...modules.map(({ folder: path }) => path), ...siblingPoms(pom, repository)],
  }
}

/** The artifacts and plugins of a module and of the modules of the repository that it is built on. */
function gather(pom: Pom, repository: Repository): { dependencies: Map<string, Evidence>; modules: Pom[] } {
  const dependencies = new Map<string, Evidence>()
  const poms = pomsByArtifact('', repository)
  const modules: Pom[] = []
  const queue = [pom]
  for (let from = queue.shift(); from !== undefined && modules.length < modulesLimit; from = queue.shift()) {
    for (const { pom: stated, element } of dependenciesOf(from)) {
      const name = interpolate(textAt(element, 'artifactId'), stated)
      if (name === undefined) continue
      noteArtifact(dependencies, {
        group: interpolate(textAt(element, 'groupId'), stated),
        name,
        evidence: at(stated, element, `depends on ${name}`),
      })
      const module = poms.get(name)
      if (module === undefined || module === pom || modules.includes(module) || textAt(module.root, 'packaging') === 'pom') continue
      modules.push(module)
      queue.push(module)
    }
  }
  for (const { pom: stated, element } of pluginsOf(pom)) {
    const name = textAt(element, 'artifactId')
    if (name !== undefined && !dependencies.has(`plugin:${name}`))
      dependencies.set(`plugin:${name}`, at(stated, element, `is built by ${name}`))
  }
  const parent = textAt(pom.parents.at(-1)?.root ?? pom.root, 'parent', 'artifactId')
  if (parent?.endsWith('-starter-parent'))
    noteArtifact(dependencies, { name: parent, evidence: at(pom, pom.root, `has the parent ${parent}`) })
  return { dependencies, modules }
}

/** Versions of dependencies and plugins, and of what the outermost parent or an imported platform gives its whole group. */
function versionsOf(pom: Pom): Map<string, string> {
  const versions = new Map<string, string>()
  const note = (key: string | undefined, version: string | undefined) => {
    if (key !== undefined && version !== undefined && /^\d/.test(version) && !versions.has(key)) versions.set(key, version)
  }
  for (const { pom: from, element } of dependenciesOf(pom))
    note(textAt(element, 'artifactId'), interpolate(textAt(element, 'version'), from))
  for (const { pom: from, element } of pluginsOf(pom))
    note(`plugin:${textAt(element, 'artifactId')}`, interpolate(textAt(element, 'version'), from))
  const parent = elementAt((pom.parents.at(-1) ?? pom).root, 'parent')
  note(textAt(parent, 'groupId'), textAt(parent, 'version'))
  for (const from of [pom, ...pom.parents]) {
    for (const element of elementsNamed(elementAt(from.root, 'dependencyManagement', 'dependencies'), 'dependency'))
      if (textAt(element, 'scope') === 'import')
        note(interpolate(textAt(element, 'groupId'), from), interpolate(textAt(element, 'version'), from))
  }
  return versions
}

function runsOf(pom: Pom, packaging: string): JavaBuild['runs'] {
  const own = pluginsOf(pom).find(({ pom: from, element }) => from === pom && runningPlugins.includes(textAt(element, 'artifactId') ?? ''))
  if (serverPackagings.has(packaging))
    return { ...at(pom, elementAt(pom.root, 'packaging') ?? pom.root, `is packaged as ${packaging}`), weight: runsWeights.server }
  if (own !== undefined && packaging !== 'pom')
    return { ...at(pom, own.element, `is made to run by ${textAt(own.element, 'artifactId')}`), weight: runsWeights.server }
  return undefined
}

/** An enterprise archive is put together from its aggregator's modules: it runs as one. */
function earModule(pom: Pom, repository: Repository): Evidence | undefined {
  for (const { text, line } of modulesOf(pom)) {
    const module = readPom(joinPath(pom.folder, text), repository)
    if (textAt(module?.root, 'packaging') === 'ear') return { path: pom.path, line, fact: `puts its modules together in ${text}` }
  }
  return undefined
}

function modulesOf(pom: Pom): readonly XmlElement[] {
  const places = [pom.root, ...elementsNamed(elementAt(pom.root, 'profiles'), 'profile')]
  return places.flatMap((place) => elementsNamed(elementAt(place, 'modules'), 'module')).slice(0, 200)
}

function roleOf(pom: Pom, packaging: string, repository: Repository): JavaBuild['role'] {
  const line = elementAt(pom.root, 'packaging') ?? pom.root
  const refused = Object.hasOwn(refusedPackagings, packaging) ? refusedPackagings[packaging] : undefined
  if (/(?:^|\/)archetype-resources(?:\/|$)/.test(pom.folder))
    return { evidence: at(pom, pom.root, 'belongs to an archetype'), role: 'example' }
  if (refused !== undefined) return { evidence: at(pom, line, `is packaged as ${packaging}`), role: refused }
  const isPart = pom.parents.some((parent) => earModule(parent, repository) !== undefined)
  if (isPart) return { evidence: at(pom, line, 'is a part of the enterprise archive of its parent'), role: 'library' }
  if (packaging !== 'pom') return undefined
  const [module] = modulesOf(pom)
  if (module !== undefined) return { evidence: at(pom, module, 'gathers modules'), role: 'workspace_root' }
  const isBom = elementAt(pom.root, 'dependencyManagement') !== undefined
  return { evidence: at(pom, line, isBom ? 'only states versions for others' : 'is a parent of other poms'), role: 'library' }
}

function mainClassOf(pom: Pom): string | undefined {
  const stated = ['start-class', 'main.class', 'exec.mainClass', 'mainClass', 'vertx.verticle', 'main.verticle']
    .map((name) => pom.properties.get(name))
    .find((value) => value !== undefined)
  const element = ['mainClass', 'Main-Class', 'mainVerticle', 'Main-Verticle'].map(
    (name) => elementsBelow(elementAt(pom.root, 'build'), name)[0],
  )
  return interpolate(stated ?? element.find((found) => found !== undefined)?.text, pom)
}

const usualName = ['artifactId', 'version'].map((name) => `\${project.${name}}`).join('-')

function artifactOf(pom: Pom, ending: string): string {
  const name = interpolate(textAt(pom.root, 'build', 'finalName') ?? usualName, pom) ?? ''
  return /^[\w.+-]{1,200}$/.test(name) ? `target/${name}.${ending}` : `target/*.${ending}`
}

function startOf(dependencies: ReadonlyMap<string, Evidence>, packaging: string, artifact: string): string | undefined {
  if (dependencies.has('plugin:quarkus-maven-plugin')) return 'java -jar target/quarkus-app/quarkus-run.jar'
  if (packaging === 'jar' || packaging === 'quarkus') return `java -jar ${artifact}`
  const isBootable = dependencies.has('plugin:spring-boot-maven-plugin') || dependencies.has('plugin:jetty-runner')
  return packaging === 'war' && isBootable ? `java -jar ${artifact}` : undefined
}

/** A module is built from its outermost parent, which builds the modules that it needs first. */
function buildCommandOf(pom: Pom, folder: Folder, repository: Repository): string {
  const top = aggregatorOf(pom)
  const home = top === undefined ? folder : repository.folders.get(top.folder)
  const maven = home?.files.has('mvnw') ? './mvnw' : 'mvn'
  const module = top === undefined ? '' : ` -pl ${relativeTo(top.folder, pom.folder)} -am`
  return `${maven} -B -DskipTests${module} package`
}

function aggregatorOf(pom: Pom): Pom | undefined {
  return pom.parents.findLast((parent) => modulesOf(parent).length > 0)
}

/** Maven reads the pom of every module before it builds one of them. */
function siblingPoms(pom: Pom, repository: Repository): string[] {
  const queue = [aggregatorOf(pom)]
  const found = new Set<string>()
  for (const parent of queue) {
    for (const { text } of parent === undefined ? [] : modulesOf(parent)) {
      const module = readPom(joinPath(parent?.folder ?? '.', text), repository)
      if (module === undefined || found.has(module.path) || found.size >= siblingsLimit) continue
      found.add(module.path)
      queue.push(module)
    }
  }
  return [...found].filter((path) => path !== pom.path)
}
