// The Dockerfiles for .NET, whole. `vitest run test/templates/golden-dotnet.test.ts --update` writes them again.
import { describe, expect, test } from 'vitest'
import { detected } from './support/detected.ts'
import { render } from './support/images.ts'
import { filesOf } from './support/services.ts'

const project = (sdk: string, framework: string, inner = '') =>
  `<Project Sdk="${sdk}"><PropertyGroup><TargetFramework>${framework}</TargetFramework></PropertyGroup>${inner}</Project>\n`

const program = 'var app = WebApplication.Create(args);\napp.MapGet("/healthz", () => "ok");\napp.Run();\n'
const reference = '<ItemGroup><ProjectReference Include="..\\Words\\Words.csproj" /></ItemGroup>'

interface Case {
  readonly name: string
  readonly at: string
  readonly files: Readonly<Record<string, string>>
  readonly sent: readonly string[]
}

const cases: readonly Case[] = [
  {
    name: 'dotnet-solution',
    at: 'src/Shop',
    files: {
      'Shop.sln': 'Microsoft Visual Studio Solution File',
      'global.json': '{"sdk": {"version": "8.0.100"}}\n',
      'Directory.Build.props': '<Project><PropertyGroup><Nullable>enable</Nullable></PropertyGroup></Project>\n',
      'src/Shop/Shop.csproj': project('Microsoft.NET.Sdk.Web', 'net8.0', reference),
      'src/Shop/packages.lock.json': '{"version": 1, "dependencies": {}}\n',
      'src/Shop/Program.cs': program,
      'src/Words/Words.csproj': project('Microsoft.NET.Sdk', 'net8.0'),
      'src/Words/Words.cs': 'public class Words {}\n',
    },
    sent: [
      'Directory.Build.props',
      'src/Shop/Program.cs',
      'src/Shop/Shop.csproj',
      'src/Shop/packages.lock.json',
      'src/Words/Words.cs',
      'src/Words/Words.csproj',
    ],
  },
  {
    name: 'dotnet-old-port',
    at: '.',
    files: { 'Shop.fsproj': project('Microsoft.NET.Sdk.Web', 'net6.0'), 'Program.fs': 'WebApplication.CreateBuilder().Build().Run()\n' },
    sent: ['Program.fs', 'Shop.fsproj'],
  },
  {
    name: 'dotnet-worker',
    at: '.',
    files: {
      'Queue.csproj': project('Microsoft.NET.Sdk.Worker', 'net9.0'),
      'Program.cs': 'Host.CreateApplicationBuilder(args).Build().Run();\n',
    },
    sent: ['Program.cs', 'Queue.csproj'],
  },
  {
    name: 'dotnet-file',
    at: '.',
    files: { 'app.cs': `#:sdk Microsoft.NET.Sdk.Web\n${program}` },
    sent: ['app.cs'],
  },
]

describe('.NET', () => {
  test.each(cases)('$name', async ({ name, at, files, sent }) => {
    const tree = filesOf(files)
    const rendered = render({ ...detected(tree, at), name }, tree)
    expect(rendered.files.filter((path) => !/\.sln$|global\.json$/.test(path))).toEqual(sent)
    await expect(rendered.dockerfile).toMatchFileSnapshot(`golden/${name}.Dockerfile`)
  })
})
