// Clojure: Leiningen's project.clj, the command line tools' deps.edn, and boot.
import { joinPath } from '../../paths.ts'
import { asPort } from '../../reading/data.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import { allMatches, evidenceAt, readScript, type Script } from '../script.ts'
import { readAs, statedIn } from '../stated.ts'
import { type JavaBuild, noteArtifact, runsWeights } from './build.ts'

const sourceFolders = ['src', 'src/clj', 'src/main/clojure', 'src/main/clj', 'src/main', 'src/cljc']

export function readClojure(folder: Folder, repository: Repository): JavaBuild | undefined {
  return readLeiningen(folder, repository) ?? readDeps(folder, repository) ?? readBoot(folder, repository)
}

function readLeiningen(folder: Folder, repository: Repository): JavaBuild | undefined {
  const script = scriptNamed('project.clj', folder, repository)
  if (script === undefined) return undefined
  const name = /\(defproject\s{1,8}(?:[\w.-]{1,100}\/)?([\w.-]{1,100})/.exec(script.text)?.[1]
  const main = allMatches(script.text, /:main\s{1,8}(?:\^\S{1,40}\s{1,8}){0,2}([\w.*+!?<>=-]{1,200})/g)[0]
  const ring = allMatches(script.text, /:ring\s{0,8}\{/g)[0]
  const jar = /:uberjar-name\s{1,8}"([\w.-]{1,100})"/.exec(script.text)?.[1]
  const target = /:target-path\s{1,8}"target\/%s\/?"/.test(script.text) ? 'target/uberjar' : 'target'
  const runs = ring && { ...evidenceAt(script, ring.offset, 'is served by ring'), weight: runsWeights.server }
  const mainFact = main && { ...evidenceAt(script, main.offset, `begins in ${main.groups[0]}`), weight: runsWeights.program }
  return {
    manager: 'leiningen',
    manifest: { path: script.path, line: 1, fact: name === undefined ? 'project.clj' : `project ${name}` },
    name,
    dependencies: artifactsIn(script),
    packaging: 'jar',
    runs: runs ?? mainFact,
    mainClass: main?.groups[0],
    start: main === undefined && ring !== undefined ? 'lein ring server-headless' : `java -jar ${target}/${jar ?? '*-standalone.jar'}`,
    buildCommand: main === undefined && ring !== undefined ? 'lein ring uberjar' : 'lein uberjar',
    port: readAs(statedIn(script, /:ring\s{0,8}\{[^}]{0,300}:port\s{1,8}(\d{2,5})/), asPort),
    reads: [],
    sourceFolders,
  }
}

function readDeps(folder: Folder, repository: Repository): JavaBuild | undefined {
  const script = scriptNamed('deps.edn', folder, repository)
  if (script === undefined) return undefined
  const main = allMatches(script.text, /:main-opts\s{1,8}\[[^\]]{0,100}"-m"\s{1,8}"([\w.-]{1,200})"/g)[0]
  const stated =
    /:main-class\s{1,8}"?'?([\w.-]{1,200})/.exec(script.text)?.[1] ??
    /:main\s{1,8}'?([\w.-]{1,200})/.exec(scriptNamed('build.clj', folder, repository)?.text ?? '')?.[1]
  const jar = /:(?:jar|uber-file)\s{1,8}"([\w./-]{1,200}\.jar)"/.exec(script.text)?.[1]
  const mainClass = main?.groups[0] ?? stated
  const hasBuild = folder.files.has('build.clj')
  return {
    manager: 'clojure',
    manifest: { path: script.path, line: 1, fact: 'deps.edn' },
    name: undefined,
    dependencies: artifactsIn(script),
    packaging: 'jar',
    runs: main && { ...evidenceAt(script, main.offset, `begins in ${main.groups[0]}`), weight: runsWeights.program },
    mainClass,
    start:
      jar !== undefined
        ? `java -jar ${jar}`
        : hasBuild
          ? 'java -jar target/*.jar'
          : mainClass === undefined
            ? undefined
            : `clojure -M -m ${mainClass}`,
    buildCommand: hasBuild ? 'clojure -T:build uber' : 'clojure -P',
    reads: [],
    sourceFolders,
  }
}

function readBoot(folder: Folder, repository: Repository): JavaBuild | undefined {
  const script = scriptNamed('build.boot', folder, repository)
  if (script === undefined) return undefined
  return {
    manager: 'boot',
    manifest: { path: script.path, line: 1, fact: 'build.boot' },
    name: undefined,
    dependencies: artifactsIn(script),
    packaging: 'jar',
    mainClass: /:main\s{1,8}'?([\w.-]{1,200})/.exec(script.text)?.[1],
    start: 'java -jar target/project.jar',
    buildCommand: 'boot build',
    reads: [],
    sourceFolders,
  }
}

function scriptNamed(name: string, folder: Folder, repository: Repository): Script | undefined {
  return folder.files.has(name) ? readScript(joinPath(folder.path, name), repository, 'semicolons') : undefined
}

/** `[ring/ring-core "1.9"]` and `ring/ring-core {:mvn/version "1.9"}`. */
function artifactsIn(script: Script): Map<string, Evidence> {
  const dependencies = new Map<string, Evidence>()
  const vectors = allMatches(script.text, /\[(?:([\w.-]{1,100})\/)?([\w.-]{1,100})\s{1,8}"/g)
  const maps = allMatches(script.text, /[\s{](?:([\w.-]{1,100})\/)([\w.$-]{1,100})\s{1,20}\{:(?:mvn|git|local|sha|tag)/g)
  for (const {
    groups: [group, name = ''],
    offset,
  } of [...vectors, ...maps]) {
    const evidence = evidenceAt(script, offset, `depends on ${name}`)
    noteArtifact(dependencies, { group, name, evidence })
    if (group !== undefined) noteArtifact(dependencies, { name: `${group}/${name}`, evidence })
  }
  return dependencies
}
