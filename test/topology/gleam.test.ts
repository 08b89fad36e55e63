import { expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

test('a Gleam server is told whole, through the modules that it imports', () => {
  const files = {
    'gleam.toml': 'name = "web"\ngleam = ">= 1.4.0"\n\n[dependencies]\nwisp = ">= 1.2.0 and < 2.0.0"\nmist = ">= 3.0.0"\n',
    'src/web.gleam':
      'import mist\nimport web/router\n\npub fn main() {\n  mist.new(router.handle) |> mist.port(8001) |> mist.start_http\n}\n',
    'src/web/router.gleam': 'let assert Ok(key) = envoy.get("SECRET_KEY")\nlet health = "/healthz"\n',
  }
  expect(serviceNamed(files, 'web')).toMatchObject({
    type: 'gleam',
    framework: 'wisp',
    version: '1.4',
    packageManager: 'gleam',
    port: 8001,
    health: { kind: 'http', path: '/healthz' },
    start: './build/erlang-shipment/entrypoint.sh run',
    buildCommand: 'gleam export erlang-shipment',
    environment: [{ name: 'SECRET_KEY', required: true }],
    facts: { frameworkVersion: '1.2.0' },
  })
})

test('a Gleam program that is alone is the service', () => {
  expect(servicesIn({ 'gleam.toml': 'name = "hi"\n', 'src/hi.gleam': 'pub fn main() {\n  io.println("hi")\n}\n' })).toEqual([
    'hi . gleam no port template(gleam in .) [./build/erlang-shipment/entrypoint.sh run]',
  ])
})

test('a Gleam library is none, and code for browsers is no Gleam service', () => {
  expect(rolesIn({ 'gleam.toml': 'name = "lib"\nlicences = ["MIT"]\n', 'src/lib.gleam': 'pub fn add(a, b) { a + b }\n' })).toEqual({
    '.': 'library',
  })
  const ui = {
    'gleam.toml': 'name = "ui"\ntarget = "javascript"\n[dependencies]\nlustre = ">= 4.0.0"\n',
    'src/ui.gleam': 'pub fn main() { 1 }\n',
  }
  expect(servicesIn(ui).filter((line) => line.includes(' gleam'))).toEqual([])
})

test('a gleam.toml of the wrong shape is no error', () => {
  expect(servicesIn({ 'gleam.toml': 'name = 5\ndependencies = "x"\ntarget = []\n' })).toEqual([])
})

test('a Gleam program is built with the packages that it names by path', () => {
  const files = {
    'server/gleam.toml': 'name = "server"\n\n[dependencies]\nmist = ">= 3.0.0"\nshared = { path = "../shared" }\n',
    'server/src/server.gleam': 'import mist\n\npub fn main() {\n  mist.new(handle) |> mist.port(8000) |> mist.start_http\n}\n',
    'shared/gleam.toml': 'name = "shared"\n',
    'shared/src/shared.gleam': 'pub fn words() { "shared" }\n',
  }
  expect(serviceNamed(files, 'server').reads).toEqual(['shared'])
})
