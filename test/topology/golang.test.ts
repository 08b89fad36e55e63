import { describe, expect, test } from 'vitest'
import { rolesIn, serviceNamed, servicesIn } from './summary.ts'

const main = (body: string, imports: readonly string[] = ['net/http']) =>
  `package main\n\nimport (\n${imports.map((name) => `\t"${name}"`).join('\n')}\n)\n\nfunc main() {\n${body}\n}\n`

describe('a Go module', () => {
  test('with a program at its root is told whole', () => {
    const files = {
      'go.mod': 'module example.com/shop/prices\n\ngo 1.24.1\n',
      'main.go': main(
        '\tport := os.Getenv("PORT")\n\tif port == "" {\n\t\tport = "8080"\n\t}\n\thttp.HandleFunc("GET /healthz", ok)\n\thttp.ListenAndServe(":"+port, nil)',
        ['net/http', 'os'],
      ),
    }
    expect(serviceNamed(files, 'prices')).toEqual({
      name: 'prices',
      path: '.',
      type: 'golang',
      version: '1.24',
      packageManager: 'go',
      installCommand: 'go mod download',
      buildCommand: 'go build -o prices .',
      confidence: 0.78,
      build: { kind: 'template', template: 'golang', context: '.' },
      start: './prices',
      port: 8080,
      health: { kind: 'http', path: '/healthz' },
      environment: [],
      resources: { memory: '256Mi', cpu: '0.5' },
      dependsOn: [],
      alternatives: [],
      evidence: [
        { path: 'main.go', line: 14, fact: 'listens: ListenAndServe(', weight: 0.5 },
        { path: 'main.go', line: 1, fact: 'package main', weight: 0.25 },
        { path: 'go.mod', line: 1, fact: 'module example.com/shop/prices', weight: 0.2 },
        { path: 'main.go', line: 13, fact: 'health route /healthz', weight: 0.2 },
        { path: 'main.go', line: 11, fact: 'port 8080', weight: 0.1 },
      ],
      because: {
        version: { path: 'go.mod', line: 3, fact: 'go 1.24.1', weight: 0.5 },
        packageManager: { path: 'go.mod', line: 1, fact: 'modules', weight: 0.3 },
        installCommand: { path: 'go.mod', fact: 'what go.mod is installed by', weight: 0.3 },
        buildCommand: { path: 'main.go', line: 1, fact: 'what compiles it', weight: 0.3 },
        start: { path: 'main.go', line: 1, fact: 'the program begins here', weight: 0.3 },
        port: { path: 'main.go', line: 11, fact: 'port = "8080"', weight: 0.5 },
        health: { path: 'main.go', line: 13, fact: 'http.HandleFunc("GET /healthz", ok)', weight: 0.5 },
        memory: { path: 'main.go', line: 14, fact: 'usual for golang', weight: 0.3 },
        cpu: { path: 'main.go', line: 14, fact: 'usual for golang', weight: 0.3 },
      },
      reads: [],
      facts: { moduleFolder: '.', mainPackage: '.', binary: 'prices' },
    })
  })

  test('with one program in cmd/ is a service of the whole module', () => {
    const files = {
      'go.mod': 'module example.com/shop\n',
      'cmd/server/main.go': main('\thttp.ListenAndServe(":8090", nil)'),
      'internal/x/x.go': 'package x\n',
    }
    expect(servicesIn(files)).toEqual(['shop . golang :8090 template(golang in .) tcp [./server]'])
    expect(serviceNamed(files, 'shop').facts).toEqual({ moduleFolder: '.', mainPackage: './cmd/server', binary: 'server' })
  })

  test('with several programs is as many services, each reading the packages it imports', () => {
    const files = {
      'go.mod': 'module example.com/shop\n\ngo 1.23\n\nrequire (\n\tgithub.com/lib/pq v1.10.9\n\tgithub.com/redis/go-redis/v9 v9.7.0\n)\n',
      'go.sum': '',
      'cmd/api/main.go': main('\thttp.ListenAndServe(":8090", nil)', ['net/http', 'example.com/shop/internal/db']),
      'cmd/worker/main.go': main('\tfor {\n\t\tclient.BLPop(ctx, 0, "jobs")\n\t}', [
        'github.com/redis/go-redis/v9',
        'example.com/shop/internal/log',
      ]),
      'cmd/migrate/main.go': main('\tdb.Migrate()', ['example.com/shop/internal/db']),
      'internal/db/db.go':
        'package db\n\nimport (\n\t"os"\n\n\t_ "github.com/lib/pq"\n\t"example.com/shop/internal/log"\n)\n\nvar url = os.Getenv("DATABASE_URL")\n',
      'internal/log/log.go': 'package log\n',
    }
    expect(servicesIn(files)).toEqual([
      'api cmd/api golang :8090 template(golang in .) tcp [./api] ← postgres',
      'worker cmd/worker golang no port template(golang in .) [./worker] ← redis',
    ])
    expect([serviceNamed(files, 'api').reads, serviceNamed(files, 'worker').reads]).toEqual([
      ['go.mod', 'go.sum', 'internal/db', 'internal/log'],
      ['go.mod', 'go.sum', 'internal/log'],
    ])
    expect(rolesIn(files)).toEqual({ '.': 'workspace_root', 'cmd/migrate': 'tooling', 'internal/db': 'library', 'internal/log': 'library' })
  })

  test('follows replaced modules and go.work to the folders they are in', () => {
    const service = {
      'api/main.go': main('\thttp.ListenAndServe(":1234", nil)', ['net/http', 'example.com/lib/text']),
      'lib/go.mod': 'module example.com/lib\n',
      'lib/text/text.go': 'package text\n',
    }
    const replaced = {
      ...service,
      'api/go.mod': 'module example.com/api\n\nrequire example.com/lib v0.0.0\n\nreplace example.com/lib => ../lib\n',
    }
    expect(serviceNamed(replaced, 'api').reads).toEqual(['lib'])
    const worked = { ...service, 'api/go.mod': 'module example.com/api\n', 'go.work': 'go 1.24\n\nuse (\n\t./api\n\t./lib\n)\n' }
    expect(serviceNamed(worked, 'api').reads).toEqual(['go.work', 'lib'])
  })

  test.each([
    [
      'gin',
      'github.com/gin-gonic/gin',
      '\tr := gin.Default()\n\tr.GET("/ping", pong)\n\tr.Run()',
      'golang/gin :8080 template(golang in .) /ping',
    ],
    ['echo', 'github.com/labstack/echo/v4', '\te := echo.New()\n\te.Start(":1500")', 'golang/echo :1500 template(golang in .) tcp'],
    ['fiber', 'github.com/gofiber/fiber/v2', '\tapp.Listen(":3333")', 'golang/fiber :3333 template(golang in .) tcp'],
    [
      'a default from a helper',
      'net/http',
      '\taddr := getEnv("ADDR", ":8181")\n\tsrv := &http.Server{Addr: addr}\n\tsrv.ListenAndServe()',
      'golang :8181 template(golang in .) tcp',
    ],
  ])('with %s is a service with its port', (_, module, body, expected) => {
    expect(servicesIn({ 'go.mod': 'module example.com/a\n', 'main.go': main(body, [module]) })).toEqual([`a . ${expected} [./a]`])
  })

  test('without a program is a library, and a command line program is a tool', () => {
    expect(rolesIn({ 'go.mod': 'module example.com/lib\n', 'lib.go': 'package lib\n' })).toEqual({ '.': 'library' })
    expect(rolesIn({ 'go.mod': 'module example.com/cli\n', 'main.go': main('\troot.Execute()', ['github.com/spf13/cobra']) })).toEqual({
      '.': 'tooling',
    })
  })

  test('is a program in another file than main.go where programs are expected', () => {
    const body = 'package main\nfunc main() { http.ListenAndServe(":3550", nil) }\n'
    expect(
      servicesIn({
        'catalog/go.mod': 'module example.com/catalog\n',
        'catalog/server.go': body,
        'catalog/server_test.go': 'package main\n',
        'catalog/db/db.go': 'package db\n',
      }),
    ).toEqual(['catalog catalog golang :3550 template(golang in catalog) tcp [./catalog]'])
  })
})
