// C#, F# and Visual Basic on .NET.
import type { Sign } from '../claim.ts'
import { joinPath, relativeTo } from '../paths.ts'
import { defined, stringAt } from '../reading/data.ts'
import { elementsBelow } from '../reading/xml.ts'
import { apart, type Said, said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Because, Evidence } from '../topology.ts'
import { readAspire } from './dotnet/aspire.ts'
import { dotnetFrameworks } from './dotnet/frameworks.ts'
import { type DotnetKind, isSolution, kindOf, kindSigns } from './dotnet/kind.ts'
import { readLoose } from './dotnet/loose.ts'
import { type DotnetProject, placeOfProperty, propertyOf, referencedProjects } from './dotnet/model.ts'
import { healthControllers } from './dotnet/routes.ts'
import { addressesIn, healthIn, portIn, readAppSettings, variablesIn } from './dotnet/settings.ts'
import { isRunBySolution, projectIn, soleProjectOf } from './dotnet/solution.ts'
import { dotnetSource } from './dotnet/source.ts'
import type { Language, Project } from './language.ts'
import { existing, readFile } from './manifest.ts'
import { statedIn } from './stated.ts'

export const dotnet: Language = {
  type: 'dotnet',
  title: '.NET',
  marks: [
    '*.csproj',
    '*.fsproj',
    '*.vbproj',
    '*.sln',
    '*.slnx',
    '*.cs',
    '*.runtimeconfig.json',
    'project.json',
    'web.config',
    'Web.config',
  ],
  readProject,
  source: dotnetSource,
  frameworks: dotnetFrameworks,
  port: 8080,
  start: ({ project }) => (typeof project.facts?.run === 'string' ? project.facts.run : undefined),
  build: ({ project }) => (typeof project.facts?.buildCommand === 'string' ? project.facts.buildCommand : undefined),
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const own = projectIn(folder, repository)
  if (own !== undefined) return projectOf(own, folder, repository)
  const sole = repository.folders.get(soleProjectOf(folder.path, repository) ?? '')
  const project = sole && projectIn(sole, repository)
  const solution = [...folder.files].find(isSolution)
  if (project !== undefined && sole !== undefined && solution !== undefined) {
    const inner = projectOf(project, sole, repository)
    const manifest = { path: joinPath(folder.path, solution), line: 1, fact: `${solution} builds ${project.path}` }
    const path = relativeTo(folder.path, project.path)
    const facts = { ...inner.facts, project: path, buildCommand: `dotnet publish ${shellWord(path)} -c Release -o out` }
    return { ...inner, manifest, facts, signs: inner.signs.filter(({ weight }) => weight > 0) }
  }
  if (solution !== undefined) return solutionProject(joinPath(folder.path, solution))
  return looseProject(folder, repository)
}

function solutionProject(path: string): Project {
  const manifest = { path, line: 1, fact: 'a solution' }
  const sign = { path, line: 1, fact: 'gathers projects', weight: -0.9, role: 'workspace_root' as const }
  return { manifest, packageManager: 'nuget', dependencies: new Map(), entries: [], signs: [sign] }
}

function looseProject(folder: Folder, repository: Repository): Project | undefined {
  const program = readLoose(folder, repository)
  if (program === undefined) return undefined
  const { manifest, packages, entries, start, version } = program
  const values = apart({ version, port: portIn(readAppSettings(folder, repository)) })
  return {
    manifest,
    ...values,
    because: withUsualPort(values.because),
    packageManager: 'nuget',
    dependencies: packages,
    entries,
    signs: entries.length === 0 ? [{ ...manifest, fact: 'is ready to run', weight: 0.25 }] : [],
    usualPort: usualPort(version?.value),
    facts: defined({ run: start }),
  }
}

