import { describe, expect, it } from 'vitest'
import { explainChanges, rememberServices } from '../../../src/reconcile/explain-changes.ts'
import { committedFile } from '../../../src/stack/committed/file.ts'
import type { StackSpec } from '../../../src/stack/stack.ts'
import type { MemoryFiles } from '../../support/source-tree.ts'
import { type ComposeConfig, composeConfig, schemaProblems } from '../compose-tool.ts'
import { edited, lineOf, shop, specify, specifyWith, written } from './repository.ts'

const generated = specify().stack

const hashes = ({ services }: StackSpec) => Object.fromEntries(services.map(({ name, configHash }) => [name, configHash]))
const service = (stack: StackSpec, name: string) => stack.services.find((one) => one.name === name)

/** Services that would be replaced, compared with what kyozo generates. */
function replaced(stack: StackSpec): string[] {
  const before = hashes(generated)
  return Object.entries(hashes(stack)).flatMap(([name, hash]) => (before[name] === hash ? [] : [name]))
}

const memory = ['memory: 512m', 'memory: 1g'] as const
const variable = ['      PORT: "3000"\n', '      PORT: "3000"\n      FEATURE: on\n      PRICE: costs $$5\n'] as const
const secret = [
  '      PORT: "3000"\n',
  '      PORT: "3000"\n      OTHER_URL: "pg://${KYOZO_POSTGRES_PASSWORD:-local-only}@postgres"\n',
] as const
const replicas = ['    deploy:\n', '    deploy:\n      replicas: 3\n'] as const
const image = ['image: "postgres:17"', 'image: postgres:16'] as const
const extra = [
  'networks:\n',
  '  cache:\n    image: redis:7\n    volumes: ["cache-data:/data"]\n    depends_on: [postgres]\n\nnetworks:\n',
] as const
const cacheData = ['  postgres-data: {}\n', '  postgres-data: {}\n  cache-data:\n'] as const
const noMailer = [written.slice(written.indexOf('  # mailer:'), written.indexOf('  # postgres:')), ''] as const

/** Services as their containers are made: without labels, the keys of built images, and what Compose spells in two ways. */
function asCreated({ services }: ComposeConfig): unknown {
  const made = Object.entries(services).map(([name, { labels: _, image, ...rest }]) => [
    name,
    rest.build === undefined ? { image, ...rest } : rest,
  ])
  return JSON.parse(JSON.stringify(Object.fromEntries(made)).replaceAll(',"volume":{}', ''))
}

