import { describe, expect, test } from 'vitest'
import { analyzeFiles, json, rolesIn, servicesIn } from './summary.ts'

const goMain = (body: string) => `package main\n\nimport (\n\t"net/http"\n)\n\nfunc main() {\n\t${body}\n}\n`
const server = goMain('http.ListenAndServe(":8080", nil)')
const vite = json({ name: 'ui', scripts: { build: 'vite build' }, devDependencies: { vite: '7.0.0' } })
const site = { 'ui/package.json': vite, 'ui/index.html': '<!doctype html>' }
const program = { 'go.mod': 'module example.com/shop\n', 'main.go': server }
const image = (steps: string) => `FROM node:22 AS ui\n${steps}\nFROM golang:1.24\nCOPY . .\nCMD ["/shop"]\n`

describe('pages that another program carries are no service', () => {
  test.each([
    ['copied into its image', { Dockerfile: image('COPY ui/ ./ui/\nRUN cd ui && npm run build') }],
    ['built while its image is', { Dockerfile: image('COPY . .\nRUN npm ci --prefix ui && npm run build --prefix ui') }],
    ['built in a folder that its image works in', { Dockerfile: image('COPY . .\nWORKDIR /src/ui\nRUN npm run build') }],
    ['embedded by a file beside them', { 'ui/embed.go': 'package ui\n\n//go:embed dist/*\nvar files embed.FS\n' }],
    ['written to a folder of its own', { 'ui/vite.config.ts': "export default { build: { outDir: '../internal/web/static' } }" }],
    ['resolved to a folder of its own', { 'ui/webpack.common.js': "const PUBLIC_PATH = path.resolve(__dirname, '../assets/www')" }],
    ['written there by their build script', { 'ui/package.json': vite.replace('vite build', 'vite build --outDir ../static') }],
  ])('when they are %s', (_, files) => {
    expect(servicesIn({ ...program, ...site, ...files }).map((line) => line.split(' ', 3).join(' '))).toEqual(['shop . golang'])
    expect(rolesIn({ ...program, ...site, ...files })).toMatchObject({ ui: 'asset' })
  })

  test('when a build of Java takes them into its archive', () => {
    const gradle =
      'plugins { id("org.springframework.boot") }\nval webui = "$rootDir/ui"\ndependencies { implementation("org.springframework.boot:spring-boot-starter-web") }\n'
    const files = {
      'settings.gradle.kts': 'include("server")\n',
      'server/build.gradle.kts': gradle,
      'server/src/main/java/App.java': 'public class App { public static void main(String[] a) { SpringApplication.run(App.class, a); } }',
    }
    expect(rolesIn({ ...files, ...site })).toMatchObject({ ui: 'asset' })
  })

  test.each([
    [
      'when a stage of the image is a web server',
      { Dockerfile: 'FROM node:22 AS ui\nCOPY ui ui\nFROM nginx AS web\nFROM golang:1.24\nCMD ["/shop"]\n' },
    ],
    ['when only their manifest is copied', { Dockerfile: image('COPY ui/package.json ui/') }],
    [
      'when they have an image of their own',
      { Dockerfile: image('COPY ui ui'), 'ui/Dockerfile': 'FROM nginx\nCOPY dist /usr/share/nginx/html\n' },
    ],
    [
      'when a compose file builds them',
      { Dockerfile: image('COPY ui ui'), 'compose.yaml': 'services:\n  ui: { build: ui }\n  shop: { build: . }\n' },
    ],
    ['when several packages are built side by side', { 'ui/vite.config.ts': "export default { build: { outDir: '../dist/apps/ui' } }" }],
  ])('but %s they are', (_, files) => {
    expect(analyzeFiles({ ...program, ...site, ...files }).services.map(({ path, type }) => `${path} ${type}`)).toContain('ui static_site')
  })
})

