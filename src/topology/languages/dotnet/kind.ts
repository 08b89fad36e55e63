// What a project makes: a program or a library, for whom, and what speaks against a service.
import type { Sign } from '../../claim.ts'
import { baseName } from '../../paths.ts'
import type { Folder } from '../../repository.ts'
import { type DotnetProject, propertyOf } from './model.ts'

const webSdks = new Set([
  'Microsoft.NET.Sdk.Web',
  'Microsoft.NET.Sdk.Worker',
  'Microsoft.NET.Sdk.BlazorWebAssembly',
  'Aspire.AppHost.Sdk',
  'Microsoft.Docker.Sdk',
])
const testPackages =
  /^(?:Microsoft\.NET\.Test\.Sdk|xunit(?:\.v3)?|xunit\.core|NUnit|NUnit3TestAdapter|MSTest(?:\.TestFramework|\.TestAdapter)?|TUnit|Expecto|BenchmarkDotNet)$/i
const testNames =
  /(?:^|[._-])(?:(?:unit|functional|integration|acceptance|e2e|ui|load|performance|api)?tests?|specs?|benchmarks?)$|(?:Unit|Functional|Integration)?Tests$/i

const webPackages = /^Microsoft\.AspNetCore(?:\.All|\.App|\.Server\.Kestrel|\.Hosting)?$/

/** Project types of Visual Studio that are web applications. */
const webTypes = /349c5851-65df-11da-9384-00065b846f21|e24c65dc-7377-472b-9aba-bc803b73c61a|603c0e0b-db56-11dc-be95-000d561079b0/i

export type DotnetKind = 'web' | 'worker' | 'wasm' | 'host' | 'functions' | 'program' | 'library' | 'client' | 'tests' | 'tool' | 'empty'

export function kindOf(project: DotnetProject, folder: Folder): DotnetKind {
  return specialKind(project, folder) ?? programKind(project, folder)
}

/** What a project is whatever it compiles to. */
function specialKind(project: DotnetProject, folder: Folder): DotnetKind | undefined {
  const { packages, sdks, isOld } = project
  const is = (name: string) => propertyOf(project, name)?.toLowerCase() === 'true'
  const isHost = packages.has('Aspire.Hosting.AppHost') || sdks.includes('Aspire.AppHost.Sdk') || is('IsAspireHost')
  const isFunctions = propertyOf(project, 'AzureFunctionsVersion') !== undefined || packages.has('Microsoft.NET.Sdk.Functions')
  const isOldWeb = isOld && (webTypes.test(propertyOf(project, 'ProjectTypeGuids') ?? '') || hasWebConfig(folder))
  const rows: readonly (readonly [DotnetKind, boolean])[] = [
    ['tests', isTest(project) || is('IsTestProject')],
    ['host', isHost],
    ['client', isClient(project, is)],
    ['wasm', sdks.includes('Microsoft.NET.Sdk.BlazorWebAssembly')],
    ['functions', isFunctions],
    ['web', isOldWeb],
    ['tool', is('PackAsTool')],
  ]
  return rows.find(([, holds]) => holds)?.[0]
}

function programKind(project: DotnetProject, folder: Folder): DotnetKind {
  const { packages, sdks } = project
  const output = propertyOf(project, 'OutputType')?.toLowerCase()
  const isExe = output === 'exe' || output === 'winexe' || (output === undefined && sdks.some((sdk) => webSdks.has(sdk)))
  if (!isExe) return hasSource(folder) || output === 'library' ? 'library' : 'empty'
  if (sdks.includes('Microsoft.NET.Sdk.Worker')) return 'worker'
  return sdks.includes('Microsoft.NET.Sdk.Web') || [...packages.keys()].some((name) => webPackages.test(name)) ? 'web' : 'program'
}

function isTest({ packages, sdks, name }: DotnetProject): boolean {
  return (
    sdks.includes('MSTest.Sdk') ||
    [...packages.keys()].some((key) => testPackages.test(key)) ||
    (testNames.test(name) && !sdks.includes('Microsoft.NET.Sdk.Web'))
  )
}

function isClient(project: DotnetProject, is: (name: string) => boolean): boolean {
  const targets = `${propertyOf(project, 'TargetFramework') ?? ''};${propertyOf(project, 'TargetFrameworks') ?? ''}`
  const isDesktop = is('UseWPF') || is('UseWindowsForms') || is('UseMaui') || is('UseWinUI') || is('MonoAndroid')
  const isDevice =
    /-(?:android|ios|maccatalyst|tizen|browserwasm)/i.test(targets) && !/(?:^|;)\s{0,20}net\d{1,2}\.0\s{0,20}(?:;|$)/i.test(targets)
  return (
    isDesktop ||
    isDevice ||
    [...project.packages.keys()].some((name) =>
      /^(?:Avalonia(?:\.Desktop)?|Xamarin\.Forms|Uno\.WinUI|System\.Windows\.Forms|PresentationFramework)$/.test(name),
    )
  )
}

function hasWebConfig(folder: Folder): boolean {
  return [...folder.files].some((name) => /^(?:web\.config|global\.asax)$/i.test(name))
}

/** Sources beside the project or in folders of its own. */
function hasSource(folder: Folder): boolean {
  const isOwn = (name: string) => !/^(?:bin|obj|properties|\..{0,100})$/i.test(name)
  return [...folder.files].some((name) => /\.(?:cs|fs|vb)$/.test(name)) || [...folder.folders].some(isOwn)
}

/** For and against a service, by what the project makes. */
export function kindSigns(kind: DotnetKind, project: DotnetProject): Sign[] {
  const { manifest, packages } = project
  const sdk = packages.get('sdk:Microsoft.NET.Sdk')
  switch (kind) {
    case 'tests':
      return [{ ...manifest, fact: 'holds tests', weight: -0.9, role: 'tests' }]
    case 'client':
      return [{ ...manifest, fact: 'is a program for desktops or phones', weight: -0.9, role: 'unknown' }]
    case 'tool':
      return [{ ...manifest, fact: 'is packed as a tool', weight: -0.6, role: 'tooling' }]
    case 'library':
      return [{ ...manifest, fact: 'has no program: it makes a library', weight: -0.9, role: 'library' }]
    case 'host':
      return [{ ...manifest, fact: 'starts the other projects on the machine of a developer', weight: -0.6, role: 'tooling' }]
    case 'program':
      return [{ ...manifest, fact: 'makes a program', weight: 0.1 }]
    case 'empty':
      return sdk === undefined ? [] : [{ ...sdk, weight: 0.2 }]
    default:
      return []
  }
}

export function isRunnable(kind: DotnetKind): boolean {
  return kind === 'web' || kind === 'worker' || kind === 'functions' || kind === 'program' || kind === 'wasm'
}

export function isSolution(name: string): boolean {
  return /\.slnx?$/.test(baseName(name))
}