describe('what runs', () => {
  it('is the same to the byte with and without the file that kyozo wrote', () => {
    const committed = specify({ ...shop, [committedFile]: written })
    expect(committed.stack).toEqual(generated)
    expect(committed.committed.merged).toEqual({ text: written, edits: [], conflicts: [] })
  })

  it.each([
    ['a limit', [memory]],
    ['a variable', [variable]],
    ['a variable with what kyozo fills in', [secret]],
    ['a number of copies', [replicas]],
    ['an image', [image]],
    ['a check', [['/healthz"', '/ready"']]],
    ['another way to write the same', [['ports: ["127.0.0.1::3000"]', "ports: ['127.0.0.1::3000']\n    # mine"]]],
    ['a service that is not to run', [noMailer]],
    ['a service that people add', [extra, cacheData]],
    ['everything at once', [memory, variable, replicas, image, extra, cacheData, noMailer]],
  ] as const)('is the committed file and the overlay of image keys, labels and ports, nothing else: with %s', async (_, changes) => {
    const { stack, committed } = specifyWith(edited(...changes))
    expect(schemaProblems(stack.document)).toEqual([])
    const [alone, running] = await Promise.all([
      composeConfig({ documents: [committed.merged.text] }),
      composeConfig({ documents: [stack.documentText, stack.overlayText] }),
    ])
    expect(asCreated(running)).toEqual(asCreated(alone))
    expect(Object.keys(running.volumes ?? {})).toEqual(Object.keys(alone.volumes ?? {}))
  })

  it('follows a limit, and replaces that service only', () => {
    const { stack } = specifyWith(edited(memory))
    expect(stack.document.services.api).toEqual({
      ...generated.document.services.api,
      deploy: { resources: { limits: { cpus: '0.5', memory: '1g', pids: 256 } } },
    })
    expect(replaced(stack)).toEqual(['api'])
    expect(stack.documentText).toContain('# Changed in compose.kyozo.yaml: deploy.')
    expect(stack.edits).toEqual([
      {
        path: ['services', 'api', 'deploy', 'resources', 'limits', 'memory'],
        kind: 'changed',
        line: lineOf(written, 'memory: 512m'),
        value: '1g',
        generated: '512m',
      },
    ])
  })

  it('says in the plan that it was the file', () => {
    const { stack } = specifyWith(edited(memory))
    const diff = { base: 'a', added: [], modified: [committedFile, 'kyozo.yaml'], removed: [], renamed: [] }
    const { services } = explainChanges({ spec: stack, previousServices: rememberServices(generated), diff })
    expect([services.get('api'), services.get('mailer')]).toEqual([
      'deploy.resources.limits.memory changed (compose.kyozo.yaml)',
      expect.stringContaining('nothing that it reads changed'),
    ])
  })

  it('has literal values as they are meant, and what kyozo fills in where people refer to it', () => {
    const { stack } = specifyWith(edited(variable, secret))
    expect(stack.document.services.api?.environment).toEqual({
      PORT: '3000',
      OTHER_URL: 'pg://${KYOZO_POSTGRES_PASSWORD:-local-only}@postgres',
      FEATURE: 'on',
      PRICE: 'costs $$5',
      DATABASE_URL: 'postgres://app:${KYOZO_POSTGRES_PASSWORD:-local-only}@postgres:5432/app',
    })
    expect(stack.secrets).toEqual(generated.secrets)
  })

  it('has more copies without replacing those that run', () => {
    const { stack } = specifyWith(edited(replicas))
    expect([service(stack, 'api')?.replicas, replaced(stack)]).toEqual([3, []])
  })

  it('asks the port and the check that the file says', () => {
    const { stack } = specifyWith(edited(['"127.0.0.1::2525"', '"127.0.0.1::2526"'], ['/healthz"', '/ready"']))
    expect(service(stack, 'mailer')).toMatchObject({ port: 2526, health: { kind: 'tcp', port: 2526 } })
    expect(service(stack, 'api')).toMatchObject({
      port: 3000,
      health: { kind: 'exec', command: expect.arrayContaining(['http://127.0.0.1:3000/ready']) },
    })
    expect(service(stack, 'postgres')).toEqual(service(generated, 'postgres'))
  })

  it('pulls the image that the file names', () => {
    const { stack } = specifyWith(edited(image))
    expect([service(stack, 'postgres')?.image, replaced(stack)]).toEqual(['postgres:16', ['postgres']])
  })

  it('builds what the file says, under a key of its own', () => {
    const { stack } = specifyWith(
      edited(['USER 10001:10001', 'USER 1000:1000'], ['      dockerfile: Dockerfile', '      dockerfile: Dockerfile\n      args: {A: b}']),
    )
    expect(service(stack, 'api')?.build).toMatchObject({ context: 'api', dockerfile: expect.stringContaining('USER 1000:1000') })
    expect(service(stack, 'api')?.build?.dockerfile).toContain('PATH="/app/node_modules/.bin:$PATH"')
    expect(service(stack, 'mailer')?.build).toMatchObject({ args: { A: 'b' }, files: ['mailer/Dockerfile', 'mailer/mail.sh'].slice(1) })
    expect(stack.services.filter(({ image: key }) => !generated.services.some((one) => one.image === key)).map(({ name }) => name)).toEqual(
      ['api', 'mailer'],
    )
  })

  it('waits as the file says, and keeps what kyozo knows of the rest', () => {
    const { stack } = specifyWith(
      edited(['        condition: service_healthy\n', '        condition: service_healthy\n      mailer: {condition: service_started}\n']),
    )
    expect(service(stack, 'api')?.dependsOn).toEqual([
      { service: 'postgres', condition: 'healthy' },
      { service: 'mailer', condition: 'started' },
    ])
    expect(stack.services.map(({ name }) => name)).toEqual(['mailer', 'postgres', 'api'])
    expect(replaced(stack)).toEqual([])
  })

  it('mounts a volume that people add, and gives way to the next release first', () => {
    const mount = [
      '    ports: ["127.0.0.1::2525"]\n',
      '    ports: ["127.0.0.1::2525"]\n    volumes:\n      - mail-data:/var/mail\n',
    ] as const
    const { stack } = specifyWith(edited(mount, ['  postgres-data: {}\n', '  postgres-data: {}\n  mail-data: {}\n']))
    expect(service(stack, 'mailer')).toMatchObject({
      volumes: ['mail-data'],
      replacement: { kind: 'stop_first', reason: 'it holds the volume mail-data' },
    })
    expect(stack.volumes).toEqual(['mail-data', 'postgres-data'])
  })

  it('has no service that people took away, and goes without it for good', () => {
    const text = edited(noMailer)
    const { stack, committed } = specifyWith(text)
    expect(Object.keys(stack.document.services)).toEqual(['api', 'postgres'])
    expect(committed.merged.text).toBe(text)
    expect(stack.edits).toMatchObject([{ path: ['services', 'mailer'], kind: 'removed' }])
    const later: MemoryFiles = {
      ...shop,
      'mailer/Dockerfile': `${String(shop['mailer/Dockerfile']).replace('EXPOSE 2525', 'EXPOSE 2600')}`,
      [committedFile]: text,
    }
    expect(Object.keys(specify(later, { committed: { last: written } }).stack.document.services)).toEqual(['api', 'postgres'])
  })

  it('has a service that people add, within kyozo’s limits, which are written into the file', () => {
    const { stack, committed } = specifyWith(edited(extra, cacheData))
    expect(committed.merged.text).toContain(
      [
        '  cache:',
        '    image: redis:7',
        '    volumes: ["cache-data:/data"]',
        '    depends_on: [postgres]',
        '    restart: unless-stopped',
        '    stop_grace_period: 10s',
        '    security_opt: ["no-new-privileges:true"]',
        '    cap_drop: [ALL]',
        '    cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, KILL, NET_BIND_SERVICE, SETGID, SETUID]',
        '    deploy:',
        '      resources:',
        '        limits:',
        '          cpus: "1"',
        '          memory: 512m',
        '          pids: 256',
        '    logging:',
        '      driver: json-file',
      ].join('\n'),
    )
    expect(service(stack, 'cache')).toMatchObject({
      type: 'backing',
      image: 'redis:7',
      volumes: ['cache-data'],
      dependsOn: [{ service: 'postgres', condition: 'started' }],
    })
    expect(replaced(stack)).toEqual(['cache'])
    const again = specifyWith(committed.merged.text)
    expect([again.committed.merged.text, again.stack.document]).toEqual([committed.merged.text, stack.document])
  })

  it('is what a setting in kyozo says where the file says otherwise', () => {
    const context = { settings: { api: { resources: { memory: '2Gi' } } } }
    const { stack, committed } = specifyWith(edited(memory), context)
    expect(committed.merged.conflicts).toMatchObject([{ path: ['services', 'api', 'deploy', 'resources', 'limits', 'memory'] }])
    expect(stack.document.services.api?.deploy).toEqual({ resources: { limits: { cpus: '0.5', memory: '2g', pids: 256 } } })
  })

  it('goes on without a service whose folder is gone, whatever was changed in it, and says so', () => {
    const { 'mailer/Dockerfile': _, 'mailer/mail.sh': __, ...rest } = shop
    const file = edited(['      PORT: "2525"\n', '      PORT: "2525"\n      FROM: me\n'])
    const { stack, committed } = specify({ ...rest, [committedFile]: file }, { committed: { last: written } })
    expect(Object.keys(stack.document.services)).toEqual(['api', 'postgres'])
    expect(committed.merged.conflicts).toMatchObject([{ path: ['services', 'mailer'], present: { line: expect.any(Number) } }])
  })

  it('is small in a preview, whatever the file says', () => {
    const { stack } = specifyWith(edited(['memory: 512m', 'memory: 4g'], replicas, variable), { preview: { trust: 'preview' } })
    expect(stack.document.services.api).toMatchObject({
      restart: 'on-failure:5',
      deploy: { resources: { limits: { memory: '512m', pids: 128 } } },
    })
    expect(stack.document.services.api?.environment).toMatchObject({ FEATURE: 'on' })
    expect(service(stack, 'api')?.replicas).toBe(1)
  })
})

describe('a commit of the file alone', () => {
  it('rebuilds nothing, even where the repository’s root is what is built', () => {
    const site: MemoryFiles = { 'index.html': '<title>hello</title>' }
    const before = specify(site)
    const after = specify({ ...site, [committedFile]: before.committed.generated })
    expect(after.stack).toEqual(before.stack)
    const own: MemoryFiles = { Dockerfile: 'FROM busybox:1.37\nCOPY . /\nEXPOSE 80\nCMD ["httpd"]\n' }
    const built = specify(own)
    expect(specify({ ...own, [committedFile]: built.committed.generated }).stack).toEqual(built.stack)
  })
})
