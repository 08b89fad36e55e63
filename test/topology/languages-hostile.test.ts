import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { analyze } from '../../src/topology/analyze.ts'
import { sourceTree } from '../support/source-tree.ts'
import { analyzeFiles } from './summary.ts'

/** A manifest and an entry file of each language, which all hold the same text. */
const files = (text: string) => ({
  'r/Cargo.toml': '[package]\nname = "r"\n',
  'r/src/main.rs': text,
  'q/Cargo.toml': text,
  'q/rust-toolchain': text,
  'p/composer.json': '{}',
  'p/public/index.php': text,
  'p/style.css': text,
  'p/functions.php': text,
  'p/.env': text,
  'u/Gemfile': text,
  'u/Gemfile.lock': text,
  'u/config.ru': text,
  'u/config/routes.rb': text,
  'u/bin/rails': '',
  'e/mix.exs': text,
  'e/lib/e/application.ex': text,
  'g/gleam.toml': 'name = "g"\n',
  'g/src/g.gleam': text,
  'h/h.cabal': text,
  'h/Main.hs': text,
  'h/cabal.project': text,
  's/Package.swift': `.executableTarget(name: "s")\n${text}`,
  's/Sources/s/main.swift': text,
  'z/build.zig': `b.addExecutable(.{ .name = "z" })\n${text}`,
  'z/build.zig.zon': text,
  'z/src/main.zig': text,
  'd/pubspec.yaml': 'name: d\n',
  'd/bin/server.dart': text,
  'c/shard.yml': 'name: c\ntargets:\n  c:\n    main: src/c.cr\n',
  'c/src/c.cr': text,
  'x/CMakeLists.txt': `project(x)\nadd_executable(x main.cpp)\n${text}`,
  'x/main.cpp': text,
  'x/conanfile.txt': text,
  'm/Makefile': `CC = gcc\n${text}`,
  'm/main.c': text,
  'n/meson.build': text,
})

const slow = [
  'a', ' ', '\n', '\t', '"', "'", '(', '{', '"/a/', 'port ', 'PORT', 'port: ', 'ENV["', 'ENV.fetch("PORT") { ', 'env::var("A")', 'use a', 'mod a;\n', 'unwrap_or(', 'port\n', 'getenv("A") ', '$_ENV["A"] ',
  'new A\\B\\', "'port' => ", 'gem "a", ', 'group :a do\n', 'end\n', '    a (1)\n', 'get "a" ', '{:a, "1", ', '{:a, ', 'System.get_env("A") ||', 'app: :', 'import a/', 'executable a\n', 'build-depends: a,', 'a, ', 'import A.',
  'main = run ', '.package(url: "/', '.target(name: "a"', 'environment["A"] ', '.a = .{\n', '    .a = .{\n', 'path"', '.name = ', 'Platform.environment["A"] ?? ', "import 'package:a/", 'require "./', 'add_executable(a ', 'add_executable(',
  'project(', 'find_package(', 'a.cpp ', './', '#include "', 'listen(a, ', 'bind(', 'endpoint(', '-l', 'subdir(', '-- ', '# ', '// ', '/* ', '<?php ', 'A::B::', 'a.b.', 'while true', '=> ', '|| ', ': ', ' = ', 'A_', '\\',
  'web::scope("/a").service(', '.nest("/health", ', '#[get("/health")]\nfn a', 'scope "/a" do\n', "Route::prefix('a')->group(", '#[Route("/health")]\n', "get 'health'\n",
] // biome-ignore format: a list

test('text that is made to make patterns slow is read in bounded time', () => {
  const times = slow.map((piece) => {
    const tree = files(piece.repeat(Math.ceil((128 * 1024) / piece.length)))
    const started = performance.now()
    analyzeFiles(tree)
    return [piece, Math.round(performance.now() - started)] as const
  })
  if (process.env.SHOW_TIMES) console.log(JSON.stringify([...times].sort((a, b) => b[1] - a[1]).slice(0, 12)))
  // Quadratic matching of 128 KiB takes minutes, so the bound is far from both.
  expect(times.filter(([, took]) => took > 5_000)).toEqual([])
}, 120_000)

const names = fc.constantFrom(
  'Cargo.toml', 'src/main.rs', 'composer.json', 'index.php', 'public/index.php', 'artisan', 'Gemfile', 'config.ru', 'app.rb', 'x.gemspec', 'mix.exs', 'lib/a/application.ex', 'gleam.toml', 'src/a.gleam', 'package.yaml', 'stack.yaml',
  'a.cabal', 'Main.hs', 'Package.swift', 'Sources/a/main.swift', 'build.zig', 'build.zig.zon', 'src/main.zig', 'pubspec.yaml', 'web/index.html', 'bin/server.dart', 'shard.yml', 'src/a.cr', 'CMakeLists.txt', 'meson.build', 'Makefile', 'main.c',
  'vcpkg.json', 'Dockerfile', 'package.json',
) // biome-ignore format: a list
const texts = fc.oneof(
  fc.string({ maxLength: 200, unit: 'binary' }),
  fc.json(),
  fc.constantFrom(
    '[workspace]\nmembers = ["*", "a/*"]\n[package]\nname = "a"\n[dependencies]\naxum = "0.7"\n',
    '{"name":"a/a","require":{"laravel/framework":"^11"},"type":"library"}',
    'gem "rails"\ngemspec\ngroup :test do\n',
    'app: :a, apps_path: "apps", mod: {A, []}, {:phoenix, "~> 1.7"}, package: package()',
    'name: a\ndependencies:\n  flutter: x\n  kemal: y\nworkspace: [b]\nbuildpack: {server: b, static: a}\nexecutables: {a: {main: Main.hs}}\n',
    'name = "a"\n[dependencies]\nwisp = "1"\n',
    'executable a\n  main-is: Main.hs\n  build-depends: scotty\n',
    '.executableTarget(name: "a") .package(url: "https://x/vapor.git", from: "4.0.0")',
    'b.addExecutable(.{ .name = "a" });',
    'project(a)\nadd_executable(a main.c)\nadd_subdirectory(b)\n',
    "project('a')\nexecutable('a', 'main.c')\nsubdir('b')\n",
    'a: b.c\n\tgcc -o a b.c\n',
    'int main() { listen(fd, 10); }',
  ),
)
const trees = fc.dictionary(
  fc.tuple(fc.constantFrom('', 'a/', 'b/', 'apps/a/', 'crates/x/'), names).map((parts) => parts.join('')),
  texts,
  { maxKeys: 10, noNullPrototype: true },
)

describe('any tree of these languages', () => {
  test('gives services with names, and the same ones whatever the order of its files', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const told = analyzeFiles(tree)
        for (const { name, confidence } of told.services) expect([/^[a-z0-9-]{1,63}$/.test(name), confidence >= 0.5]).toEqual([true, true])
        const frozen = sourceTree(tree)
        expect(analyze({ ...frozen, entries: new Map([...frozen.entries].reverse()) })).toEqual(told)
      }),
      { numRuns: 500 },
    )
  })

  test('is told the same once its texts are loaded round by round', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const loaded = new Set<string>()
        for (let round = 0; round < 50; round++) {
          const partial = sourceTree(tree, { loaded })
          const told = analyze(partial)
          if (partial.wanted.size === 0) {
            expect(told).toEqual(analyzeFiles(tree))
            return
          }
          for (const path of partial.wanted) loaded.add(path)
        }
        throw new Error('asks for texts without end')
      }),
      { numRuns: 200 },
    )
  })
})
