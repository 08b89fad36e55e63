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
]

describe('the Dockerfile of a detected service', () => {
  test.each(cases)('$name', async ({ name, path = '.', files }) => {
    const tree = filesOf(files)
    await expect(render(detected(tree, path), tree).dockerfile).toMatchFileSnapshot(`golden/${name}.Dockerfile`)
  })
})
