import { describe, expect, test } from 'vitest'
import { hostsIn } from '../../src/topology/relations/hosts.ts'
import type { MemoryFiles } from '../support/source-tree.ts'
import { analyzeFiles, json, serviceNamed } from './summary.ts'

const node = (path: string, source = '') => ({
  [`${path}/package.json`]: json({ name: path.split('/').at(-1), scripts: { start: 'node index.js' }, dependencies: { express: '5' } }),
  [`${path}/package-lock.json`]: '{}',
  [`${path}/index.js`]: `${source}\napp.listen(3000)\n`,
})
const linksOf = (files: Record<string, string>, name: string) =>
  serviceNamed(files, name).dependsOn.map(({ service, kind, backing }) => [service, kind, ...(backing === undefined ? [] : [backing])])

describe('a link', () => {
  test('is read from Kubernetes, with the values of config maps', () => {
    const files = {
      ...node('src/web', 'process.env.CARTS_ADDR'),
      ...node('src/carts'),
      ...node('src/mail'),
      'k8s/web.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: shop/web:1\n          env:\n            - {name: MAIL_URL, value: "http://mail.shop.svc.cluster.local:3000"}\n          envFrom:\n            - configMapRef: {name: addresses}\n',
      'k8s/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: addresses}\ndata:\n  CARTS_ADDR: "carts:3000"\n',
    }
    expect(linksOf(files, 'web')).toEqual([
      ['carts', 'requires'],
      ['mail', 'requires'],
    ])
  })

  test('is read from Kubernetes by the service that selects a workload of another name', () => {
    const deployment = (name: string, app: string, more: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec:\n  template:\n    metadata: {labels: {app: ${app}, tier: back}}\n    spec:\n      containers:\n        - {name: main, image: "shop/${name}:1"${more}}\n`
    const service = (name: string, selector: string) =>
      `---\napiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {selector: ${selector}, ports: [{port: 80}]}\n`
    const files = {
      ...node('web'),
      ...node('carts'),
      'k8s/all.yaml': [
        deployment(
          'web',
          'web',
          ', env: [{name: BASKET_URL, value: "http://basket"}, {name: STORE, value: "http://store:6379"}, {name: N_URL, value: "http://nothing"}]',
        ),
        service('front', '{app: web}'),
        '---\n',
        deployment('carts', 'shopping', ''),
        service('basket', '{app: shopping, tier: back}'),
        service('nothing', '{}'),
        '---\n',
        deployment('carts-db', 'carts-db', '').replace('shop/carts-db:1', 'redis:8'),
        service('store', '{app: carts-db}'),
        '---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\nspec:\n  rules:\n    - http:\n        paths:\n          - {path: /, backend: {service: {name: front}}}\n          - {path: /cart, backend: {service: {name: basket}}}\n',
      ].join(''),
    }
    expect(linksOf(files, 'web')).toEqual([
      ['carts', 'requires'],
      ['redis', 'requires', 'redis'],
    ])
    expect(analyzeFiles(files).patterns.filter(({ name }) => name === 'gateway')).toEqual([
      {
        name: 'gateway',
        services: ['web', 'carts'],
        evidence: [{ path: 'k8s/all.yaml', line: expect.any(Number), fact: 'Ingress shop lets in requests for front, basket' }],
      },
    ])
  })

  test("is read from a chart's values, with the databases that the chart brings along", () => {
    const files = {
      ...node('web'),
      ...node('carts'),
      'chart/Chart.yaml':
        'name: web\ndependencies:\n  - {name: postgresql, condition: postgresql.enabled}\n  - {name: redis, condition: redis.enabled}\n  - {name: common}\n',
      'chart/values.yaml':
        'image: {repository: shop/web, tag: "1"}\nenv:\n  - {name: CARTS, value: "http://carts:80"}\nredis: {enabled: false}\ningress: {host: "http://carts:1"}\n',
      'chart/templates/deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ .Values.name }}}\n',
    }
    expect(
      serviceNamed(files, 'web').dependsOn.map(({ service, kind, connection, evidence }) => [
        service,
        kind,
        connection?.variable,
        evidence[0]?.line,
      ]),
    ).toEqual([
      ['carts', 'requires', 'CARTS', 3],
      ['postgres', 'requires', undefined, 3],
    ])
  })

  test('is read from the values of a chart for many, each under its own name', () => {
    const values =
      'web:\n  image: shop/web:1\n  config: {backend: "carts:8080", unknown: "nobody:80", deep: [[[{a: 1}]]]}\ncarts:\n  image: {repository: shop/carts}\nother: 5\n'
    const files = { ...node('web'), ...node('carts'), 'helm/Chart.yaml': 'name: shop\n', 'helm/values.yaml': values }
    expect([linksOf(files, 'web'), linksOf(files, 'carts')]).toEqual([[['carts', 'requires']], []])
  })

  test('is read from a variant of the compose file, for services that only it has', () => {
    const files = {
      ...node('api'),
      ...node('jobs'),
      'compose.yaml': 'services:\n  api: {build: ./api}\n',
      'compose.full.yaml': 'services:\n  jobs:\n    build: ./jobs\n    depends_on: [api, queue]\n  queue: {image: "apache/kafka:4"}\n',
      'compose.dev.yaml': 'services:\n  api:\n    build: ./api\n    depends_on: [jobs]\n',
    }
    expect([linksOf(files, 'jobs'), linksOf(files, 'api')]).toEqual([
      [
        ['api', 'requires'],
        ['kafka', 'requires', 'kafka'],
      ],
      [],
    ])
  })

  test('knows a service by its container name, its alias and the name of its folder', () => {
    const files = {
      ...node('Catalog.API'),
      ...node('orders'),
      ...node('web'),
      'compose.yaml':
        'services:\n  orders: {build: ./orders, container_name: shop_orders, networks: {default: {aliases: [purchases]}}}\n  web:\n    build: ./web\n    environment: {A_URL: "http://shop_orders:1", B_URL: "http://purchases:1", C_URL: "http://catalog-api:1"}\n',
    }
    expect(linksOf(files, 'web')).toEqual([
      ['catalog-api', 'requires'],
      ['orders', 'requires'],
    ])
  })

  test('is read from the web server beside a page', () => {
    const files = {
      ...node('api'),
      'page/index.html': '<h1>x</h1>',
      'page/nginx.conf': 'server {\n  location /api/ { \n    proxy_pass http://api:3000/;\n  }\n}\n',
    }
    expect(linksOf(files, 'page')).toEqual([['api', 'requires']])
  })

  test('is read from the host of an Aspire application', () => {
    const files = {
      ...node('Shop.Api'),
      'Shop.Api/Shop.Api.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web" />',
      ...node('Shop.Web'),
      'Shop.Web/Shop.Web.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web" />',
      'Shop.AppHost/Shop.AppHost.csproj': '<Project Sdk="Aspire.AppHost.Sdk" />',
      'Shop.AppHost/Program.cs':
        'var builder = DistributedApplication.CreateBuilder(args);\nvar pg = builder.AddPostgres("pg");\nvar db = pg.AddDatabase("db");\nvar api = builder.AddProject<Projects.Shop_Api>("api")\n  .WithReference(db);\nbuilder.AddProject<Projects.Shop_Web>("web").WithReference(api);\n',
    }
    expect([linksOf(files, 'shop-api'), linksOf(files, 'shop-web')]).toEqual([
      [['postgres', 'requires', 'postgres']],
      [['shop-api', 'requires']],
    ])
  })

  test('is read from the host of an Aspire application with the variables that Aspire gives', () => {
    const project =
      '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference Include="Aspire.Npgsql" Version="9" /></ItemGroup></Project>'
    const program = 'var b = WebApplication.CreateBuilder(args);\nvar app = b.Build();\napp.Run();\n'
    const files = {
      'Shop.Api/Shop.Api.csproj': project,
      'Shop.Api/Program.cs': program,
      'Shop.Web/Shop.Web.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web" />',
      'Shop.Web/Program.cs': program,
      'Shop.AppHost/Shop.AppHost.csproj': '<Project Sdk="Aspire.AppHost.Sdk" />',
      'Shop.AppHost/Program.cs':
        'var builder = DistributedApplication.CreateBuilder(args);\nvar cache = builder.AddRedis("cache");\nvar pg = builder.AddPostgres("pg").AddDatabase("catalogdb");\nvar server = builder.AddMySql("server");\nvar orders = server.AddDatabase("orders");\nvar api = builder.AddProject<Projects.Shop_Api>("api").WithReference(cache).WithReference(pg).WithReference(orders, "sales").WaitFor(pg);\nbuilder.AddProject<Projects.Shop_Web>("web").WithReference(api).WithReference(orders).WaitFor(cache);\nbuilder.Build().Run();\n',
    }
    const given = (name: string) =>
      serviceNamed(files, name).dependsOn.map(({ service, connection, connections }) => [
        service,
        ...(connections ?? (connection === undefined ? [] : [connection])).map(({ variable, template }) => `${variable}=${template}`),
      ])
    expect([given('shop-api'), given('shop-web')]).toEqual([
      [
        ['mysql', 'ConnectionStrings__sales=Server={host};Port={port};Database={database};User={user};Password={password}'],
        ['postgres', 'ConnectionStrings__catalogdb=Host={host};Port={port};Database={database};Username={user};Password={password}'],
        ['redis', 'ConnectionStrings__cache={host}:{port}'],
      ],
      [
        ['mysql', 'ConnectionStrings__orders=Server={host};Port={port};Database={database};User={user};Password={password}'],
        ['redis'],
        ['shop-api', 'services__api__http__0=http://{host}:{port}'],
      ],
    ])
  })

  test("is read from Dapr's applications and their components", () => {
    const files = {
      ...node('orders'),
      'dapr.yaml': 'version: 1\ncommon: {resourcesPath: ./parts}\napps:\n  - {appID: order-processor, appDirPath: ./orders}\n',
      'parts/pubsub.yaml':
        'apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {name: pubsub}\nspec: {type: pubsub.rabbitmq, version: v1}\n',
    }
    expect(linksOf(files, 'orders')).toEqual([['rabbitmq', 'requires', 'rabbitmq']])
  })

  test('of a stack is what it brings along', () => {
    const files = { ...node('api'), 'compose.yaml': 'services:\n  api: {build: ./api}\n  cache: {image: memcached}\n' }
    const stack = analyzeFiles(files).services.find(({ type }) => type === 'compose_stack')
    expect(stack?.dependsOn.map(({ service, backing }) => [service, backing])).toEqual([['cache', 'memcached']])
  })

  test('is read from an override of what is included, whatever tags its values have', () => {
    const files = {
      ...node('web'),
      ...node('carts'),
      'web/compose.yaml': 'services:\n  web: {build: .}\n',
      'carts/compose.yaml': 'services:\n  carts: {build: ., ports: ["80:80"]}\n',
      'compose.yaml': 'include: [web/compose.yaml, carts/compose.yaml]\n',
      'compose.override.yaml':
        'services:\n  web:\n    environment:\n      - CARTS_ADDRESS=http://carts:80\n    labels: !reset null\n  carts:\n    ports: !override []\n',
    }
    expect(linksOf(files, 'web')).toEqual([['carts', 'requires']])
    expect(analyzeFiles(files).warnings.filter((warning) => warning.includes('YAML'))).toEqual([])
  })

  test('is taken from no deployment of many images that are somebody else’s', () => {
    const stack = (images: string) => `services:\n${images}  cache: {image: "redis:8"}\n`
    const one = '  app: {image: "shop/app:1", depends_on: [cache]}\n'
    const other = '  jobs: {image: "shop/jobs:1"}\n'
    const files = (images: string) => ({ ...node('api'), 'deploy/compose.yaml': stack(images) })
    expect([linksOf(files(one), 'api'), linksOf(files(one + other), 'api')]).toEqual([[['cache', 'requires', 'redis']], []])
  })

  test('is not made by a name that means the program itself or nobody', () => {
    const files = {
      ...node('api'),
      ...node('web'),
      'compose.yaml':
        'services:\n  api: {build: ./api}\n  web:\n    build: ./web\n    environment: {OTEL_SERVICE_NAME: api, MODE: api, KAFKA_TOPIC: api, X_URL: "http://example.com"}\n',
    }
    expect(linksOf(files, 'web')).toEqual([])
  })
})

describe('hosts', () => {
  test.each([
    ['http://api:3000/v1', 'A', ['api']],
    ['a:1,b:2', 'BROKERS', ['a', 'b']],
    ['mongodb://one:27017,two:27017/shop', 'M', ['one', 'two']],
    ['jdbc:postgresql://db:5432/shop', 'J', ['db']],
    ['Server=tcp:db,1433;Database=x', 'C', ['db']],
    ['user:pass@tcp(db:3306)/shop', 'DSN', ['db']],
    ['cache:6379,password=x', 'R', ['cache']],
    ['cache', 'CACHE_HOST', ['cache']],
    ['cache', 'MODE', []],
    ['12:30', 'AT', []],
  ])('of %s', (value, variable, hosts) => {
    expect(hostsIn(value, variable).map(({ host }) => host)).toEqual(hosts)
  })

  test('are not looked for in a value without end', () => {
    const values = [`${'a'.repeat(5_000)}:1`, 'http://'.repeat(2_000), 'Server='.repeat(2_000), ',a:1'.repeat(5_000)]
    expect(values.map((value) => hostsIn(value, 'X_HOST').length)).toEqual([0, 0, 1, 11])
  })
})

describe('a database that somebody runs elsewhere', () => {
  const app = {
    'app/package.json': json({ name: 'app', scripts: { start: 'node server.js' }, dependencies: { pg: '8', express: '5' } }),
    'app/server.js': "import pg from 'pg'\nnew pg.Pool({ connectionString: process.env.DATABASE_URL })\napp.listen(3000)\n",
    'app/Dockerfile': 'FROM node:24\nCOPY server.js .\nCMD ["node", "server.js"]\n',
  }
  const backingOf = (files: MemoryFiles) => {
    const { backing, recommendations, services } = analyzeFiles({ ...app, ...files })
    const needs = services.flatMap(({ name, dependsOn }) => dependsOn.map((link) => `${name} ${link.kind} ${link.service}`))
    const isTold = recommendations.some(({ code }) => code === 'backing_not_provided')
    return { backing: backing.map(({ name, isExternal }) => [name, isExternal === true]), needs, isTold }
  }
  const elsewhere = { backing: [['postgres', true]], needs: ['app requires postgres'], isTold: false }
  const added = { ...elsewhere, backing: [['postgres', false]] }

  test.each([
    ['a compose file', { 'compose.yaml': 'services: {app: {build: ./app, environment: {DATABASE_URL: "postgres://u:p@db.acme.io/x"}}}\n' }],
    [
      'an address without a name',
      { 'compose.yaml': 'services: {app: {build: ./app, environment: {DATABASE_URL: "postgres://u:p@10.2.0.9:5432/x"}}}\n' },
    ],
    ['kyozo.yaml', { 'kyozo.yaml': 'services:\n  app:\n    env: {DATABASE_URL: "postgres://u:p@ep-cool.eu.neon.tech/x"}\n' }],
    ["a platform's file", { 'app/fly.toml': '[env]\nDATABASE_URL = "postgres://u:p@db.acme.io/x"\n' }],
  ])('by %s is a dependency and is not added', (_, files) => {
    expect(backingOf(files)).toEqual(elsewhere)
  })

  test.each([
    [
      'names the machine itself',
      { 'compose.yaml': 'services: {app: {build: ./app, environment: {DATABASE_URL: "postgres://u:p@host.docker.internal/x"}}}\n' },
    ],
    ['is only an example', { 'app/.env.example': 'DATABASE_URL=postgres://u:p@db.acme.io/x\n' }],
    [
      'is a place inside the cluster',
      { 'kyozo.yaml': 'services:\n  app:\n    env: {DATABASE_URL: "postgres://u:p@db.shop.svc.cluster.local/x"}\n' },
    ],
  ])('is not meant by an address that %s', (_, files) => {
    expect(backingOf(files)).toEqual(added)
  })

  test('of one service leaves the one that another needs', () => {
    const other = Object.fromEntries(Object.entries(app).map(([path, text]) => [path.replace('app/', 'jobs/'), text]))
    const files = { ...other, 'kyozo.yaml': 'services:\n  app:\n    env: {DATABASE_URL: "postgres://u:p@db.acme.io/x"}\n' }
    expect(backingOf(files)).toEqual({
      backing: [
        ['external-postgres', true],
        ['postgres', false],
      ],
      needs: ['app requires external-postgres', 'jobs requires postgres'],
      isTold: false,
    })
  })
})
