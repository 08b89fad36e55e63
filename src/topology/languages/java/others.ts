// Build files that are seldom: Maven in other languages, Ant, and Mill.
import { joinPath } from '../../paths.ts'
import { elementsBelow } from '../../reading/xml.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import { allMatches, evidenceAt, readScript } from '../script.ts'
import { readAs, statedIn } from '../stated.ts'
import { type JavaBuild, majorVersion, noteArtifact } from './build.ts'

const polyglotPoms = ['pom.yml', 'pom.yaml', 'pom.groovy', 'pom.scala', 'pom.kts', 'pom.clj', 'pom.rb', 'pom.json', 'pom.atom']

/** Maven's model written in another language says the same words in another order: `artifactId 'x'`, `artifactId: x`. */
export function readPolyglot(folder: Folder, repository: Repository): JavaBuild | undefined {
  const name = polyglotPoms.find((candidate) => folder.files.has(candidate))
  const script = name === undefined ? undefined : readScript(joinPath(folder.path, name), repository)
  if (script === undefined) return undefined
  const dependencies = new Map<string, Evidence>()
  const artifacts = allMatches(
    script.text,
    /\b(?:groupId["']?\s{0,4}[:=]?\s{0,4}["']?([\w.-]{1,100})["']?,?\s{1,40})?["']?artifactId["']?\s{0,4}[:=]?\s{0,4}["']?([\w.-]{1,100})/g,
  )
  const coordinates = allMatches(
    script.text,
    /["']([\w.-]{1,100}):([\w.-]{1,100}):[\w.${}-]{1,60}["']|"([\w.-]{1,100})"\s{0,4}%{1,2}\s{0,4}"([\w.-]{1,100})"/g,
  )
  for (const { groups, offset } of [...artifacts, ...coordinates]) {
    const [group, artifact] = groups[1] === undefined ? [groups[2], groups[3]] : groups
    if (artifact === undefined) continue
    const evidence = evidenceAt(script, offset, `names ${artifact}`)
    noteArtifact(dependencies, { group, name: artifact, evidence })
    if (artifact.endsWith('-plugin') && !dependencies.has(`plugin:${artifact}`)) dependencies.set(`plugin:${artifact}`, evidence)
  }
  const isWar = /\bpackaging["']?\s{0,4}[:=]?\s{0,4}["']?war\b/.test(script.text)
  if (isWar) dependencies.set('packaging:war', evidenceAt(script, 0, 'packaging war'))
  return {
    manager: 'maven',
    manifest: { path: script.path, line: 1, fact: script.path },
    name: artifacts[0]?.groups[1],
    javaVersion: readAs(statedIn(script, /maven\.compiler\.(?:release|target)["']?\s{0,4}[:=]?\s{0,4}["']?([\d.]{1,5})/), majorVersion),
    dependencies,
    packaging: isWar ? 'war' : 'jar',
    mainClass: /\bmain(?:Class|Verticle)["']?\s{0,4}[:=]?\s{0,4}["']?([\w.$]{1,200})/.exec(script.text)?.[1],
    start: isWar ? undefined : 'java -jar target/*.jar',
    buildCommand: `${folder.files.has('mvnw') ? './mvnw' : 'mvn'} -B -DskipTests package`,
    reads: [],
  }
}

export function readAnt(folder: Folder, repository: Repository): JavaBuild | undefined {
  const path = joinPath(folder.path, 'build.xml')
  const root = folder.files.has('build.xml') ? repository.read.xml(path)?.root : undefined
  if (root?.name !== 'project') return undefined
  const [war] = elementsBelow(root, 'war')
  const manifest = { path, line: root.line, fact: 'build.xml' }
  const main = elementsBelow(root, 'attribute').find(({ attributes }) => attributes.name === 'Main-Class')?.attributes.value
  return {
    manager: 'ant',
    manifest,
    name: undefined,
    dependencies: new Map<string, Evidence>(war === undefined ? [] : [['packaging:war', { path, line: war.line, fact: 'packaging war' }]]),
    packaging: war === undefined ? 'jar' : 'war',
    runs: war && { path, line: war.line, fact: 'is packaged as war', weight: 0.45 },
    mainClass: typeof main === 'string' ? main : undefined,
    buildCommand: 'ant',
    reads: [],
    sourceFolders: ['src/main/java', 'src/java', 'src', 'java'],
  }
}

export function readMill(folder: Folder, repository: Repository): JavaBuild | undefined {
  const name = ['build.mill', 'build.sc'].find((candidate) => folder.files.has(candidate))
  const script = name === undefined ? undefined : readScript(joinPath(folder.path, name), repository)
  if (script === undefined) return undefined
  const dependencies = new Map<string, Evidence>()
  for (const {
    groups: [group, artifact = ''],
    offset,
  } of allMatches(script.text, /\b(?:ivy|mvn)"([\w.-]{1,100}):{1,3}([\w.-]{1,100})/g))
    noteArtifact(dependencies, { group, name: artifact, evidence: evidenceAt(script, offset, `depends on ${artifact}`) })
  return {
    manager: 'java',
    manifest: { path: script.path, line: 1, fact: script.path },
    name: undefined,
    dependencies,
    packaging: 'jar',
    mainClass: /\bmainClass\s{0,4}=\s{0,4}Some\s{0,4}\(\s{0,4}"([\w.$]{1,200})"/.exec(script.text)?.[1],
    buildCommand: 'mill __.assembly',
    reads: [],
  }
}
