import { describe, expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

const main = (body: string, imports: readonly string[] = ['net/http']) =>
  `package main\n\nimport (\n${imports.map((name) => `\t"${name}"`).join('\n')}\n)\n\nfunc main() {\n${body}\n}\n`
const listens = '\thttp.ListenAndServe(":8090", nil)'
const ends = '\tfmt.Println("done")'
const mod = 'module example.com/shop\n\ngo 1.23\n'
const pathsIn = (files: Record<string, string>) => servicesIn(files).map((line) => line.split(' ').slice(0, 4).join(' '))

describe('a Go module with several programs', () => {
  test('of which one serves is a service of the whole module', () => {
    const files = { 'go.mod': mod, 'cmd/web/main.go': main(listens), 'cmd/seed/main.go': main(ends, ['fmt']) }
    expect([pathsIn(files), rolesIn(files)]).toEqual([['shop . golang :8090'], { 'cmd/seed': 'tooling' }])
  })

  test('of which none stays stands for the one named like the module when nothing else is there', () => {
    const files = { 'go.mod': mod, 'cmd/one/main.go': main(ends, ['fmt']), 'cmd/shop/main.go': main(ends, ['fmt']) }
    expect([pathsIn(files), serviceNamed(files, 'shop').facts.mainPackage]).toEqual([['shop . golang no'], './cmd/shop'])
  })

  test('directly in cmd/ is one too', () => {
    expect(pathsIn({ 'go.mod': mod, 'cmd/main.go': main(listens) })).toEqual(['shop . golang :8090'])
  })

  test('that one Dockerfile builds together is a service with processes', () => {
    const files = {
      'go.mod': mod,
      Dockerfile: 'FROM golang:1.23\nCOPY . .\nRUN go install ./cmd/...\n',
      'cmd/geo/main.go': main(listens),
      'cmd/frontend/main.go': main(listens),
    }
    const service = serviceNamed(files, 'shop')
    expect([service.path, service.facts, service.processes]).toEqual([
      '.',
      { moduleFolder: '.', mainPackage: './cmd/frontend', binary: 'frontend' },
      [{ name: 'geo', command: './cmd/geo' }],
    ])
    expect(pathsIn(files)).toHaveLength(1)
  })

  test('of which its Dockerfile builds one is that one, beside the others', () => {
    const files = {
      'go.mod': mod,
      Dockerfile: 'FROM golang:1.23 AS b\nCOPY . .\nRUN go build -o /api ./cmd/api\nFROM scratch\nCOPY --from=b /api /api\nCMD ["/api"]\n',
      'cmd/api/main.go': main(listens),
      'cmd/api-admin/main.go': main('\thttp.ListenAndServe(":9191", nil)'),
    }
    expect(pathsIn(files)).toEqual(['shop . golang :8090', 'api-admin cmd/api-admin golang :9191'])
  })

  test('that have a Dockerfile each is as many services', () => {
    const files = {
      'go.mod': mod,
      'cmd/a/main.go': main(listens),
      'cmd/a/Dockerfile': 'FROM golang\n',
      'cmd/b/main.go': main(listens),
      'cmd/b/Dockerfile': 'FROM golang\n',
    }
    expect(pathsIn(files)).toEqual(['a cmd/a golang :8090', 'b cmd/b golang :8090'])
  })
})

describe('a Go program', () => {
  test.each([
    ['from before modules', { 'Gopkg.toml': '', 'main.go': main(listens) }, 'app . golang :8090'],
    ['without any manifest', { 'main.go': main(listens) }, 'app . golang :8090'],
    [
      'whose packages are found by the rest of their path',
      { 'main.go': main('\tserver.Start()', ['github.com/me/shop/app/server']), 'app/server/server.go': `package server\n${listens}\n` },
      'app . golang :8090',
    ],
    ['for a queue', { 'go.mod': mod, 'main.go': main('\tsrv.Run(mux)', ['github.com/hibiken/asynq']) }, 'shop . golang/asynq no'],
    [
      'for AWS Lambda',
      { 'go.mod': mod, 'main.go': main('\tlambda.Start(handle)', ['github.com/aws/aws-lambda-go/lambda']) },
      'shop . golang/lambda no',
    ],
    [
      'that is an operator',
      { 'go.mod': mod, 'main.go': main('\tmgr.Start(ctx)', ['sigs.k8s.io/controller-runtime']) },
      'shop . golang/controller-runtime no',
    ],
    ['for gRPC', { 'go.mod': mod, 'main.go': main('\ts := grpc.NewServer()', ['google.golang.org/grpc']) }, 'shop . golang/grpc :50051'],
    [
      'that only calls gRPC',
      { 'go.mod': mod, 'main.go': main(`\tgrpc.Dial("x:1")\n${listens}`, ['google.golang.org/grpc']) },
      'shop . golang :8090',
    ],
    ['that is all there is', { 'main.go': main(ends, ['fmt']) }, 'app . golang no'],
  ])('%s is told', (_, files, expected) => {
    expect(pathsIn(files as unknown as Record<string, string>)).toEqual([expected])
  })

  test.each([
    ['a flag', '\tport := flag.Int("serverPort", 4000, "")\n\ts.ListenAndServe()', 4000],
    ['a flag with a letter', '\tcmd.Flags().StringVarP(&listen, "listen", "l", "0.0.0.0:4010", "")\n\ts.ListenAndServe()', 4010],
    ['a tag', '\ttype c struct {\n\t\tPort int `envconfig:"PORT" default:"4020"`\n\t}\n\ts.ListenAndServe()', 4020],
    ['a setting', '\tviper.SetDefault("server.port", 4030)\n\ts.ListenAndServe()', 4030],
    [
      'a default of a variable',
      '\tport := os.Getenv("PORT")\n\tif port == "" {\n\t\tport = "4040"\n\t}\n\thttp.ListenAndServe(":"+port, nil)',
      4040,
    ],
    ['a variable of another name', '\tappPort = "4050"\n\ts.ListenAndServe()', 4050],
    ['an address in a variable', '\thost = ":4060"\n\tr.Run(host)', 4060],
    ['nothing, when the platform says it', '\thttp.ListenAndServe(":"+os.Getenv("PORT"), nil)', 8080],
    ['nothing, when only others have ports', '\tredisAddr := "localhost:7777"\n\tdaprPort := "3500"\n\ts.ListenAndServe()', 8080],
  ])('listens where %s says', (_, body, port) => {
    expect(serviceNamed({ 'go.mod': mod, 'main.go': main(body) }, 'shop').port).toBe(port)
  })

  test('listens where the configuration of its framework says', () => {
    const files = {
      'go.mod': mod,
      'main.go': main('\tbeego.Run()', ['github.com/beego/beego/v2/server/web']),
      'conf/app.conf': 'appname = shop\nhttpport = 8089\n',
    }
    expect(pathsIn(files)).toEqual(['shop . golang/beego :8089'])
  })

  test('requires the variables that it cannot start without', () => {
    const body = [
      '\ta := os.Getenv("A_KEY")\n\tif a == "" {\n\t\tlog.Fatal("A_KEY")\n\t}',
      '\tb := os.Getenv("B_KEY")\n\tif b == "" {\n\t\tb = "fallback"\n\t}',
      '\tc, ok := os.LookupEnv("C_KEY")\n\tif !ok {\n\t\tpanic("C_KEY")\n\t}',
      '\ttype config struct {\n\t\tD string `env:"D_KEY,required"`\n\t\tE string `env:"E_KEY" envDefault:"e"`\n\t\tF string `envconfig:"F_KEY" required:"true"`\n\t}',
      '\tmustMapEnv(&g, "G_KEY")\n\th := os.Getenv("H_KEY")',
    ]
    expect(serviceNamed({ 'go.mod': mod, 'main.go': main([...body, listens].join('\n')) }, 'shop').environment).toEqual([
      { name: 'A_KEY', required: true },
      { name: 'B_KEY', required: false, value: 'fallback' },
      { name: 'C_KEY', required: true },
      { name: 'D_KEY', required: true },
      { name: 'E_KEY', required: false, value: 'e' },
      { name: 'F_KEY', required: true },
      { name: 'G_KEY', required: true },
      { name: 'H_KEY', required: false },
    ])
  })

  test('with commands is started by the one that serves, by the toolchain that it names', () => {
    const files = {
      'go.mod': `${mod}toolchain go1.24.5\n`,
      'main.go': main('\tcmd.Execute()', ['example.com/shop/cmd']),
      'cmd/serve.go': `package cmd\n\nimport (\n\t"github.com/spf13/cobra"\n)\n\nvar c = &cobra.Command{\n\tUse: "serve",\n}\n${listens}\n`,
    }
    const { start, version } = serviceNamed(files, 'shop')
    expect([start, version]).toEqual(['./shop serve', '1.24'])
  })
})

describe('Go code that is no service', () => {
  test.each([
    ['a command', { 'go.mod': mod, 'main.go': main('\tfor {\n\t}', ['github.com/urfave/cli/v2']) }, 'tooling'],
    [
      'a plugin of Terraform',
      { 'go.mod': mod, 'main.go': main('\tserve()', ['github.com/hashicorp/terraform-plugin-sdk/v2/plugin']) },
      'library',
    ],
    ['a library whose generator is left out of builds', { 'go.mod': mod, 'main.go': `//go:build ignore\n\n${main(listens)}` }, 'library'],
    [
      'the home of a workspace',
      { 'go.work': 'go 1.23\n\nuse ./lib\n', 'lib/go.mod': mod, 'lib/lib.go': 'package lib\n' },
      'workspace_root',
    ],
    ['a program that ends, beside a service', { 'go.mod': mod, 'main.go': main(ends, ['fmt']), 'web/server.js': 'x.listen(1)' }, 'tooling'],
  ])('is %s', (_, files, role) => {
    expect(servicesIn(files as unknown as Record<string, string>).filter((line) => line.includes('golang'))).toEqual([])
    expect(rolesIn(files as unknown as Record<string, string>)['.']).toBe(role)
  })
})
