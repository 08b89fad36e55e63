// What looks like a program that serves and is for people's hands, for show, or for others to import.
import { describe, expect, test } from 'vitest'
import { json, rolesIn, servicesIn } from './summary.ts'

describe('a command of Python', () => {
  const command = {
    'pyproject.toml':
      '[project]\nname = "tidy"\ndependencies = ["httpx"]\n[project.scripts]\ntidy = "tidy.cli:main"\n[build-system]\nrequires = ["hatchling"]\n',
    'src/tidy/__init__.py': '',
    'src/tidy/cli.py': 'def main():\n    print("tidy")\n',
  }

  test('that people install is no service, though it is all that the repository holds', () => {
    expect(servicesIn(command)).toEqual([])
    expect(rolesIn(command)).toEqual({ '.': 'tooling' })
    expect(servicesIn({ ...command, 'uv.lock': '', 'examples/app.py': 'import tidy\n' })).toEqual([])
  })

  test('that pins what it runs on is what such a repository is for', () => {
    expect(servicesIn({ ...command, 'uv.lock': '', '.python-version': '3.13\n' })).toEqual([
      "tidy . python no port template(python in .) [env PYTHONPATH=src python -c 'from tidy.cli import main; main()']",
    ])
  })
})

describe('a package whose start script shows an example', () => {
  const library = { 'index.js': 'module.exports = () => {}\n', 'examples/server.js': "require('express')().listen(3000)\n" }

  test.each(['node examples/server.js', 'node ./examples/server', 'nodemon examples/server.js', 'node test/server.js'])(
    'is no service: %s',
    (start) => {
      const manifest = { name: 'lib', version: '2.0.0', main: 'index.js', scripts: { start }, devDependencies: { express: '5' } }
      const files = { ...library, 'test/server.js': "require('express')().listen(3000)\n", 'package.json': json(manifest) }
      expect(servicesIn(files)).toEqual([])
      expect(rolesIn(files)['.']).toBe('library')
    },
  )
})

describe('a program that draws on a terminal', () => {
  const go = (imported: string) => ({
    'go.mod': `module example.com/look\n\ngo 1.25\n\nrequire ${imported} v1.0.0\n`,
    'main.go': `package main\n\nimport (\n\t"${imported}"\n)\n\nfunc main() {\n\tfor {\n\t}\n}\n`,
    Dockerfile: 'FROM golang:1.25\nCOPY . .\nRUN go build -o /bin/look .\nENTRYPOINT ["/bin/look"]\n',
  })

  test.each([
    'github.com/charmbracelet/bubbletea',
    'github.com/rivo/tview',
    'github.com/gdamore/tcell/v2',
    'github.com/jesseduffield/gocui',
  ])('is no service, though an image is made of it: %s', (imported) => {
    expect(servicesIn(go(imported))).toEqual([])
    expect(rolesIn(go(imported))).toEqual({ '.': 'tooling' })
  })

  test('is none either when only a part that is not read draws, and it shows its own profile', () => {
    const files = {
      ...go('github.com/gdamore/tcell/v2'),
      'main.go':
        'package main\n\nimport (\n\t"net/http"\n\t_ "net/http/pprof"\n)\n\nfunc main() { http.ListenAndServe("localhost:6060", nil) }\n',
    }
    expect(servicesIn(files)).toEqual([])
  })

  test('is a service when it lets people in from outside', () => {
    const files = {
      'go.mod': 'module example.com/look\n\ngo 1.25\n',
      'main.go':
        'package main\n\nimport (\n\t"github.com/charmbracelet/bubbletea"\n\t"github.com/charmbracelet/wish"\n)\n\nfunc main() { server.ListenAndServe() }\n',
    }
    expect(servicesIn(files)).toEqual(['look . golang :8080 template(golang in .) tcp [./look]'])
  })
})

describe('a package of Haskell', () => {
  const cabal = (executable: string, dependencies: string) =>
    `name: tidy\nlibrary\n  build-depends: base\nexecutable tidy\n${executable}  build-depends: base, ${dependencies}\n`

  test('whose only program lies among its examples is a library', () => {
    const files = {
      'tidy.cabal': cabal('  main-is: greet.hs\n  hs-source-dirs: example\n', 'servant-server'),
      'example/greet.hs': 'main = run 8080 app\n',
    }
    expect(servicesIn(files)).toEqual([])
    expect(rolesIn(files)['.']).toBe('library')
  })

  test('that reads its command line is a tool, and so is the image that it is packed in', () => {
    const files = {
      'tidy.cabal': cabal('  main-is: tidy.hs\n', 'parsec'),
      'tidy.hs': 'import           System.Console.GetOpt\nmain = getArgs >>= print\n',
      Dockerfile: 'FROM scratch\nCOPY tidy /bin/tidy\nENTRYPOINT ["/bin/tidy"]\n',
    }
    expect(servicesIn(files)).toEqual([])
    expect(rolesIn(files)).toEqual({ '.': 'tooling' })
  })
})

describe('a library of Elixir that starts an application', () => {
  const files = {
    'mix.exs': `defmodule Shop.MixProject do
  def project, do: [app: :shop, deps: deps(), package: package()]
  def application, do: [mod: {Shop, []}]
  defp deps, do: [
    {:plug, "~> 1.14"},
    {:plug_cowboy, "~> 2.7", optional: true},
  ]
  defp package, do: [licenses: ["MIT"]]
end
`,
    'lib/shop.ex': 'defmodule Shop do\n  def start, do: Supervisor.start_link(children)\nend\n',
    'lib/shop/endpoint.ex':
      'defmodule Shop.Endpoint do\n  @moduledoc ~S"""\n  Add {MyApp.Endpoint, options} to your children.\n  """\nend\n',
  }

  test('is no service by what its documentation shows and what its users may add', () => {
    expect(servicesIn(files)).toEqual([])
    expect(rolesIn(files)['.']).toBe('library')
  })
})
