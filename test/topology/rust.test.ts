import { describe, expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

const crate = (name: string, dependencies = '', more = '') =>
  `[package]\nname = "${name}"\nedition = "2021"\n${more}\n[dependencies]\n${dependencies}`

describe('a crate', () => {
  test('with a server is told whole, through its modules', () => {
    const files = {
      'Cargo.toml': crate('prices', 'axum = { version = "0.7.5" }\n', 'rust-version = "1.78"'),
      'Cargo.lock': '',
      'src/main.rs':
        'mod routes;\n\n#[tokio::main]\nasync fn main() {\n    let port = std::env::var("PORT").unwrap_or_else(|_| "3005".to_string());\n    axum::serve(listener, routes::all()).await.unwrap();\n}\n',
      'src/routes.rs':
        'pub fn all() -> Router {\n    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL");\n    Router::new().route("/healthz", get(ok))\n}\n',
    }
    expect(serviceNamed(files, 'prices')).toMatchObject({
      type: 'rust',
      framework: 'axum',
      version: '1.78',
      packageManager: 'cargo',
      port: 3005,
      health: { kind: 'http', path: '/healthz' },
      start: './prices',
      buildCommand: 'cargo build --release --locked',
      environment: [{ name: 'DATABASE_URL', required: true }],
      facts: { entry: 'src/main.rs', binary: 'prices', frameworkVersion: '0.7.5' },
    })
  })

  test.each([
    ['actix-web', 'actix-web = "4"\n', 'HttpServer::new(|| App::new()).bind(("0.0.0.0", 9000))', 'rust/actix-web :9000'],
    ['rocket', 'rocket = "0.5"\n', '#[launch]\nfn rocket() -> _ { rocket::build() }', 'rust/rocket :8000'],
    ['warp', 'warp = "0.3"\n', 'warp::serve(routes).run(([0, 0, 0, 0], 3031)).await;', 'rust/warp :3031'],
    ['poem', 'poem = "3"\n', 'Server::new(TcpListener::bind("0.0.0.0:3002")).run(app).await', 'rust/poem :3002'],
    ['loco', 'loco-rs = "0.9"\naxum = "0.7"\n', 'cli::main::<App>().await', 'rust/loco :5150'],
    ['tonic', 'tonic = "0.11"\n', 'Server::builder().add_service(s).serve("[::1]:50052".parse()?).await?;', 'rust/tonic :50052'],
    ['a socket', '', 'let l = TcpListener::bind("127.0.0.1:7878").unwrap();', 'rust :7878'],
  ])('on %s has its framework and port', (_, dependencies, body, expected) => {
    const [line] = servicesIn({ 'Cargo.toml': crate('api', dependencies), 'src/main.rs': `fn main() {\n${body}\n}\n` })
    expect(line).toContain(`api . ${expected} `)
  })

  test('listens where Rocket.toml says', () => {
    const files = {
      'Cargo.toml': crate('api', 'rocket = "0.5"\n'),
      'src/main.rs': 'rocket::build()',
      'Rocket.toml': '[default]\nport = 8085\n',
    }
    expect(serviceNamed(files, 'api').port).toBe(8085)
  })

  test('with several programs runs the one that is named first, and knows the others', () => {
    const files = {
      'Cargo.toml': crate('shop', 'axum = "0.7"\n', 'default-run = "api"'),
      'src/bin/api.rs': 'axum::serve(l, app);',
      'src/bin/migrate.rs': 'fn main() {}',
      'src/lib.rs': '',
    }
    expect(serviceNamed(files, 'shop').facts).toMatchObject({ entry: 'src/bin/api.rs', binary: 'api', binaries: ['api', 'migrate'] })
  })

  test('without a program is a library, and one for a terminal is a tool', () => {
    expect(rolesIn({ 'Cargo.toml': crate('lib'), 'src/lib.rs': '' })).toEqual({ '.': 'library' })
    expect(rolesIn({ 'Cargo.toml': crate('cli', 'clap = "4"\n'), 'src/main.rs': 'fn main() {}' })).toEqual({ '.': 'tooling' })
  })

  test('with a window is a desktop application, though it serves itself', () => {
    const files = { 'Cargo.toml': crate('desk', 'tauri = "2"\naxum = "0.8"\n'), 'src/main.rs': 'axum::serve(listener, app).await' }
    expect(rolesIn(files)).toEqual({ '.': 'tooling' })
  })
})

describe('a Cargo workspace', () => {
  const members = {
    'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n\n[workspace.dependencies]\naxum = "0.7.9"\n',
    'Cargo.lock': '',
    'crates/api/Cargo.toml': crate('api', 'axum = { workspace = true }\ncore = { path = "../core" }\n'),
    'crates/api/src/main.rs': 'axum::serve(listener, app).await',
    'crates/core/Cargo.toml': crate('core'),
    'crates/core/src/lib.rs': '',
  }

  test('with one program and nothing else is the service itself', () => {
    expect(servicesIn(members)).toEqual(['api . rust/axum :3000 template(rust in .) tcp [./api]'])
    expect(serviceNamed(members, 'api')).toMatchObject({
      buildCommand: 'cargo build --release --locked --package api',
      facts: { entry: 'crates/api/src/main.rs', package: 'api', frameworkVersion: '0.7.9' },
    })
    expect(rolesIn(members)).toMatchObject({ 'crates/core': 'library' })
  })

  test('finds its members in folders that are passed over elsewhere', () => {
    const files = {
      'Cargo.toml': '[workspace]\nmembers = ["example/*"]\n',
      'example/app/Cargo.toml': crate('hello'),
      'example/app/src/main.rs': 'fn main() { println!("hi"); }',
      'example/text/Cargo.toml': crate('text'),
      'example/text/src/lib.rs': '',
    }
    expect(servicesIn(files)).toEqual(['hello . rust no port template(rust in .) [./hello]'])
  })

  test('with several programs, or with other services around, is only their root', () => {
    const second = { 'crates/worker/Cargo.toml': crate('worker'), 'crates/worker/src/main.rs': 'fn main() {\n    loop {\n    }\n}\n' }
    expect(servicesIn({ ...members, ...second })).toEqual([
      'api crates/api rust/axum :3000 template(rust in .) tcp [./api]',
      'worker crates/worker rust no port template(rust in .) [./worker]',
    ])
    expect(rolesIn({ ...members, ...second })).toEqual({ '.': 'workspace_root', 'crates/core': 'library' })
    const web = { 'web/package.json': '{"scripts":{"start":"node server.js"}}', 'web/server.js': 'app.listen(3000)' }
    expect(servicesIn({ ...members, ...web }).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'api crates/api rust/axum',
      'web web nodejs',
    ])
  })

  test('of the wrong shape is no error', () => {
    expect(servicesIn({ 'Cargo.toml': 'workspace = 5\nbin = [1, { name = 2 }]\npackage = []\n', 'src/main.rs': '' })).toEqual([])
    expect(servicesIn({ 'Cargo.toml': '[workspace]\nmembers = ["**/**/**/*", 5]\n' })).toEqual([])
  })
})

test('A member of a Cargo workspace reads the lockfile, the packages that it uses, and of the others only what they are called', () => {
  const crate = (name: string, rest = '') => `[package]\nname = "${name}"\n\n[dependencies]\n${rest}`
  const files = {
    'Cargo.toml': '[workspace]\nmembers = ["services/*", "libs/*"]\n',
    'Cargo.lock': 'version = 4\n',
    'libs/words/Cargo.toml': crate('words'),
    'libs/words/src/lib.rs': '',
    'services/api/Cargo.toml': `${crate('api', 'axum = "0.8"\nwords = { path = "../../libs/words" }\n')}\n[build-dependencies]\ntonic-build = "0.13"\n`,
    'services/api/src/main.rs': 'fn main() { axum::serve(listener, app) }\n',
    'services/other/Cargo.toml': crate('other', 'axum = "0.8"\n'),
    'services/other/src/main.rs': 'fn main() { axum::serve(listener, app) }\n',
  }
  const { reads, facts } = serviceNamed(files, 'api')
  expect(reads).toEqual(['Cargo.lock', 'Cargo.toml', 'libs/words', 'services/other/Cargo.toml'])
  expect(facts.systemPackages).toEqual(['libprotobuf-dev', 'protobuf-compiler'])
})
