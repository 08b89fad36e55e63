// The Dockerfiles of compiled languages as people see them, whole. `vitest run test/templates/golden-native.test.ts --update` writes them again.
import { describe, expect, test } from 'vitest'
import { detected } from './support/detected.ts'
import { render } from './support/images.ts'
import { filesOf } from './support/services.ts'

interface Case {
  readonly name: string
  readonly path?: string
  readonly files: Readonly<Record<string, string>>
}

const crate = (name: string, dependencies: string) =>
  `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2024"\n\n[dependencies]\n${dependencies}`
const axum = `use axum::{routing::get, Router};
#[tokio::main]
async fn main() {
    let app = Router::new().route("/healthz", get(|| async { "ok" }));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
`

const httplib =
  '#include <httplib.h>\nint main() { httplib::Server server; server.Get("/healthz", [](auto &, auto &) {}); server.listen("0.0.0.0", 8080); }\n'
const sockets = 'int main(void) { bind(1, 0, 0); listen(1, 8); accept(1, 0, 0); }\n'

const cases: readonly Case[] = [
  {
    name: 'rust',
    files: {
      'Cargo.toml': `${crate('api', 'axum = "0.8"\ntokio = "1"\ntonic = "0.13"\n')}\n[build-dependencies]\ntonic-build = "0.13"\n`,
      'Cargo.lock': 'version = 4\n',
      'rust-toolchain.toml': '[toolchain]\nchannel = "1.90"\n',
      'src/main.rs': axum,
    },
  },
  {
    name: 'rust-workspace',
    path: 'services/api',
    files: {
      'Cargo.toml': '[workspace]\nmembers = ["services/*", "libs/*"]\n',
      'Cargo.lock': 'version = 4\n',
      'libs/words/Cargo.toml': crate('words', ''),
      'libs/words/src/lib.rs': '',
      'services/api/Cargo.toml': crate('api', 'rocket = "0.5"\nwords = { path = "../../libs/words" }\n'),
      'services/api/src/main.rs': '#[launch]\nfn rocket() -> _ { rocket::build() }\nfn main() {}\n',
      'services/other/Cargo.toml': crate('other', 'axum = "0.8"\n'),
      'services/other/src/main.rs': axum,
    },
  },
  {
    name: 'cmake',
    files: {
      'CMakeLists.txt':
        'cmake_minimum_required(VERSION 3.16)\nproject(api CXX)\nfind_package(OpenSSL REQUIRED)\nfind_package(nlohmann_json REQUIRED)\nadd_executable(api src/main.cpp)\n',
      'src/main.cpp': httplib,
    },
  },
  {
    name: 'conan',
    files: {
      'CMakeLists.txt':
        'cmake_minimum_required(VERSION 3.16)\nproject(api CXX)\nfind_package(httplib REQUIRED)\nadd_executable(api main.cpp)\n',
      'conanfile.txt': '[requires]\ncpp-httplib/0.20.0\n\n[generators]\nCMakeDeps\nCMakeToolchain\n',
      'main.cpp': httplib,
    },
  },
  {
    name: 'vcpkg',
    files: {
      'CMakeLists.txt':
        'cmake_minimum_required(VERSION 3.16)\nproject(api CXX)\nfind_package(httplib REQUIRED)\nadd_executable(api main.cpp)\n',
      'vcpkg.json': '{ "name": "api", "dependencies": ["cpp-httplib"] }',
      'main.cpp': httplib,
    },
  },
  { name: 'make', files: { Makefile: 'CC = gcc\nTARGET = api\n$(TARGET): main.c\n\t$(CC) -o $(TARGET) main.c\n', 'main.c': sockets } },
  {
    name: 'phoenix',
    files: {
      'mix.exs': `defmodule Shop.MixProject do
  use Mix.Project
  def project, do: [app: :shop, version: "0.1.0", elixir: "~> 1.15", aliases: aliases(), deps: deps()]
  def application do
    [mod: {Shop.Application, []}, extra_applications: [:logger]]
  end
  defp deps do
    [
      {:phoenix, "~> 1.8"},
      {:bandit, "~> 1.5"}
    ]
  end
  defp aliases do
    ["assets.deploy": ["tailwind shop --minify", "esbuild shop --minify", "phx.digest"]]
  end
end
`,
      'mix.lock': '%{}\n',
      'assets/package.json': '{}',
      'assets/package-lock.json': '{}',
      'config/config.exs': 'import Config\n',
      'config/prod.exs': 'import Config\n',
      'config/runtime.exs': 'import Config\nsecret_key_base = System.get_env("SECRET_KEY_BASE") ||\n  raise "missing"\n',
      'lib/shop/application.ex': 'defmodule Shop.Application do\n  use Application\n  children = [ShopWeb.Endpoint]\nend\n',
      'lib/shop_web/endpoint.ex': 'defmodule ShopWeb.Endpoint do\n  use Phoenix.Endpoint, otp_app: :shop\nend\n',
    },
  },
  {
    name: 'gleam',
    files: {
      'gleam.toml': 'name = "api"\nversion = "1.0.0"\n\n[dependencies]\nwisp = ">= 1.0.0"\nmist = ">= 4.0.0"\n',
      'manifest.toml': '',
      'src/api.gleam':
        'import mist\nimport wisp\n\npub fn main() {\n  wisp.mist_handler(handle, secret) |> mist.new |> mist.port(8000) |> mist.start_http\n}\n',
    },
  },
  {
    name: 'haskell-stack',
    files: {
      'stack.yaml': 'snapshot: lts-23.0\npackages:\n  - .\n',
      'stack.yaml.lock': '',
      'package.yaml':
        'name: api\nversion: 0.1.0\ndependencies:\n  - base\n  - scotty\nexecutables:\n  api-exe:\n    main: Main.hs\n    source-dirs: app\n',
      'app/Main.hs': 'import Web.Scotty\nmain :: IO ()\nmain = scotty 3000 $ get "/" $ text "hello"\n',
    },
  },
  {
    name: 'haskell-cabal',
    files: {
      'api.cabal':
        'name: api\nversion: 0.1.0\ncabal-version: 2.0\n\nexecutable api\n  main-is: Main.hs\n  hs-source-dirs: app\n  build-depends: base, warp, wai\n',
      'cabal.project.freeze': '',
      'app/Main.hs': 'import Network.Wai.Handler.Warp (run)\nmain :: IO ()\nmain = do\n  run 3000 app\n',
    },
  },
  {
    name: 'vapor',
    files: {
      'Package.swift':
        '// swift-tools-version:6.0\nimport PackageDescription\nlet package = Package(\n  name: "api",\n  dependencies: [.package(url: "https://github.com/vapor/vapor.git", from: "4.110.1")],\n  targets: [.executableTarget(name: "App", dependencies: [.product(name: "Vapor", package: "vapor")])]\n)\n',
      'Package.resolved': '{}',
      'Public/site.css': '',
      'Sources/App/entrypoint.swift':
        'import Vapor\n@main enum Entrypoint {\n  static func main() async throws {\n    let app = try await Application.make(env)\n    try await app.execute()\n  }\n}\n',
    },
  },
  {
    name: 'zig',
    files: {
      'build.zig':
        'pub fn build(b: *std.Build) void {\n    const exe = b.addExecutable(.{ .name = "api", .root_source_file = b.path("src/main.zig") });\n    b.installArtifact(exe);\n}\n',
      'build.zig.zon':
        '.{\n    .name = .api,\n    .minimum_zig_version = "0.14.0",\n    .dependencies = .{\n        .httpz = .{\n        },\n    },\n}\n',
      'src/main.zig':
        'const httpz = @import("httpz");\npub fn main() !void {\n    var server = try httpz.Server(void).init(allocator, .{ .port = 5882 }, {});\n    try server.listen();\n}\n',
    },
  },
  {
    name: 'dart',
    files: {
      'pubspec.yaml': 'name: api\nenvironment:\n  sdk: ^3.5.0\ndependencies:\n  shelf: ^1.4.0\n',
      'pubspec.lock': '',
      'bin/server.dart':
        "import 'package:shelf/shelf_io.dart' as io;\nvoid main() async {\n  await io.serve(handler, '0.0.0.0', 8080);\n}\n",
    },
  },
  {
    name: 'dart-frog',
    files: {
      'pubspec.yaml': 'name: api\nenvironment:\n  sdk: ^3.5.0\ndependencies:\n  dart_frog: ^1.1.0\n',
      'pubspec.lock': '',
      'routes/index.dart':
        "import 'package:dart_frog/dart_frog.dart';\nResponse onRequest(RequestContext context) => Response(body: 'hello');\n",
    },
  },
  {
    name: 'crystal',
    files: {
      'shard.yml':
        'name: api\nversion: 0.1.0\ncrystal: ">= 1.0.0"\ndependencies:\n  kemal:\n    github: kemalcr/kemal\ntargets:\n  api:\n    main: src/api.cr\n',
      'shard.lock': 'version: 2.0\n',
      'src/api.cr': 'require "kemal"\n\nget "/" { "hello" }\n\nKemal.run\n',
    },
  },
  {
    name: 'go-with-c',
    files: {
      'go.mod': 'module example.com/api\n\ngo 1.25\n\nrequire github.com/mattn/go-sqlite3 v1.14.28\n',
      'go.sum': '',
      'main.go':
        'package main\n\nimport (\n\t"net/http"\n\n\t_ "github.com/mattn/go-sqlite3"\n)\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
    },
  },
  {
    name: 'go-vendored',
    files: {
      'go.mod': 'module example.com/api\n\ngo 1.25\n\nrequire corp.example/private/log v1.0.0\n',
      'go.sum': '',
      'main.go':
        'package main\n\nimport (\n\t"net/http"\n\n\t_ "corp.example/private/log"\n)\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
      'vendor/modules.txt': '# corp.example/private/log v1.0.0\n',
      'vendor/corp.example/private/log/log.go': 'package log\n',
    },
  },
]

describe('the Dockerfile of a detected service', () => {
  test.each(cases)('$name', async ({ name, path = '.', files }) => {
    const tree = filesOf(files)
    await expect(render({ ...detected(tree, path), name }, tree).dockerfile).toMatchFileSnapshot(`golden/${name}.Dockerfile`)
  })
})
