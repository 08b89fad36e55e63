import { expect, test } from 'vitest'
import { serviceNamed } from './summary.ts'

const project = (sdk: string, more = '') =>
  `<Project Sdk="Microsoft.NET.Sdk${sdk}"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup>${more}</Project>`

test('A constant in the settings of a referenced project is the port of a .NET server', () => {
  const files = {
    'Shop/Shop.csproj': project('.Web', '<ItemGroup><ProjectReference Include="../Common/Common.csproj" /></ItemGroup>'),
    'Shop/Program.cs': 'var builder = WebApplication.CreateBuilder(args);\n',
    'Common/Common.csproj': project(''),
    'Common/Net/NetworkConfiguration.cs': 'public class NetworkConfiguration\n{\n    public const int DefaultHttpPort = 8096;\n}\n',
  }
  expect(serviceNamed(files, 'shop').port).toBe(8096)
  expect(serviceNamed({ ...files, 'Common/Net/NetworkConfiguration.cs': '' }, 'shop').port).toBe(8080)
})

test('A default beside the port of a Rust server is its port', () => {
  const files = {
    'Cargo.toml': '[package]\nname = "shop"\nversion = "0.1.0"\n\n[dependencies]\nactix-web = "4"\n',
    'src/main.rs': 'mod settings;\nfn main() { HttpServer::new(app); }\n',
    'src/settings.rs': 'pub struct Settings {\n    #[default(8536)]\n    /// Where it listens\n    pub port: u16,\n}\n',
  }
  expect(serviceNamed(files, 'shop').port).toBe(8536)
})

test('A command that leaves for the background does not start a container', () => {
  const command = (name: string) => `\t&cobra.Command{Use: "${name}"},\n`
  const start = (names: readonly string[]) =>
    serviceNamed(
      {
        'go.mod': 'module example.com/shop\n\ngo 1.23\n',
        'main.go': `package main\n\nimport (\n\t"net/http"\n\t"github.com/spf13/cobra"\n)\n\nfunc main() {\n${names.map(command).join('')}\thttp.ListenAndServe(":8090", nil)\n}\n`,
      },
      'shop',
    ).start
  expect([start(['start', 'run', 'stop']), start(['start', 'run'])]).toEqual(['./shop run', './shop start'])
})