describe('a Dockerfile above a project of .NET', () => {
  const project = '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>'
  const dockerfile = (name: string) =>
    `FROM mcr.microsoft.com/dotnet/sdk:9.0 AS build\nCOPY ./src/Orders ./src/Orders\nFROM mcr.microsoft.com/dotnet/aspnet:9.0\nENV ASPNETCORE_URLS "https://*:443, http://*:80"\nENTRYPOINT ["dotnet", "${name}.dll"]\n`
  const files = {
    'src/Orders/Orders.Api/Orders.Api.csproj': project,
    'src/Orders/Orders.Api/Program.cs': 'var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n',
    'src/Billing/Billing.Api/Billing.Api.csproj': project,
    'src/Billing/Billing.Api/Program.cs': 'var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n',
  }

  test('builds the project whose program it runs', () => {
    expect(servicesIn({ ...files, 'src/Orders/Dockerfile': dockerfile('Orders.Api') })).toEqual([
      'billing-api src/Billing/Billing.Api dotnet/aspnet :8080 template(dotnet in src/Billing/Billing.Api) tcp [dotnet Billing.Api.dll]',
      'orders-api src/Orders/Orders.Api dotnet/aspnet :80 dockerfile(src/Orders/Dockerfile in .) tcp [dotnet Orders.Api.dll]',
    ])
  })

  test('of another program stays a service of its own', () => {
    const paths = analyzeFiles({ ...files, 'src/Orders/Dockerfile': dockerfile('Other') }).services.map(({ path }) => path)
    expect(paths).toEqual(['src/Billing/Billing.Api', 'src/Orders', 'src/Orders/Orders.Api'])
  })
})

describe('an image that serves nobody is no service', () => {
  test.each([
    [
      'that others are built on',
      'images/base',
      {
        'images/base/Dockerfile': 'FROM tomcat:10\nEXPOSE 8080\nCMD ["catalina.sh", "run"]\n',
        'api/Dockerfile': 'FROM shop/shop-base:latest\nCOPY api.war /\n',
      },
    ],
    [
      'that runs a build',
      'images/linux',
      { 'images/linux/Dockerfile': 'FROM ubuntu:24.04\nCOPY build /usr/bin\nENTRYPOINT ["/usr/bin/build"]\n' },
    ],
    ['of an operating system', 'images/os', { 'images/os/Dockerfile': 'FROM fedora:42\nCOPY etc /etc\nCMD ["/sbin/init"]\n' }],
    ['from a template', 'images/app', { 'images/app/Dockerfile.tpl': 'FROM alpine\nCOPY {{ jar }} /\nCMD ["/app"]\nEXPOSE 80\n' }],
  ])('%s', (_, path, files) => {
    expect(
      analyzeFiles({ 'web/Dockerfile': 'FROM alpine\nEXPOSE 80\nCMD ["/web"]\n', ...files }).services.map((service) => service.path),
    ).not.toContain(path)
  })

  test('a base that nobody is built on stays one', () => {
    const files = { 'base/Dockerfile': 'FROM alpine\nEXPOSE 80\nCMD ["/web"]\n' }
    expect(analyzeFiles(files).services.map(({ path }) => path)).toEqual(['base'])
  })
})

test('an image of the program that another folder is built to is no second service', () => {
  const files = {
    'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"\n[dependencies]\naxum = "0.8"\n',
    'src/main.rs': 'fn main() { axum::serve(listener, app); }\n',
    'distribution/alpine/Dockerfile': 'FROM alpine\nCOPY shop /usr/bin\nENTRYPOINT ["/usr/bin/shop"]\n',
    'gateway/Dockerfile': 'FROM alpine\nCOPY gateway /usr/bin\nEXPOSE 80\nENTRYPOINT ["/usr/bin/gateway"]\n',
  }
  expect(analyzeFiles(files).services.map(({ path }) => path)).toEqual(['.', 'gateway'])
})

describe('a command that an image hands to people is no service', () => {
  test('in Go', () => {
    const files = {
      'go.mod': 'module example.com/lint\n',
      'main.go': goMain('lint.Run()'),
      Dockerfile: 'FROM golang:1.24\nCOPY . .\nENTRYPOINT ["lint"]\n',
    }
    expect(servicesIn(files)).toEqual([])
  })

  test('in Haskell', () => {
    const files = {
      'lint.cabal': 'name: lint\nexecutable lint\n  main-is: lint.hs\n  build-depends: base\n',
      'lint.hs': 'main = getArgs >>= run\n',
      'Dockerfile.multi-arch': 'FROM alpine\nCOPY lint /bin/lint\nENTRYPOINT ["/bin/lint"]\n',
    }
    expect(servicesIn(files)).toEqual([])
  })
})

test('commands that others run and programs that build others are no services', () => {
  const cobra = 'package main\n\nimport "sigs.k8s.io/controller-runtime"\n\nfunc main() { run() }\n'
  const files = {
    'go.mod': 'module example.com/operator\n',
    'main.go': server,
    'cmd/kubectl-shop/main.go': cobra,
    'build/Build.fsproj': '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup></Project>',
    'build/Build.fs': 'open Fake.Core\nlet webApp = router { get "/" index }\n',
  }
  expect(analyzeFiles(files).services.map(({ path }) => path)).toEqual(['.'])
})

