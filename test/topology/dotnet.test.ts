import { describe, expect, test } from 'vitest'
import { analyzeFiles, json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

const webProgram =
  'var builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\napp.MapGet("/", () => "x");\napp.Run();\n'
const consoleProgram = 'Console.WriteLine("x");\n'

interface ProjectText {
  readonly sdk?: string
  readonly properties?: Readonly<Record<string, string>>
  readonly packages?: readonly string[]
  readonly references?: readonly string[]
}

function project({
  sdk = 'Microsoft.NET.Sdk.Web',
  properties = { TargetFramework: 'net8.0' },
  packages = [],
  references = [],
}: ProjectText = {}): string {
  return `<Project Sdk="${sdk}">
  <PropertyGroup>${Object.entries(properties)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')}</PropertyGroup>
  <ItemGroup>
${packages.map((name) => `    <PackageReference Include="${name}" Version="1.0" />\n`).join('')}${references.map((path) => `    <ProjectReference Include="${path}" />\n`).join('')}  </ItemGroup>
</Project>
`
}

describe('a project of ASP.NET', () => {
  test('is a service with its port, health, version and variables', () => {
    const service = serviceNamed(
      {
        'Shop.csproj': project({ packages: ['Npgsql'] }),
        'Program.cs': `${webProgram}builder.Configuration.GetConnectionString("Shop");\nvar url = builder.Configuration["Catalog:Url"] ?? "x";\nvar key = Environment.GetEnvironmentVariable("API_KEY");\napp.MapHealthChecks("/hc");\n`,
        'appsettings.json':
          '{\n  // a comment\n  "Catalog": {"Url": "http://catalog:5101"},\n  "Kestrel": {"Endpoints": {"Http": {"Url": "http://*:7005"}}},\n}\n',
        'Properties/launchSettings.json': json({ profiles: { x: { applicationUrl: 'http://localhost:5999' } } }),
      },
      'shop',
    )
    expect(service).toMatchObject({
      path: '.',
      type: 'dotnet',
      framework: 'aspnet',
      version: '8.0',
      packageManager: 'nuget',
      start: 'dotnet Shop.dll',
      buildCommand: 'dotnet publish Shop.csproj -c Release -o out',
      port: 7005,
      health: { kind: 'http', path: '/hc' },
      environment: [
        { name: 'API_KEY', required: true },
        { name: 'Catalog__Url', required: false },
        { name: 'ConnectionStrings__Shop', required: true },
      ],
      facts: { entry: 'Program.cs', assembly: 'Shop', kind: 'web', project: 'Shop.csproj', usesWeb: true },
    })
    expect(service.confidence).toBeGreaterThanOrEqual(0.7)
    expect(service.evidence).toContainEqual({ path: 'Shop.csproj', line: 1, fact: 'is built with Microsoft.NET.Sdk.Web', weight: 0.45 })
  })

  test.each([
    ['the port of its image since version 8', {}, ':8080'],
    ['the port of its image before version 8', { 'a.csproj': project({ properties: { TargetFramework: 'net6.0' } }) }, ':80 '],
    ['the newest of its targets', { 'a.csproj': project({ properties: { TargetFrameworks: '\n net6.0;\n net9.0\n' } }) }, ':8080'],
    [
      'what it inherits from above',
      {
        'Directory.Build.props': '<Project><PropertyGroup><Old>net7.0</Old></PropertyGroup></Project>',
        'a.csproj': project({ properties: { TargetFramework: '$(Old)' } }),
      },
      ':80 ',
    ],
    ['what its source says', { 'Program.cs': `${webProgram}app.Urls.Add("http://+:5055");` }, ':5055'],
    ['what its settings say', { 'appsettings.json': json({ Urls: 'http://*:5056' }) }, ':5056'],
    [
      'what its production settings say',
      { 'appsettings.json': json({ Urls: 'http://*:5056' }), 'appsettings.Production.json': json({ Urls: 'http://*:5057' }) },
      ':5057',
    ],
    ['its variable’s default', { 'Program.cs': `${webProgram}var port = Environment.GetEnvironmentVariable("PORT") ?? "5058";` }, ':5058'],
  ])('listens on %s', (_, files, port) => {
    expect(servicesIn({ 'a.csproj': project(), 'Program.cs': webProgram, ...files })[0]).toContain(`dotnet/aspnet ${port}`)
  })

  test.each([
    [
      'giraffe',
      { 'a.fsproj': project({ packages: ['Giraffe'] }), 'Program.fs': '[<EntryPoint>]\nlet main _ = 0\n' },
      'dotnet/giraffe :8080',
    ],
    ['blazor', { 'a.csproj': project(), 'Program.cs': `${webProgram}app.MapBlazorHub();` }, 'dotnet/blazor :8080'],
    [
      'worker',
      {
        'a.csproj': project({ sdk: 'Microsoft.NET.Sdk.Worker' }),
        'Program.cs': 'Host.CreateApplicationBuilder(args).Services.AddHostedService<Worker>();',
      },
      'dotnet/worker no port',
    ],
    [
      'azure-functions',
      {
        'a.csproj': project({
          sdk: 'Microsoft.NET.Sdk',
          properties: { TargetFramework: 'net8.0', AzureFunctionsVersion: 'v4', OutputType: 'Exe' },
          packages: ['Microsoft.Azure.Functions.Worker'],
        }),
        'Program.cs': 'x',
      },
      'dotnet/azure-functions :8080',
    ],
    ['vb', { 'a.vbproj': project(), 'Program.vb': 'Module Program\nEnd Module\n' }, 'dotnet/aspnet :8080'],
    [
      'the .NET Framework',
      {
        'a.csproj':
          '<Project ToolsVersion="15.0"><PropertyGroup><ProjectTypeGuids>{349c5851-65df-11da-9384-00065b846f21}</ProjectTypeGuids><OutputType>Library</OutputType></PropertyGroup></Project>',
        'Web.config': '<configuration/>',
        'packages.config': '<packages><package id="Newtonsoft.Json"/></packages>',
      },
      'dotnet/aspnet :8080',
    ],
    [
      'a file alone',
      { 'shop.cs': '#:sdk Microsoft.NET.Sdk.Web\nvar app = WebApplication.Create(args);\napp.Run();\n' },
      'dotnet/aspnet :8080',
    ],
    [
      'what was published',
      {
        'Shop.dll': 'x',
        'Shop.runtimeconfig.json': json({ runtimeOptions: { tfm: 'net8.0', framework: { name: 'Microsoft.AspNetCore.App' } } }),
      },
      'dotnet/aspnet :8080',
    ],
    [
      'Blazor in browsers',
      { 'a.csproj': project({ sdk: 'Microsoft.NET.Sdk.BlazorWebAssembly' }), 'Program.cs': 'x' },
      'static_site/blazor :80',
    ],
  ])('may be built on %s', (_, files, expected) => {
    expect(servicesIn(files)[0]).toContain(` . ${expected}`)
  })
})

describe('a solution', () => {
  const files = {
    'src/shop.sln': 'Microsoft Visual Studio Solution File\n',
    'src/Api/Api.csproj': project({ references: ['..\\Domain\\Domain.csproj'] }),
    'src/Api/Program.cs': webProgram,
    'src/Domain/Domain.csproj': project({ sdk: 'Microsoft.NET.Sdk', packages: ['Npgsql'] }),
    'src/Domain/Order.cs': 'class Order {}',
    'src/Api.UnitTests/Api.UnitTests.csproj': project({ sdk: 'Microsoft.NET.Sdk', packages: ['xunit', 'Microsoft.NET.Test.Sdk'] }),
    'src/Api.UnitTests/OrderTest.cs': 'class OrderTest {}',
    'src/Desk/Desk.csproj': project({
      sdk: 'Microsoft.NET.Sdk',
      properties: { TargetFramework: 'net8.0-windows', OutputType: 'WinExe', UseWPF: 'true' },
    }),
    'src/Desk/Program.cs': consoleProgram,
    'src/Migrate/Migrate.csproj': project({ sdk: 'Microsoft.NET.Sdk', properties: { OutputType: 'Exe', PackAsTool: 'true' } }),
    'src/Migrate/Program.cs': consoleProgram,
  }

  test('holds services, and what they share is told apart', () => {
    expect(analyzeFiles(files).services.map(({ path, type }) => [path, type])).toEqual([['src/Api', 'dotnet']])
    expect(serviceNamed(files, 'api').reads).toEqual(['src/Domain'])
    expect(rolesIn(files)).toEqual({
      src: 'workspace_root',
      'src/Api.UnitTests': 'tests',
      'src/Desk': 'unknown',
      'src/Domain': 'library',
      'src/Migrate': 'tooling',
    })
  })

  test('with a Dockerfile beside it and one program is the service', () => {
    const { 'src/Migrate/Migrate.csproj': _, ...fewer } = files
    const dockerfile = 'FROM mcr.microsoft.com/dotnet/aspnet:8.0\nCOPY . .\nEXPOSE 8081\nENTRYPOINT ["dotnet","Api.dll"]\n'
    expect(servicesIn({ ...fewer, 'src/Dockerfile': dockerfile })).toEqual([
      'src src dotnet/aspnet :8081 dockerfile(src/Dockerfile in src) tcp [dotnet Api.dll] ← postgres(optional)',
    ])
  })

  test('that Aspire starts says what it is made of', () => {
    const host = {
      ...files,
      'src/AppHost/AppHost.csproj': project({
        sdk: 'Microsoft.NET.Sdk',
        properties: { OutputType: 'Exe' },
        packages: ['Aspire.Hosting.AppHost'],
      }),
      'src/AppHost/Program.cs': 'var db = builder.AddPostgres("db");\nbuilder.AddProject<Projects.Api>("api").WithReference(db);\n',
    }
    expect(rolesIn(host)['src/AppHost']).toBe('tooling')
    expect(analyzeFiles(host).services.map(({ path }) => path)).toEqual(['src/Api'])
  })
})

describe('what is no service of .NET', () => {
  test.each([
    ['a file without a project', { 'Player.cs': 'class Player {}' }],
    ['a project.json of another tool', { 'project.json': json({ name: 'x', targets: {} }), 'a.cs': 'class A {}' }],
    ['a project that is malformed', { 'a.csproj': '<Project><PropertyGroup></Project>', 'Program.cs': webProgram }],
    ['settings of a web server', { 'web.config': '<configuration><system.webServer/></configuration>' }],
    [
      'a project with an entity bomb',
      { 'a.csproj': `<!DOCTYPE p [<!ENTITY a "${'b'.repeat(100)}">]><Project>${'&a;'.repeat(1000)}</Project>` },
    ],
    [
      'a project that references itself',
      { 'a.csproj': project({ sdk: 'Microsoft.NET.Sdk', references: ['a.csproj', '..\\..\\..\\x.csproj'] }), 'A.cs': 'class A {}' },
    ],
  ])('such as %s', (_, files) => {
    expect(analyzeFiles(files).services).toEqual([])
  })

  test('unless it is the only program: a console program is one', () => {
    expect(
      servicesIn({
        'a.csproj': project({ sdk: 'Microsoft.NET.Sdk', properties: { OutputType: 'Exe', TargetFramework: 'net9.0' } }),
        'Program.cs': consoleProgram,
      }),
    ).toEqual(['a . dotnet no port template(dotnet in .) [dotnet a.dll]'])
  })
})
