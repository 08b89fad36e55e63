// .NET without a project file: programs of one file, websites of the old framework, and what somebody published.
import { ancestorsOf, joinPath } from '../../paths.ts'
import { field, isData, stringAt } from '../../reading/data.ts'
import { elementAt, elementsBelow } from '../../reading/xml.ts'
import { type Said, said } from '../../reasons.ts'
import type { Folder, Repository } from '../../repository.ts'
import type { Evidence } from '../../topology.ts'
import { allMatches, evidenceAt } from '../script.ts'
import { statedIn } from '../stated.ts'
import { projectFile } from './model.ts'

export interface LooseProgram {
  readonly manifest: Evidence
  readonly packages: Map<string, Evidence>
  readonly entries: readonly string[]
  readonly start?: string | undefined
  readonly version?: Said<string> | undefined
}

/** Files of a folder without a project that are read to find a program. */
const filesLimit = 5

export function readLoose(folder: Folder, repository: Repository): LooseProgram | undefined {
  if (isInProject(folder.path, repository)) return undefined
  return (
    readFileApp(folder, repository) ??
    readPublished(folder, repository) ??
    readProjectJson(folder, repository) ??
    readWebsite(folder, repository)
  )
}

/** `#:sdk`, `#:package` and `#:property` lines, or `#!/usr/bin/env dotnet`, make a file a program. */
function readFileApp(folder: Folder, repository: Repository): LooseProgram | undefined {
  const names = [...folder.files].filter((name) => name.endsWith('.cs')).sort()
  for (const name of names.length > filesLimit ? [] : names) {
    const path = joinPath(folder.path, name)
    const text = repository.read.text(path)?.slice(0, 16_384) ?? ''
    const directives = allMatches(text, /^#:(sdk|package|property|project)[ \t]{1,8}([\w.]{1,100})/gm)
    if (directives.length === 0 && !/^#!.{0,100}\bdotnet\b/.test(text)) continue
    const packages = new Map<string, Evidence>()
    for (const {
      groups: [kind, value],
      offset,
    } of directives)
      packages.set(kind === 'sdk' ? `sdk:${value}` : `${value}`, evidenceAt({ path, text }, offset, `names ${value}`))
    const manifest = { path, line: 1, fact: 'a program of one file' }
    const stated = statedIn({ path, text }, /^#:property[ \t]{1,8}TargetFramework[ =]{1,8}net(\d{1,2}\.\d)/m)
    const version = stated ?? said('10.0', { ...manifest, fact: 'the first .NET that runs a single file' })
    return { manifest, packages, entries: [path], start: `dotnet run ${name}`, version }
  }
  return undefined
}

function readPublished(folder: Folder, repository: Repository): LooseProgram | undefined {
  const name = [...folder.files].find((file) => file.endsWith('.runtimeconfig.json'))
  const assembly = name?.replace(/\.runtimeconfig\.json$/, '.dll')
  if (
    name === undefined ||
    assembly === undefined ||
    !folder.files.has(assembly) ||
    /(?:^|\/)(?:bin|obj|debug|release)(?:\/|$)/i.test(folder.path)
  )
    return undefined
  const path = joinPath(folder.path, name)
  const data = repository.read.json(path)?.data
  const options = field(data, 'runtimeOptions')
  const listed = field(options, 'frameworks')
  const frameworks = [...(Array.isArray(listed) ? listed : []), field(options, 'framework')].flatMap((one) => stringAt(one, 'name') ?? [])
  const isWeb = frameworks.some((one) => one.startsWith('Microsoft.AspNetCore')) || folder.files.has('web.config')
  const manifest = { path, line: 1, fact: 'a published program' }
  return {
    manifest,
    packages: new Map<string, Evidence>(isWeb ? [['Microsoft.AspNetCore.App', manifest]] : []),
    entries: [],
    start: `dotnet ${assembly}`,
    version: statedIn({ path, text: repository.read.text(path) ?? '' }, /"tfm"\s{0,20}:\s{0,20}"net(?:coreapp)?(\d{1,2}\.\d)/),
  }
}

/** The project format of the first previews of .NET Core; other tools use the name for files of their own. */
function readProjectJson(folder: Folder, repository: Repository): LooseProgram | undefined {
  const path = joinPath(folder.path, 'project.json')
  const data = folder.files.has('project.json') ? repository.read.json(path)?.data : undefined
  const hasSource = [...folder.files].some((name) => /\.(?:cs|xproj)$/.test(name))
  if (!isData(field(data, 'frameworks')) || !hasSource) return undefined
  const dependencies = field(data, 'dependencies')
  const packages = new Map<string, Evidence>(
    Object.keys(isData(dependencies) ? dependencies : {})
      .slice(0, 200)
      .map((name) => [name, { path, line: 1, fact: `references ${name}` }]),
  )
  const entries = ['Program.cs', 'Startup.cs'].filter((name) => folder.files.has(name)).map((name) => joinPath(folder.path, name))
  return { manifest: { path, line: 1, fact: 'project.json' }, packages, entries, start: 'dotnet run' }
}

/** A website of ASP.NET: pages beside a Web.config, compiled by the server. */
function readWebsite(folder: Folder, repository: Repository): LooseProgram | undefined {
  const name = [...folder.files].find((file) => /^web\.config$/i.test(file))
  const hasPages = [...folder.files].some((file) => /\.(?:aspx|ashx|asmx|cshtml|asax|dll)$/i.test(file))
  if (name === undefined) return undefined
  const path = joinPath(folder.path, name)
  const root = repository.read.xml(path)?.root
  const process = elementsBelow(root, 'aspNetCore')[0]
  if (process === undefined && (!hasPages || elementAt(root, 'system.web') === undefined)) return undefined
  const manifest = { path, line: process?.line ?? 1, fact: process === undefined ? 'a website of ASP.NET' : 'a published web application' }
  return { manifest, packages: new Map([['uses:aspnet', manifest]]), entries: [] }
}

/** Whether a project file lies in the folder or above, or published files lie in the output of one. */
function isInProject(path: string, repository: Repository): boolean {
  return [path, ...ancestorsOf(path)].some((place) =>
    [...(repository.folders.get(place)?.files ?? [])].some((name) => projectFile.test(name)),
  )
}