test('snippets of a documentation are examples', () => {
  const files = {
    ...program,
    'codeSnippets/snippets/hello/go.mod': 'module example.com/hello\n',
    'codeSnippets/snippets/hello/main.go': server,
  }
  expect(servicesIn(files)).toHaveLength(1)
})

test('pages of ClojureScript are none when they run in Node', () => {
  const of = (runtime: string) => ({
    'shadow-cljs.edn': `{:builds {:main {:target :esm ${runtime}}}}`,
    'package.json': json({ name: 'x', devDependencies: { 'shadow-cljs': '3.0.0' } }),
  })
  expect(analyzeFiles(of('')).services.map(({ type }) => type)).toEqual(['static_site'])
  expect(analyzeFiles(of(':runtime :node')).services.map(({ type }) => type)).not.toContain('static_site')
})

test('whoever listens on port 0 or in a helper of tests is no server', () => {
  const files = {
    'go.mod': 'module example.com/sync\n',
    'main.go': 'package main\n\nimport "example.com/sync/repo"\n\nfunc main() { repo.Sync() }\n',
    'repo/repo.go': 'package repo\n\nfunc free() { net.Listen("tcp", "127.0.0.1:0") }\n',
    'repo/repotester.go': 'package repo\n\nfunc serve() { http.ListenAndServe(":9000", mux) }\n',
  }
  expect(
    analyzeFiles(files)
      .services.flatMap(({ evidence }) => evidence.map(({ fact }) => fact))
      .filter((fact) => fact.startsWith('listens')),
  ).toEqual([])
})

describe('a listener for whoever debugs a Go program', () => {
  const profiled = (body: string) => `package main\n\nimport (\n\t"net/http"\n\t_ "net/http/pprof"\n)\n\nfunc main() {\n\t${body}\n}\n`

  test('makes no server of it', () => {
    const files = {
      'go.mod': 'module example.com/tool\n',
      'main.go': profiled('go http.ListenAndServe("localhost:6060", nil)\n\trun()'),
      'README.md': '',
    }
    expect(analyzeFiles(files).services.flatMap(({ evidence }) => evidence.filter(({ fact }) => fact.startsWith('listens')))).toEqual([])
  })

  test('is one where routes are registered', () => {
    const files = {
      'go.mod': 'module example.com/tool\n',
      'main.go': profiled('http.HandleFunc("/", ok)\n\thttp.ListenAndServe(":8080", nil)'),
    }
    expect(servicesIn(files)).toEqual(['tool . golang :8080 template(golang in .) tcp [./tool]'])
  })
})

describe('a program of a workspace whose root is built and started', () => {
  const files = {
    'Cargo.toml': '[workspace]\nmembers = ["crates/server", "crates/worker"]\n',
    'crates/server/Cargo.toml': '[package]\nname = "shop_server"\nversion = "1.0.0"\n[dependencies]\naxum = "0.8"\n',
    'crates/server/src/main.rs': 'fn main() { axum::serve(listener, app); }\n',
    'crates/worker/Cargo.toml': '[package]\nname = "shop_worker"\nversion = "1.0.0"\n[dependencies]\naxum = "0.8"\n',
    'crates/worker/src/main.rs': 'fn main() { loop { work(); } }\n',
    'docker/Dockerfile': 'FROM rust:1.90\nCOPY . .\nRUN cargo build --release\nEXPOSE 3000\nCMD ["shop_server"]\n',
    'compose.yaml': 'services:\n  shop:\n    build: { context: ., dockerfile: docker/Dockerfile }\n',
  }

  test('is no second service', () => {
    expect(analyzeFiles(files).services.map(({ path, type }) => `${path} ${type}`)).toEqual(['. rust', '. compose_stack'])
  })

  test('is one when it has an image of its own', () => {
    const own = { ...files, 'crates/worker/Dockerfile': 'FROM rust:1.90\nCOPY . .\nCMD ["shop_worker"]\n' }
    expect(analyzeFiles(own).services.map(({ path }) => path)).toContain('crates/worker')
  })
})

test('a workspace of Node packages says nothing of the Go program beside it', () => {
  const files = { ...program, 'pnpm-workspace.yaml': 'packages: [ui]\n', 'package.json': json({ name: 'all', private: true }) }
  expect(analyzeFiles(files).services[0]?.evidence.map(({ fact }) => fact)).not.toContain('is the root of a workspace')
})

