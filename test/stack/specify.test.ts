import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { KyozoError } from '../../src/errors.ts'
import type { StackInput } from '../../src/stack/specify.ts'
import { specifyStack } from '../../src/stack/specify.ts'
import type { StackSpec } from '../../src/stack/stack.ts'
import { shopFiles, shopInput, shopTopology } from './shop.ts'
import { type Files, identity, serviceSpec, stackInput, topology } from './support.ts'

describe('the document', () => {
  it('is the whole stack as a person reads it', () => {
    expect(specifyStack(shopInput()).documentText).toMatchInlineSnapshot(`
      "# What kyozo runs for this repository. kyozo writes this file anew when the shape of the stack changes, not when only code does.
      # The same without kyozo: docker compose -f compose.kyozo.yaml up --build
      # The comments say where values come from. Rights, restarts, stopping and logs are the same for every service: kyozo decides them.

      services:
        # api: folder services/api, nodejs with express, because express in dependencies (services/api/package.json)
        # Built by kyozo's template nodejs: the folder has no Dockerfile.
        # Answers on port 3000; GET /healthz says whether it is healthy.
        # Needs postgres: pg in dependencies (services/api/package.json)
        # Nothing sets STRIPE_KEY, which it reads.
        # May use 512Mi of memory and 0.5 CPU.
        # Variables: DATABASE_URL leads to postgres; PRICE from its code and settings files; PORT is the port that it answers on.
        api:
          build:
            context: "."
            dockerfile_inline: |
              FROM node:24-slim
              WORKDIR /app
              COPY . .
              USER node
              CMD ["node", "server.js"]
          init: true
          depends_on:
            postgres:
              condition: service_healthy
          environment:
            DATABASE_URL: "postgres://app:\${KYOZO_POSTGRES_PASSWORD:-local-only}@postgres:5432/app"
            PRICE: costs $$5
            PORT: "3000"
          ports: ["127.0.0.1::3000"]
          tmpfs: ["/tmp:size=64m"]
          healthcheck:
            test: [CMD, node, -e, "fetch(\\"http://127.0.0.1:3000/healthz\\")"]
            interval: 10s
            timeout: 5s
            retries: 3
            start_period: 60s
            start_interval: 1s
          restart: unless-stopped
          stop_grace_period: 10s
          read_only: true
          security_opt: ["no-new-privileges:true"]
          cap_drop: [ALL]
          deploy:
            resources:
              limits:
                cpus: "0.5"
                memory: 512m
                pids: 256
          logging:
            driver: json-file
            options:
              max-size: 10m
              max-file: "3"

        # postgres: postgres, because pg in dependencies (services/api/package.json)
        # Runs postgres:17 with 512Mi of memory and 1 CPU: kyozo's choice for postgres.
        # kyozo makes its password, once for each environment.
        # Its data stays in the volume postgres-data.
        postgres:
          image: "postgres:17"
          environment:
            POSTGRES_USER: app
            POSTGRES_PASSWORD: "\${KYOZO_POSTGRES_PASSWORD:-local-only}"
            POSTGRES_DB: app
            PGDATA: /var/lib/postgresql/data
          volumes:
            - type: volume
              source: postgres-data
              target: /var/lib/postgresql/data
          tmpfs: ["/run/postgresql:size=64m", "/tmp:size=64m"]
          healthcheck:
            test: [CMD, pg_isready, --host, 127.0.0.1, --username, app, --dbname, app]
            interval: 10s
            timeout: 5s
            retries: 3
            start_period: 60s
            start_interval: 1s
          restart: unless-stopped
          stop_grace_period: 10s
          read_only: true
          security_opt: ["no-new-privileges:true"]
          cap_drop: [ALL]
          cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID]
          deploy:
            resources:
              limits:
                cpus: "1"
                memory: 512m
                pids: 256
          logging:
            driver: json-file
            options:
              max-size: 10m
              max-file: "3"

        # proxy: folder services/proxy, proxy, because Dockerfile from nginx:1 (services/proxy/Dockerfile)
        # Built by services/proxy/Dockerfile.
        # Answers on port 80; it is healthy when the port accepts connections.
        # Needs api: its code says so
        # May use 512Mi of memory and 0.5 CPU.
        # Variables: API_URL leads to api; PORT is the port that it answers on.
        proxy:
          build:
            context: ./services/proxy
            dockerfile: Dockerfile
          init: true
          depends_on:
            api:
              condition: service_healthy
          environment:
            PORT: "80"
            API_URL: "http://api:3000"
          ports: ["127.0.0.1::80"]
          restart: unless-stopped
          stop_grace_period: 10s
          security_opt: ["no-new-privileges:true"]
          cap_drop: [ALL]
          cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, KILL, NET_BIND_SERVICE, SETGID, SETUID]
          deploy:
            resources:
              limits:
                cpus: "0.5"
                memory: 512m
                pids: 256
          logging:
            driver: json-file
            options:
              max-size: 10m
              max-file: "3"

        # worker: folder services/worker, nodejs, because start script (services/worker/package.json)
        # Built by kyozo's template nodejs: the folder has no Dockerfile.
        # May use 512Mi of memory and 0.5 CPU.
        worker:
          build:
            context: "."
            dockerfile_inline: |
              FROM node:24-slim
              WORKDIR /app
              COPY . .
              USER node
              CMD ["node", "server.js"]
          init: true
          tmpfs: ["/tmp:size=64m"]
          restart: unless-stopped
          stop_grace_period: 10s
          read_only: true
          security_opt: ["no-new-privileges:true"]
          cap_drop: [ALL]
          deploy:
            resources:
              limits:
                cpus: "0.5"
                memory: 512m
                pids: 256
          logging:
            driver: json-file
            options:
              max-size: 10m
              max-file: "3"

      networks:
        default: {}

      volumes:
        postgres-data: {}
      "
    `)
  })

  it('is the same for other code, another commit, another release and another environment', () => {
    const other = specifyStack(
      shopInput({
        files: {
          ...shopFiles,
          'services/api/server.js': 'listen(3000) // faster\n',
          'packages/shared/index.js': 'export const name = "other"\n',
        },
        identity: { ...identity, environment: 'staging', project: 'kyozo-shop-staging' },
        revision: '2222222222222222222222222222222222222222',
        release: '01890000-0000-7000-8000-000000000002',
        generation: 2,
        secretVersions: { KYOZO_POSTGRES_PASSWORD: 'v2' },
      }),
    )
    expect(other.documentText).toBe(specifyStack(shopInput()).documentText)
  })

  it('says the same as its text', () => {
    const { document, documentText, overlay, overlayText } = specifyStack(shopInput())
    expect(parse(documentText, { version: '1.1' })).toEqual(document)
    expect(parse(overlayText, { version: '1.1' })).toEqual(overlay)
  })

  it('changes in one line when one port changes', () => {
    const services = shopTopology.services.map((service) => (service.name === 'proxy' ? { ...service, port: 8080 } : service))
    const before = specifyStack(shopInput()).documentText.split('\n')
    const after = specifyStack(shopInput({ topology: { ...shopTopology, services } })).documentText.split('\n')
    expect(after.filter((line) => !before.includes(line))).toEqual([
      '  # Answers on port 8080; it is healthy when the port accepts connections.',
      '      PORT: "8080"',
      '    ports: ["127.0.0.1::8080"]',
    ])
    expect(after).toHaveLength(before.length)
  })

  it('keeps a repository from ending a comment or naming a variable', () => {
    const evidence = [{ path: 'a/package.json', fact: 'start script\nservices:\u2028  evil: \u001b[31m${HOME}' }]
    const spec = serviceSpec({
      name: 'a',
      path: 'a',
      evidence,
      environment: [{ name: 'GREETING', required: false, value: '${HOME} $PATH $$ $' }],
    })
    const { documentText, document } = specifyStack(stackInput({ topology: topology({ services: [spec] }) }))
    expect(Object.keys(parse(documentText).services)).toEqual(['a'])
    expect(documentText).toContain('  # a: folder a, nodejs, because start script services: evil: [31m${HOME} (a/package.json)\n')
    expect(document.services.a?.environment).toEqual({ GREETING: '$${HOME} $$PATH $$$$ $$' })
  })
})

