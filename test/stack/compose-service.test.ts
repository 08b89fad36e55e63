import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../src/errors.ts'
import { specifyStack } from '../../src/stack/specify.ts'
import type { ComposeModel } from '../../src/topology/compose/model.ts'
import { composeConfig, schemaProblems } from './compose-tool.ts'
import { composeModel, modelService, serviceSpec, stackInput, topology } from './support.ts'

const files = {
  'compose.yaml': 'services: {}\n',
  'web/Dockerfile': 'FROM node:24-slim\nCOPY server.js /\nUSER node\nCMD ["node", "/server.js"]\n',
  'web/server.js': 'listen()\n',
  'conf/nginx.conf': 'server { root $root; }\n',
}

/** A web service that the folder's detector found too, a proxy with a mounted file, a database, and a migration that runs once. */
const model: ComposeModel = {
  ...composeModel('compose.yaml', {
    web: modelService({
      build: { context: 'web', dockerfile: 'web/Dockerfile', args: {} },
      environment: { GREETING: 'hi $USER' },
      ports: [{ target: 3000, protocol: 'tcp', published: 8000 }],
      dependsOn: { DB_main: { condition: 'healthy', required: true }, migrate: { condition: 'completed', required: true } },
      networks: { back: { aliases: ['app'] }, front: { aliases: [] } },
    }),
    proxy: modelService({
      image: 'nginx:1.28-alpine',
      ports: [{ target: 80, protocol: 'tcp' }],
      mounts: [
        { kind: 'file', source: 'conf/nginx.conf', target: '/etc/nginx/nginx.conf', content: 'server { root $root; }\n' },
        { kind: 'file', target: '/etc/motd', content: 'hello $USER', mode: '0440' },
        { kind: 'tmpfs', target: '/tmp', sizeBytes: 1048576, mode: '1777', isExecutable: false },
      ],
      isReadOnly: true,
      links: [{ service: 'web', alias: 'backend' }],
    }),
    DB_main: modelService({
      image: 'postgres:17',
      environment: { POSTGRES_PASSWORD: 'pa$$' },
      mounts: [{ kind: 'volume', volume: 'data', target: '/var/lib/postgresql/data', isReadOnly: false }],
      healthcheck: { isDisabled: false, test: ['CMD-SHELL', 'pg_isready'], intervalMs: 1500, retries: 5 },
      resources: { memoryBytes: 268435456, cpus: 2, pids: 100 },
      restart: 'always',
      user: '999:999',
    }),
    migrate: modelService({ image: 'busybox:1.37', command: ['true'], dependsOn: { DB_main: { condition: 'healthy', required: true } } }),
  }),
  volumes: { data: { labels: {} } },
}

const input = stackInput({
  files,
  composeModels: [model],
  topology: topology({
    services: [
      serviceSpec({ name: 'shop', path: '.', type: 'compose_stack', build: { kind: 'compose', file: 'compose.yaml' } }),
      serviceSpec({
        name: 'web',
        path: 'web',
        build: { kind: 'dockerfile', dockerfile: 'web/Dockerfile', context: 'web' },
        port: 3000,
        health: { kind: 'http', path: '/up' },
        compose: { file: 'compose.yaml', service: 'web' },
        dependsOn: [
          {
            service: 'db-main',
            kind: 'requires',
            connection: { variable: 'DATABASE_URL', template: 'postgres://{user}:{password}@{host}:{port}/{database}' },
            evidence: [],
          },
        ],
      }),
    ],
    backing: [{ name: 'db-main', kind: 'postgres', evidence: [], compose: { file: 'compose.yaml', service: 'DB_main' } }],
  }),
})