test('a Go file without a main function is no program at the root', () => {
  const files = { 'go.mod': 'module example.com/shop\n', 'mock.go': 'package main\n\n//go:generate mockgen\n', 'cmd/shop/main.go': server }
  expect(servicesIn(files)).toEqual(['shop . golang :8080 template(golang in .) tcp [./shop]'])
})

test('of the programs that a Makefile links the server is picked', () => {
  const files = {
    'src/Makefile':
      'SERVER=shop-server\nCLI=shop-cli\nQUIET=@printf "%s\\n" $@ 1>&2;\nLINK=$(QUIET)$(CC) $(LDFLAGS)\nall: $(SERVER) $(CLI)\n$(SERVER): server.o net.o\n\t$(LINK) -o $@ $^\n$(CLI): cli.o\n\t$(LINK) -o $@ $^\n',
    'src/server.c': 'int main() { bind(s, a, l); listen(s, 5); }\n',
    'src/cli.c': 'int main() { connect(s, a, l); }\n',
  }
  expect(analyzeFiles(files).services.map(({ start }) => start)).toEqual(['./build/shop-server'])
})

test('the port of an administration interface is not where a program answers', () => {
  const files = {
    'go.mod': 'module example.com/shop\n',
    'main.go': goMain('const DefaultAdminListen = "localhost:2019"\n\thttp.ListenAndServe(addr, mux)'),
  }
  expect(analyzeFiles(files).services.map(({ port }) => port)).toEqual([8080])
})

test('tests at the end of a Rust file say nothing of its port', () => {
  const files = {
    'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"\n[dependencies]\naxum = "0.8"\n',
    'src/main.rs': 'fn main() { axum::serve(listener, app); }\n\n#[cfg(test)]\nmod tests {\n    const AT: &str = "127.0.0.1:420";\n}\n',
  }
  expect(analyzeFiles(files).services.map(({ port }) => port)).toEqual([3000])
})

test('the port that layered settings state for the program itself is taken', () => {
  const files = {
    'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"\n[dependencies]\naxum = "0.8"\nconfig = "0.15"\n',
    'src/main.rs': 'fn main() { axum::serve(listener, app); }\n',
    'configuration/base.yaml': 'database:\n  port: 5432\napplication:\n  host: 0.0.0.0\n  port: 8000\n',
  }
  expect(analyzeFiles(files).services.map(({ port }) => port)).toEqual([8000])
})

test('a target of CMake that a variable names is called by its value', () => {
  const files = {
    'CMakeLists.txt': `project(shop LANGUAGES CXX)\nset(TARGET_NAME \${PROJECT_NAME})\nadd_executable(\${TARGET_NAME} src/main.cpp)\n`,
    'src/main.cpp': 'int main() { bind(s, a, l); listen(s, 5); }\n',
  }
  expect(analyzeFiles(files).services.map(({ start }) => start)).toEqual(['./build/shop'])
})

test('a Dockerfile that is a link leads to a variant in the folder for images', () => {
  const files = {
    'Cargo.toml': '[package]\nname = "shop"\nversion = "1.0.0"\n[dependencies]\naxum = "0.8"\n',
    'src/main.rs': 'fn main() { axum::serve(listener, app); }\n',
    Dockerfile: { text: 'docker/Dockerfile.debian', mode: '120000' as const },
    'docker/Dockerfile.debian': 'FROM debian\nCOPY shop /\nEXPOSE 80\nCMD ["/shop"]\n',
  }
  expect(servicesIn(files)).toEqual(['shop . rust/axum :80 dockerfile(docker/Dockerfile.debian in .) tcp [/shop]'])
})

test('a build that also carries pages is the folder of the language that its image is made for', () => {
  const files = {
    ...site,
    'ui/nuxt.txt': '',
    'backend/go.mod': 'module example.com/shop\n',
    'backend/main.go': server,
    Dockerfile:
      'FROM node:22 AS ui\nCOPY ui/package.json ./\nCOPY ui .\nFROM golang:1.24 AS api\nCOPY ./backend .\nFROM alpine\nCOPY --from=api /api /api\nEXPOSE 7745\nCMD ["/api"]\n',
    'compose.yaml': 'services:\n  shop:\n    build: .\n',
  }
  expect(analyzeFiles(files).services.map(({ path, type, port }) => `${path} ${type} ${port}`)).toEqual([
    '. compose_stack undefined',
    'backend golang 7745',
  ])
})