describe('the overlay', () => {
  it('holds image keys and labels, and nothing else', () => {
    expect(specifyStack(shopInput()).overlayText).toMatchInlineSnapshot(`
      "# What kyozo adds to compose.kyozo.yaml when it runs it: image keys and labels, nothing else.

      services:
        api:
          image: "kyozo/shop/api:8df6031a892844b8cd999121"
          labels:
            kyozo.instance: i1
            kyozo.workspace: shop
            kyozo.environment: production
            kyozo.service: api
            kyozo.release: 01890000-0000-7000-8000-000000000001
            kyozo.revision: "1111111111111111111111111111111111111111"
            kyozo.generation: "1"
            kyozo.config-hash: "v1:574d858e96b4263964ab78ad28d2efd0"
        postgres:
          labels:
            kyozo.instance: i1
            kyozo.workspace: shop
            kyozo.environment: production
            kyozo.service: postgres
            kyozo.release: 01890000-0000-7000-8000-000000000001
            kyozo.revision: "1111111111111111111111111111111111111111"
            kyozo.generation: "1"
            kyozo.config-hash: "v1:ba29132f4723c74d63fd9da2fa8b240b"
        proxy:
          image: "kyozo/shop/proxy:4e175f0621d5971b06e091b2"
          labels:
            kyozo.instance: i1
            kyozo.workspace: shop
            kyozo.environment: production
            kyozo.service: proxy
            kyozo.release: 01890000-0000-7000-8000-000000000001
            kyozo.revision: "1111111111111111111111111111111111111111"
            kyozo.generation: "1"
            kyozo.config-hash: "v1:c8151051482cd22f1b437dba6a737ded"
        worker:
          image: "kyozo/shop/worker:6c9504953a22821546c900a2"
          labels:
            kyozo.instance: i1
            kyozo.workspace: shop
            kyozo.environment: production
            kyozo.service: worker
            kyozo.release: 01890000-0000-7000-8000-000000000001
            kyozo.revision: "1111111111111111111111111111111111111111"
            kyozo.generation: "1"
            kyozo.config-hash: "v1:3b87edba237524ea7b387b09d76dce88"

      networks:
        default:
          labels:
            kyozo.instance: i1
            kyozo.workspace: shop
            kyozo.environment: production

      volumes:
        postgres-data:
          labels:
            kyozo.instance: i1
            kyozo.workspace: shop
            kyozo.environment: production
      "
    `)
  })
})