describe("a user's own compose file", () => {
  it('becomes a document with the limits of kyozo', async () => {
    const spec = specifyStack(input)
    expect(spec.documentText).toMatchInlineSnapshot(`
      "# What kyozo runs for this repository. kyozo writes this file anew when the shape of the stack changes, not when only code does.
      # The same without kyozo: docker compose -f compose.kyozo.yaml up --build
      # The comments say where values come from. Rights, restarts, stopping and logs are the same for every service: kyozo decides them.

      services:
        # db-main: service DB_main of compose.yaml
        # Variables: POSTGRES_PASSWORD from compose.yaml.
        db-main:
          image: "postgres:17"
          user: "999:999"
          environment:
            POSTGRES_PASSWORD: pa$$$$
          networks:
            default:
              aliases: [DB_main]
          volumes:
            - type: volume
              source: data
              target: /var/lib/postgresql/data
          healthcheck:
            test: [CMD-SHELL, pg_isready]
            retries: 5
            interval: 1500ms
          restart: always
          stop_grace_period: 10s
          security_opt: ["no-new-privileges:true"]
          cap_drop: [ALL]
          deploy:
            resources:
              limits:
                cpus: "2"
                memory: 256m
                pids: 100
          logging:
            driver: json-file
            options:
              max-size: 10m
              max-file: "3"

        # migrate: service migrate of compose.yaml
        # Where the file says no limit, kyozo does: memory 512Mi, 1 CPU, 256 processes.
        migrate:
          image: "busybox:1.37"
          command: ["true"]
          depends_on:
            db-main:
              condition: service_healthy
          restart: "no"
          stop_grace_period: 10s
          security_opt: ["no-new-privileges:true"]
          cap_drop: [ALL]
          cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, KILL, NET_BIND_SERVICE, SETGID, SETUID]
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

        # proxy: service proxy of compose.yaml
        # The files that it mounts are copied into its image.
        # Where the file says no limit, kyozo does: memory 512Mi, 1 CPU, 256 processes.
        proxy:
          build:
            context: "."
            dockerfile_inline: |
              FROM nginx:1.28-alpine
              COPY --chmod=0440 <<"END_cb3f480cd983edd2" /etc/motd
              hello $$USER
              END_cb3f480cd983edd2
              COPY ["conf/nginx.conf","/etc/nginx/nginx.conf"]
          ports: ["127.0.0.1::80"]
          tmpfs: ["/tmp:size=1048576,mode=1777"]
          restart: unless-stopped
          stop_grace_period: 10s
          read_only: true
          security_opt: ["no-new-privileges:true"]
          cap_drop: [ALL]
          cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, KILL, NET_BIND_SERVICE, SETGID, SETUID]
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

        # web: service web of compose.yaml; start script (web/package.json)
        # Built by web/Dockerfile.
        # Where the file says no limit, kyozo does: memory 512Mi, 0.5 CPU, 256 processes.
        # Variables: DATABASE_URL leads to db-main; GREETING from compose.yaml.
        web:
          build:
            context: ./web
            dockerfile: Dockerfile
          depends_on:
            db-main:
              condition: service_healthy
            migrate:
              condition: service_completed_successfully
          environment:
            GREETING: hi $$USER
            DATABASE_URL: "postgres://postgres:pa$$$$@db-main:5432/postgres"
          ports: ["127.0.0.1::3000"]
          networks:
            default:
              aliases: [app, backend]
          restart: unless-stopped
          stop_grace_period: 10s
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
        data: {}
      "
    `)
    expect(schemaProblems(spec.document)).toEqual([])
    await composeConfig({ documents: [spec.documentText, spec.overlayText] })
  })

  it('has every difference listed with its reason', () => {
    const lines = specifyStack(input).differences.map(({ pointer, change, reason }) => `${pointer}: ${change} (${reason})`)
    expect(lines).toMatchInlineSnapshot(`
      [
        "/services/DB_main: is called db-main; it answers to DB_main too (names of services are host names)",
        "/services/DB_main/cap_drop: no-new-privileges is set, all capabilities are dropped (a container has only the rights that it needs)",
        "/services/DB_main/logging: logs are kept in 3 files of 10 MB (logs do not fill the disk)",
        "/services/migrate/cap_drop: no-new-privileges is set, all capabilities are dropped but CHOWN, DAC_OVERRIDE, FOWNER, KILL, NET_BIND_SERVICE, SETGID, SETUID (a container has only the rights that it needs)",
        "/services/migrate/deploy/resources/limits: limited to memory 512Mi, 1 CPU, 256 processes (no service may take the whole machine)",
        "/services/migrate/logging: logs are kept in 3 files of 10 MB (logs do not fill the disk)",
        "/services/proxy/cap_drop: no-new-privileges is set, all capabilities are dropped but CHOWN, DAC_OVERRIDE, FOWNER, KILL, NET_BIND_SERVICE, SETGID, SETUID (a container has only the rights that it needs)",
        "/services/proxy/deploy/resources/limits: limited to memory 512Mi, 1 CPU, 256 processes (no service may take the whole machine)",
        "/services/proxy/links: web answers to backend for every service (an environment has one network of its own)",
        "/services/proxy/logging: logs are kept in 3 files of 10 MB (logs do not fill the disk)",
        "/services/proxy/restart: restart: unless-stopped (a service comes back after a crash or a restart of the machine)",
        "/services/proxy/volumes: files of the repository are copied into the image (nothing changes under a running container)",
        "/services/web/cap_drop: no-new-privileges is set, all capabilities are dropped (a container has only the rights that it needs)",
        "/services/web/deploy/resources/limits: limited to memory 512Mi, 0.5 CPU, 256 processes (no service may take the whole machine)",
        "/services/web/environment: DATABASE_URL is set to the address of db-main (the code reads it and nothing sets it)",
        "/services/web/logging: logs are kept in 3 files of 10 MB (logs do not fill the disk)",
        "/services/web/networks: joins the environment's network instead of back, front (an environment has one network of its own)",
        "/services/web/restart: restart: unless-stopped (a service comes back after a crash or a restart of the machine)",
      ]
    `)
  })

  it('gives services that end by themselves no health to wait for, and those that wait for them a condition', () => {
    const { services } = specifyStack(input)
    expect(services.map(({ name, isOneShot, health, dependsOn }) => ({ name, isOneShot, health, dependsOn }))).toEqual([
      { name: 'db-main', isOneShot: false, health: { kind: 'exec', command: ['/bin/sh', '-c', 'pg_isready'] }, dependsOn: [] },
      { name: 'migrate', isOneShot: true, health: { kind: 'none' }, dependsOn: [{ service: 'db-main', condition: 'healthy' }] },
      { name: 'proxy', isOneShot: false, health: { kind: 'tcp', port: 80 }, dependsOn: [] },
      {
        name: 'web',
        isOneShot: false,
        health: { kind: 'http', path: '/up', port: 3000 },
        dependsOn: [
          { service: 'db-main', condition: 'healthy' },
          { service: 'migrate', condition: 'completed' },
        ],
      },
    ])
  })

  it('that mounts a file of the repository rebuilds exactly the service that mounts it when the file changes', () => {
    const images = (more: Record<string, string>) =>
      new Map(specifyStack({ ...input, ...stackInputTree({ ...files, ...more }) }).services.map(({ name, image }) => [name, image]))
    const before = images({})
    const after = images({ 'conf/nginx.conf': 'server {}\n' })
    expect([...after].filter(([name, image]) => before.get(name) !== image).map(([name]) => name)).toEqual(['proxy'])
  })

  it('and a folder cannot both call a service the same', () => {
    const twin = serviceSpec({ name: 'proxy', path: 'proxy' })
    const act = () => specifyStack({ ...input, topology: topology({ services: [twin] }) })
    expect(act).toThrow(KyozoError)
    expect(act).toThrow('two services are called proxy: proxy and compose.yaml')
  })

  it('lets a service live in the network of another, and replaces it with that one', () => {
    const sharing = (image: string) =>
      composeModel('compose.yaml', {
        vpn: modelService({ image }),
        app: modelService({ image: 'app:1', networkMode: { kind: 'service', service: 'vpn' }, networks: {} }),
      })
    const specify = (image: string) => specifyStack(stackInput({ composeModels: [sharing(image)] })).services
    expect(specify('vpn:1').map(({ name, replacement }) => [name, replacement])).toEqual([
      ['vpn', { kind: 'stop_first', reason: 'app lives in its namespace' }],
      ['app', { kind: 'stop_first', reason: 'it lives in the namespace of vpn' }],
    ])
    expect(specify('vpn:1')[1]?.configHash).not.toBe(specify('vpn:2')[1]?.configHash)
  })

  it.each([
    ['/etc/$HOME/x', 'compose.yaml: a mounts a file at "/etc/$HOME/x", which is not a plain path'],
    ['relative', 'compose.yaml: a mounts a file at "relative", which is not a plain path'],
    ['/etc/x\nRUN id', 'which is not a plain path'],
    ['/etc/two words', 'compose.yaml: a mounts a file at "/etc/two words", which has a space in its name'],
    ['/data/x', 'compose.yaml: a mounts a file at /data/x, inside the volume at /data/'],
  ])('refuses to put a file at %j, where an image cannot have it', (target, message) => {
    const mounts = [
      { kind: 'file' as const, target, content: '' },
      { kind: 'anonymous' as const, target: '/data/', isReadOnly: false },
    ]
    const act = () =>
      specifyStack(stackInput({ composeModels: [composeModel('compose.yaml', { a: modelService({ image: 'a:1', mounts }) })] }))
    expect(act).toThrow(message)
  })
})

function stackInputTree(tree: Record<string, string>) {
  return { tree: stackInput({ files: tree }).tree }
}