/** Where the projects that it is built from state a server's settings, its port among them. */
function settingsFiles(references: readonly DotnetProject[], { folders }: Repository): string[] {
  const files = references.flatMap(({ folder }) => {
    const home = folders.get(folder)
    const inside = [...(home?.folders ?? [])].sort().flatMap((name) => folders.get(joinPath(folder, name)) ?? [])
    return [...(home === undefined ? [] : [home]), ...inside].flatMap((place) =>
      [...place.files]
        .filter((name) => settingsName.test(name))
        .sort()
        .map((name) => joinPath(place.path, name)),
    )
  })
  return files.slice(0, settingsFilesLimit)
}
const settingsName = /^(?:Network|Server|Http|Web|Host)\w{0,30}(?:Configuration|Settings|Options|Defaults|Constants)\.cs$/
const settingsFilesLimit = 4

function projectOf(project: DotnetProject, folder: Folder, repository: Repository): Project {
  const kind = kindOf(project, folder)
  const entries = entriesOf(folder, kind)
  const settings = readAppSettings(folder, repository)
  const version = versionOf(project, folder, repository)
  const values = apart({ version, port: portIn(settings), health: healthIn(entries, repository) })
  const references = referencedProjects(project, repository)
  const assembly = propertyOf(project, 'AssemblyName') ?? project.name
  return {
    name: project.name,
    manifest: project.manifest,
    ...values,
    because: withUsualPort(values.because),
    packageManager: 'nuget',
    dependencies: dependenciesOf(project, { references, entries, folder, repository, kind }),
    versions: project.versions,
    entries: entries.length === 0 ? entries : [...entries, ...settingsFiles(references, repository)],
    routeFiles: existing(entries.length === 0 ? [] : healthControllers, folder, repository),
    signs: [
      ...kindSigns(kind, project),
      ...buildSigns(project, entries, repository),
      ...(isRunBySolution(folder.path, repository) ? [runByRoot(project)] : []),
    ],
    usualPort: usualPort(version?.value),
    environment: variablesIn(entries, settings, repository),
    addresses: addressesIn(settings),
    reads: [...project.reads, ...references.map(({ folder: path }) => path)].filter((path) => path !== folder.path),
    facts: {
      ...defined({ run: kind === 'wasm' || kind === 'library' ? undefined : `dotnet ${assembly}.dll` }),
      buildCommand: `dotnet publish ${shellWord(relativeTo(folder.path, project.path))} -c Release -o out`,
      project: relativeTo(folder.path, project.path),
      usesWeb: isWeb(project, references),
      ...(project.isOld ? { isOld: true } : {}),
      assembly,
      kind,
      ...(kind === 'host' ? { ...readAspire(entries, repository) } : {}),
    },
  }
}

/** A program that builds the others. */
function buildSigns({ packages, manifest }: DotnetProject, entries: readonly string[], { read }: Repository): Sign[] {
  const listed = [...packages].find(([name]) => builders.test(name))?.[1]
  const opened = entries.some((path) =>
    /^(?:open|using)\s{1,4}(?:Fake\.Core|Nuke\.Common|Cake\.(?:Core|Frosting))\b/m.test(read.text(path) ?? ''),
  )
  if (listed === undefined && !opened) return []
  return [{ ...(listed ?? manifest), fact: 'builds the others', weight: -0.8, role: 'tooling' }]
}

const builders = /^(?:Fake\.Core\.\w{1,40}|Nuke\.Common|Cake\.Frosting|Bullseye|FAKE)$/

/** Whether it needs the runtime of ASP.NET beside that of .NET. */
function isWeb(project: DotnetProject, references: readonly DotnetProject[]): boolean {
  return [project, ...references].some(({ sdks, packages }) => {
    const names = [...sdks, ...packages.keys()]
    return names.some((name) => /^(?:sdk:)?Microsoft\.(?:NET\.Sdk\.(?:Web|Razor)|AspNetCore\b)/.test(name))
  })
}