describe('the services', () => {
  it('start after what they need', () => {
    expect(specifyStack(shopInput()).services.map(({ name }) => name)).toEqual(['postgres', 'api', 'proxy', 'worker'])
  })

  it('are replaced beside the old one, except those that hold a volume', () => {
    expect(Object.fromEntries(specifyStack(shopInput()).services.map(({ name, replacement }) => [name, replacement]))).toEqual({
      postgres: { kind: 'stop_first', reason: 'it holds the volume postgres-data' },
      api: { kind: 'beside' },
      proxy: { kind: 'beside' },
      worker: { kind: 'beside' },
    })
  })

  it('are probed by what they say, else by their port, and a worker by nothing', () => {
    expect(Object.fromEntries(specifyStack(shopInput()).services.map(({ name, health }) => [name, health]))).toEqual({
      postgres: { kind: 'exec', command: ['pg_isready', '--host', '127.0.0.1', '--username', 'app', '--dbname', 'app'] },
      api: { kind: 'http', path: '/healthz', port: 3000 },
      proxy: { kind: 'tcp', port: 80 },
      worker: { kind: 'none' },
    })
  })

  it('keep an address that the repository sets, unless it is their own loopback', () => {
    const withUrl = (value: string) => {
      const services = shopTopology.services.map((spec) =>
        spec.name === 'api' ? { ...spec, environment: [{ name: 'DATABASE_URL', required: true, value }] } : spec,
      )
      const { environment } = specifyStack(shopInput({ topology: { ...shopTopology, services } })).document.services.api ?? {}
      return (environment as Record<string, string>).DATABASE_URL
    }
    const kyozos = 'postgres://app:${KYOZO_POSTGRES_PASSWORD:-local-only}@postgres:5432/app'
    expect(withUrl('postgres://reader@db.example.com/shop')).toBe('postgres://reader@db.example.com/shop')
    expect(withUrl('postgres://localhost.example.com/shop')).toBe('postgres://localhost.example.com/shop')
    for (const own of ['postgres://localhost:5432/shop', 'postgres://a:b@127.0.0.1/shop', 'postgres://[::1]/shop', 'localhost'])
      expect(withUrl(own)).toBe(kyozos)
  })

  it('that wait for each other in a circle are refused, and the circle is named', () => {
    const needs = (service: string) => [{ service, kind: 'requires' as const, evidence: [] }]
    const services = [
      serviceSpec({ name: 'a', path: 'a', dependsOn: needs('b') }),
      serviceSpec({ name: 'b', path: 'b', dependsOn: needs('c') }),
      serviceSpec({ name: 'c', path: 'c', dependsOn: needs('a') }),
    ]
    expect(failure(() => specifyStack(stackInput({ topology: topology({ services }) })))).toEqual([
      'dependency_cycle',
      'services wait for each other in a circle: a → b → c → a',
    ])
  })

  it('that can do without each other may refer to each other', () => {
    const uses = (service: string) => [
      { service, kind: 'optional' as const, connection: { variable: 'PEER', template: 'http://{host}:{port}' }, evidence: [] },
    ]
    const services = [
      serviceSpec({ name: 'a', path: 'a', port: 1000, dependsOn: uses('b') }),
      serviceSpec({ name: 'b', path: 'b', port: 2000, dependsOn: uses('a') }),
    ]
    const { document } = specifyStack(stackInput({ topology: topology({ services }) }))
    expect(document.services.a?.environment).toEqual({ PEER: 'http://b:2000', PORT: '1000' })
    expect(document.services.a?.depends_on).toBeUndefined()
  })

  it('without a template or with a missing Dockerfile are refused by name', () => {
    const noTemplate = serviceSpec({ name: 'a', path: 'a', build: { kind: 'template', template: 'cobol', context: 'a' } })
    const noFile = serviceSpec({ name: 'a', path: 'a', build: { kind: 'dockerfile', dockerfile: 'a/Dockerfile', context: 'a' } })
    const specify = (spec: typeof noFile) => failure(() => specifyStack(stackInput({ topology: topology({ services: [spec] }) })))
    expect(specify(noTemplate)).toEqual(['template_missing', 'a (a) has no Dockerfile, and there is no template cobol to make one'])
    expect(specify(noFile)).toEqual(['dockerfile_refused', 'a is built by a/Dockerfile, which is not in the commit'])
  })
})

