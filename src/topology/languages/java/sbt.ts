// sbt: build.sbt, project/plugins.sbt and project/Dependencies.scala.
import { joinPath } from '../../paths.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import { allMatches, evidenceAt, readScript, type Script } from '../script.ts'
import { type JavaBuild, noteArtifact, runsWeights } from './build.ts'

export function readSbt(folder: Folder, repository: Repository): JavaBuild | undefined {
  const script = folder.files.has('build.sbt') ? readScript(joinPath(folder.path, 'build.sbt'), repository) : undefined
  if (script === undefined) return undefined
  const scripts = [
    script,
    ...['project/plugins.sbt', 'project/Dependencies.scala', 'project/Build.scala'].flatMap(
      (name) => readScript(joinPath(folder.path, name), repository) ?? [],
    ),
  ]
  const dependencies = new Map<string, Evidence>()
  for (const one of scripts) noteModules(one, dependencies)
  const stated = /\bname\s{0,4}:=\s{0,4}"{1,3}([\w. -]{1,100})"/.exec(script.text)?.[1]
  const name = stated ?? /\bval\s{1,4}(\w{1,60})\s{0,4}=\s{0,4}\(?\s{0,4}project\b/.exec(script.text)?.[1]
  const packaged = enabledPlugin(script)
  const subprojects = allMatches(script.text, /\bfile\s{0,4}\(\s{0,4}"([\w./-]{1,200})"\s{0,4}\)/g).flatMap(({ groups: [path] }) =>
    path === undefined || path === '.' ? [] : path,
  )
  return {
    manager: 'sbt',
    manifest: { path: script.path, line: 1, fact: name === undefined ? 'build.sbt' : `project ${name}` },
    name,
    dependencies,
    packaging: 'jar',
    runs: packaged && { ...packaged, weight: /Play|Lagom/.test(packaged.fact) ? runsWeights.server : runsWeights.program },
    mainClass: /\bmainClass\b[^\n]{0,60}?:=\s{0,4}Some\s{0,4}\(\s{0,4}"([\w.$]{1,200})"/.exec(script.text)?.[1],
    start: name !== undefined && packaged !== undefined ? startOf(script, name) : 'sbt run',
    buildCommand: packaged !== undefined ? 'sbt stage' : dependencies.has('sbt-assembly') ? 'sbt assembly' : 'sbt compile',
    reads: [],
    sourceFolders: [
      'src/main/scala',
      'src/main/java',
      'app',
      'src',
      ...subprojects.slice(0, 8).flatMap((path) => [`${path}/src/main/scala`, `${path}/app`]),
    ],
  }
}

function enabledPlugin(script: Script): Evidence | undefined {
  const found = allMatches(script.text, /\benablePlugins\s{0,4}\(([^)\n]{1,300})\)/g).find(({ groups: [names = ''] }) =>
    /App|Play|Docker|Lagom|Server/.test(names),
  )
  return found && evidenceAt(script, found.offset, `is packaged by ${found.groups[0]?.trim()}`)
}

function noteModules(script: Script, dependencies: Map<string, Evidence>): void {
  const modules = allMatches(
    script.text,
    /"([\w.-]{1,100})"\s{0,8}%{1,3}\s{0,8}"([\w.-]{1,100})"(\s{0,8}%\s{0,8}["\w.$-]{1,60}(?:\s{0,8}%\s{0,8}"?(?:test|Test|it)\b)?)?/g,
  )
  for (const {
    groups: [group, name = '', rest = ''],
    offset,
  } of modules)
    if (!/%\s{0,8}"?(?:test|Test|it)\b/.test(rest))
      noteArtifact(dependencies, { group, name, evidence: evidenceAt(script, offset, `depends on ${name}`) })
  for (const {
    groups: [plugin = ''],
    offset,
  } of allMatches(
    script.text,
    /\b(PlayScala|PlayJava|PlayService|PlayMinimalJava|JavaAppPackaging|JavaServerAppPackaging|LagomScala|LagomJava|AkkaGrpcPlugin|JettyPlugin|TomcatPlugin|GraalVMNativeImagePlugin)\b/g,
  ))
    if (!dependencies.has(`plugin:${plugin}`)) dependencies.set(`plugin:${plugin}`, evidenceAt(script, offset, `enables ${plugin}`))
}

function startOf(script: Script, name: string): string {
  const stated = /\bexecutableScriptName\s{0,4}:=\s{0,4}"([\w.-]{1,100})"/.exec(script.text)?.[1]
  return `target/universal/stage/bin/${stated ?? name.toLowerCase().replace(/[^\w-]{1,20}/g, '-')}`
}