/** A name for a command that a person may paste into a shell. */
function shellWord(name: string): string {
  return /^[\w./@:+-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`
}

function runByRoot({ manifest }: DotnetProject): Sign {
  return { ...manifest, fact: 'is run from the folder of its solution', weight: -0.9, role: 'library' }
}

/** Where the program begins; a library has such files by chance only. */
function entriesOf(folder: Folder, kind: DotnetKind): string[] {
  if (kind === 'library' || kind === 'tests' || kind === 'client' || kind === 'empty') return []
  const usual = [
    'Program.cs',
    'program.cs',
    'Program.fs',
    'Program.vb',
    'AppHost.cs',
    'Main.cs',
    'Main.fs',
    'App.fs',
    'Startup.cs',
    'Startup.fs',
    'Startup.vb',
  ]
  const found = usual.filter((name) => folder.files.has(name))
  const others = [...folder.files].filter((name) => /\.(?:cs|fs|vb)$/.test(name)).sort()
  return (found.length > 0 ? found : others.slice(0, 3)).map((name) => joinPath(folder.path, name))
}

interface DependencyInput {
  readonly references: readonly DotnetProject[]
  readonly entries: readonly string[]
  readonly folder: Folder
  readonly repository: Repository
  readonly kind: DotnetKind
}

/** Packages of the project and of the projects that it is built from; what those are built with says nothing of the program. */
function dependenciesOf(project: DotnetProject, { references, entries, folder, repository, kind }: DependencyInput): Map<string, Evidence> {
  const found = new Map<string, Evidence>(project.packages)
  if (project.isOld) {
    if (kind === 'web') found.set('uses:aspnet', { ...project.manifest, fact: 'is a web application of the .NET Framework' })
    for (const [name, evidence] of oldPackages(folder, repository)) found.set(name, evidence)
  }
  const isBlazor = entries.some((path) =>
    /\b(?:AddServerSideBlazor|MapBlazorHub|AddInteractiveServerComponents|MapRazorComponents)\b/.test(repository.read.text(path) ?? ''),
  )
  if (isBlazor) found.set('uses:blazor', { ...project.manifest, fact: 'renders Razor components' })
  for (const { packages } of references)
    for (const [name, evidence] of packages)
      if (!name.startsWith('sdk:') && !name.startsWith('Microsoft.AspNetCore') && !found.has(name)) found.set(name, evidence)
  return found
}

function oldPackages(folder: Folder, repository: Repository): [string, Evidence][] {
  const path = joinPath(folder.path, 'packages.config')
  const root = folder.files.has('packages.config') ? repository.read.xml(path)?.root : undefined
  return elementsBelow(root, 'package').flatMap(({ attributes, line }): [string, Evidence][] => {
    const name = stringAt(attributes, 'id')
    return name === undefined ? [] : [[name, { path, line, fact: `references ${name}` }]]
  })
}

/** `net8.0` and `netcoreapp3.1` as images of runtimes are tagged; the newest of several; else what global.json asks for. */
function versionOf(project: DotnetProject, folder: Folder, repository: Repository): Said<string> | undefined {
  const names = ['TargetFramework', 'TargetFrameworks', 'TargetFrameworkVersion']
  const targets = names.map((name) => propertyOf(project, name) ?? '').join(';')
  const versions = [...targets.matchAll(/(?:net|netcoreapp|^;;v)(\d{1,2}\.\d)/g)].map(([, version = '']) => version)
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0]
  const name = newest && names.find((one) => propertyOf(project, one)?.includes(newest))
  if (name !== undefined) return said(newest, placeOfProperty(project, name) ?? project.manifest)
  if (!folder.files.has('global.json')) return undefined
  return statedIn(
    readFile('global.json', folder, repository),
    /"sdk"\s{0,20}:\s{0,20}\{[^{}]{0,400}?"version"\s{0,20}:\s{0,20}"(\d{1,2}\.\d)/,
  )
}

/** The version decides where an image listens. */
function withUsualPort(because: Because): Because {
  return because.port === undefined && because.version !== undefined ? { ...because, port: because.version } : because
}

/** Images of .NET listen on 8080 since its version 8, and on 80 before. */
function usualPort(version: string | undefined): number {
  return version !== undefined && Number(version) < 8 ? 80 : 8080
}