describe('the hashes', () => {
  it('stay when only labels do not: commit, release, generation', () => {
    const later = specifyStack(shopInput({ revision: '3333333333333333333333333333333333333333', release: 'r2', generation: 7 }))
    expect(hashes(later)).toEqual(hashes(specifyStack(shopInput())))
  })

  it.each([
    ['services/api/server.js', ['api']],
    ['packages/shared/index.js', ['api', 'worker']],
    ['services/proxy/nginx.conf', ['proxy']],
    ['services/proxy/notes.txt', []],
    ['docs/guide.md', []],
  ])('of a change of %s are new for exactly the services that read it', (path, expected) => {
    expect(changed(shopInput(), shopInput({ files: { ...shopFiles, [path]: 'something else\n' } }))).toEqual(expected)
  })

  it('of a reverted change are the first ones again', () => {
    const changedFiles: Files = { ...shopFiles, 'services/api/server.js': 'broken\n' }
    expect(changed(shopInput(), shopInput({ files: changedFiles }))).toEqual(['api'])
    expect(
      changed(shopInput(), shopInput({ files: { ...changedFiles, 'services/api/server.js': shopFiles['services/api/server.js'] ?? '' } })),
    ).toEqual([])
  })

  it('of a new secret are new for the services that read it', () => {
    const at = (version: string) => shopInput({ secretVersions: { KYOZO_POSTGRES_PASSWORD: version } })
    expect(changed(at('1'), at('2'))).toEqual(['api', 'postgres'])
  })

  it('of one more copy stay, so that the others go on running', () => {
    const services = shopTopology.services.map((spec) => (spec.name === 'api' ? { ...spec, replicas: 3 } : spec))
    expect(changed(shopInput(), shopInput({ topology: { ...shopTopology, services } }))).toEqual([])
  })
})

function hashes(spec: StackSpec): Readonly<Record<string, string>> {
  return Object.fromEntries(spec.services.map(({ name, image, configHash }) => [name, `${image} ${configHash}`]))
}

function changed(before: StackInput, after: StackInput): string[] {
  const [old, young] = [hashes(specifyStack(before)), hashes(specifyStack(after))]
  return Object.keys(young)
    .filter((name) => old[name] !== young[name])
    .sort()
}

function failure(act: () => unknown): [string, string] | undefined {
  try {
    act()
  } catch (error) {
    if (error instanceof KyozoError) return [error.code, error.message]
    throw error
  }
  return undefined
}
