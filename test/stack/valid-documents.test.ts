import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { writeMap } from '../../src/stack/compose-value.ts'
import { specifyStack } from '../../src/stack/specify.ts'
import type { BackingKind } from '../../src/topology/topology.ts'
import { composeConfig, schemaProblems } from './compose-tool.ts'
import { shopInput } from './shop.ts'
import { serviceSpec, stackInput, topology } from './support.ts'

const backingKinds: readonly BackingKind[] = ['postgres', 'redis', 'mysql', 'mongodb', 'rabbitmq', 'mariadb', 'valkey']

describe('a stack', () => {
  it('is valid by the specification and by compose, and runs without kyozo', async () => {
    const { document, overlay, documentText } = specifyStack(shopInput())
    expect(schemaProblems(document)).toEqual([])
    expect(schemaProblems(overlay)).toEqual([])
    const { services } = await composeConfig({ documents: [documentText] })
    expect(services.api?.environment).toEqual({
      DATABASE_URL: 'postgres://app:local-only@postgres:5432/app',
      PORT: '3000',
      PRICE: 'costs $$5',
    })
  })

  it('merges with its overlay into images, labels, and nothing else', async () => {
    const { documentText, overlayText, services } = specifyStack(shopInput())
    const alone = await composeConfig({ documents: [documentText] })
    const merged = await composeConfig({ documents: [documentText, overlayText], variables: { KYOZO_POSTGRES_PASSWORD: 's3cret' } })
    for (const { name, image } of services) {
      const { image: mergedImage, labels, environment, ...rest } = merged.services[name] ?? {}
      const { image: ownImage, environment: ownEnvironment, ...own } = alone.services[name] ?? {}
      expect(mergedImage).toBe(image)
      expect(ownImage === undefined || ownImage === image).toBe(true)
      expect(Object.keys(labels as object).filter((key) => !key.startsWith('kyozo.'))).toEqual([])
      expect(rest).toEqual(own)
      expect(JSON.stringify(environment)).toBe(JSON.stringify(ownEnvironment)?.replaceAll('local-only', 's3cret'))
    }
    expect(merged.volumes?.['postgres-data']).toEqual({
      name: 'kyozo-test_postgres-data',
      labels: { 'kyozo.environment': 'production', 'kyozo.instance': 'i1', 'kyozo.workspace': 'shop' },
    })
  })

  it.each(backingKinds)('with %s is valid, with a volume, a check and no rights but those its entrypoint needs', async (kind) => {
    const spec = specifyStack(stackInput({ topology: topology({ backing: [{ name: kind, kind, evidence: [] }] }) }))
    expect(schemaProblems(spec.document)).toEqual([])
    await composeConfig({ documents: [spec.documentText, spec.overlayText] })
    expect(spec.volumes).toEqual([`${kind}-data`])
    expect(spec.document.services[kind]).toMatchObject({
      cap_drop: ['ALL'],
      cap_add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
    })
  })

  it('with memcached, which keeps nothing, has no volume and no rights', async () => {
    const web = serviceSpec({
      name: 'web',
      path: 'web',
      dependsOn: [
        {
          service: 'memcached',
          backing: 'memcached',
          kind: 'requires',
          connection: { variable: 'MEMCACHED_SERVERS', template: '{host}:{port}' },
          evidence: [],
        },
        { service: 'other', kind: 'conflicts', evidence: [] },
      ],
    })
    const other = serviceSpec({ name: 'other', path: 'other' })
    const backing = [{ name: 'memcached', kind: 'memcached' as const, evidence: [] }]
    const spec = specifyStack(stackInput({ topology: topology({ services: [web, other], backing }) }))
    expect(schemaProblems(spec.document)).toEqual([])
    await composeConfig({ documents: [spec.documentText, spec.overlayText] })
    const { memcached } = spec.document.services
    expect([spec.volumes, Object.keys(memcached ?? {}).includes('cap_add'), memcached?.volumes]).toEqual([[], false, undefined])
    expect(memcached).toMatchObject({
      image: 'memcached:1.6-alpine',
      read_only: true,
      healthcheck: { test: ['CMD-SHELL', 'printf "version\\r\\nquit\\r\\n" | nc -w 2 127.0.0.1 11211 | grep -q VERSION'] },
    })
    // Whom it conflicts with orders nothing.
    expect([spec.document.services.web?.depends_on, spec.document.services.web?.environment]).toEqual([
      { memcached: { condition: 'service_healthy' } },
      expect.objectContaining({ MEMCACHED_SERVERS: 'memcached:11211' }),
    ])
  })

  it('leaves out what somebody else runs', () => {
    const backing = [{ name: 'redis', kind: 'redis' as const, evidence: [], isExternal: true as const }]
    const services = [serviceSpec({ name: 'web', path: 'web', dependsOn: [{ service: 'redis', kind: 'optional', evidence: [] }] })]
    expect(Object.keys(specifyStack(stackInput({ topology: topology({ services, backing }) })).document.services)).toEqual(['web'])
  })
})

describe('any value of a repository', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('$', '{', '}', ':', '#', '\n', '"', "'", '\\', '-', ' ', '!', '&', '*', '%', '\t', 'é'),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
    maxLength: 30,
  })
  const words = fc.constantFrom('yes', 'no', 'null', '~', '0x10', '1e3', '12:30:45', '0o17', '017', '2001-01-01', '.inf', '<<', '=', '')

  it('reads back as it was, whatever reader of YAML it meets', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,9}$/), fc.oneof(text, words)), (variables) => {
        const environment = Object.entries(variables).map(([name, value]) => ({ name, value, required: false }))
        const { document, documentText } = specifyStack(
          stackInput({ topology: topology({ services: [serviceSpec({ name: 'a', path: 'a', environment })] }) }),
        )
        const expected = Object.keys(variables).length === 0 ? undefined : writeMap(variables)
        expect(document.services.a?.environment).toEqual(expected)
        for (const version of ['1.1', '1.2'] as const) expect(parse(documentText, { version }).services.a.environment).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('reaches the container literally through compose', async () => {
    const values = [
      '$HOME',
      '${HOME}',
      '$$',
      '${KYOZO_X:-y}',
      'a: b # c',
      'line\nline\n',
      '  lead',
      'no',
      '0755',
      '12:30',
      '"quoted"',
      "it's",
      '\ttab',
      'é',
      '{a}',
      '[b]',
      '*c',
      '&d',
      '!e',
      '%f',
      '@g',
      '`h`',
      '-',
      '?',
      '|',
      '>',
    ]
    const environment = values.map((value, at) => ({ name: `V${at}`, value, required: false }))
    const { documentText } = specifyStack(
      stackInput({ topology: topology({ services: [serviceSpec({ name: 'a', path: 'a', environment })] }) }),
    )
    const { services } = await composeConfig({ documents: [documentText], variables: { KYOZO_X: 'leaked' } })
    // `compose config` prints what it would run with each `$` doubled again.
    const expected = Object.fromEntries(values.map((value, at) => [`V${at}`, value.replaceAll('$', '$$$$')]))
    expect(services.a?.environment).toEqual(expected)
  })
})
