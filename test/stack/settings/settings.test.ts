// What people may set of a service: every rule, with the field, the value and the rule in its words.
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/errors.ts'
import { changedSettings, checkSettings } from '../../../src/stack/settings/check-settings.ts'
import { checkHealth } from '../../../src/stack/settings/health.ts'
import { checkPorts } from '../../../src/stack/settings/ports.ts'
import { overQuota } from '../../../src/stack/settings/quota.ts'
import { bytesOf, checkResources, coresOf } from '../../../src/stack/settings/resources.ts'
import { checkScaling } from '../../../src/stack/settings/scaling.ts'
import { checkVariables } from '../../../src/stack/settings/variables.ts'

const rules = { from: 20_000, to: 29_999, reserved: new Map([[24_400, 'kyozo itself']]) }
const at = (field: string) => ({ pointer: `/${field}`, field })
const said = (problems: readonly Problem[]) =>
  problems.map(({ source, message }) => `${'pointer' in source ? source.pointer : ''} ${message}`)

describe('port mappings', () => {
  it.each([
    ['nothing', 'http', ['/ports ports is "http", and must be a list such as [{"container": 5432, "host": "auto", "protocol": "tcp"}]']],
    [
      'a port of the machine below 1024',
      [{ container: 80, host: 443 }],
      ['/ports/0/host ports[0].host is 443, and is reserved for the machine: ports below 1024 are not given away'],
    ],
    [
      'a port out of the range',
      [{ container: 80, host: 8080 }],
      ['/ports/0/host ports[0].host is 8080, and must be "auto" or from 20000 to 29999, the ports that this kyozo gives away'],
    ],
    ['kyozo’s own port', [{ container: 80, host: 24_400 }], ['/ports/0/host ports[0].host is 24400, and is reserved for kyozo itself']],
    [
      'a protocol that is none',
      [{ container: 80, protocol: 'TCP' }],
      ['/ports/0/protocol ports[0].protocol is "TCP", and must be tcp or udp'],
    ],
    [
      'a container’s port that is none',
      [{ container: 0 }],
      ['/ports/0/container ports[0].container is 0, and must be a whole number from 1 to 65535'],
    ],
    [
      'one port of the machine twice',
      [
        { container: 1, host: 20_000 },
        { container: 2, host: 20_000 },
      ],
      ['/ports/1/host ports[1].host is 20000, and must not be mapped twice: ports[0] has 20000/tcp already'],
    ],
    [
      'one port of the container twice',
      [{ container: 1 }, { container: 1 }],
      ['/ports/1/container ports[1].container is 1, and must not be mapped twice: ports[0] has 1/tcp already'],
    ],
    [
      'an unknown key',
      [{ container: 1, ip: '0.0.0.0' }],
      ['/ports/0/ip ports[0].ip is "0.0.0.0", and is not known here; known are container, host, protocol'],
    ],
    [
      'more than twenty',
      Array.from({ length: 21 }, (_, port) => ({ container: port + 1 })),
      ['/ports ports is 21, and must hold at most 20 mappings'],
    ],
  ])('are refused for %s', (_, value, expected) => {
    expect(said(checkPorts(value, at('ports'), rules).problems)).toEqual(expected)
  })

  it('may have one port for TCP and UDP, and take a free one', () => {
    const dns = [{ container: 53, host: 20_053 }, { container: 53, host: 20_053, protocol: 'udp' }, { container: 80 }]
    expect(checkPorts(dns, at('ports'), rules)).toEqual({
      ports: [
        { container: 53, host: 20_053, protocol: 'tcp' },
        { container: 53, host: 20_053, protocol: 'udp' },
        { container: 80, host: 'auto', protocol: 'tcp' },
      ],
      problems: [],
    })
  })
})

describe('resource limits', () => {
  it('are amounts with units', () => {
    expect(['512Mi', '1Gi', '1.5Gi', '100M', '7', '1Ti', '-1Mi', '', 512].map(bytesOf)).toEqual([
      512 * 1024 ** 2, 1024 ** 3, 1.5 * 1024 ** 3, 1e8, 7, undefined, undefined, undefined, undefined,
    ]) // biome-ignore format: a list
    expect(['0.5', '500m', '2', 1.5, 'half', '-1', Number.NaN].map(coresOf)).toEqual([0.5, 0.5, 2, 1.5, undefined, undefined, undefined])
  })

  it.each([
    [{ memory: '512Mi', cpu: '0.5' }, []],
    [{ memory: '5Mi' }, ['/limits/memory limits.memory is "5Mi", and must be at least 6Mi']],
    [{ memory: '2000Gi' }, ['/limits/memory limits.memory is "2000Gi", and must be at most 1024Gi']],
    [{ cpu: '0.001' }, ['/limits/cpu limits.cpu is "0.001", and must be at least 0.01']],
    [{ cpu: '513' }, ['/limits/cpu limits.cpu is "513", and must be at most 512 cores']],
    [[], ['/limits limits is [], and must be limits such as {"memory": "512Mi", "cpu": "0.5"}']],
  ])('%j are held to what a machine can give', (value, expected) => {
    expect(said(checkResources(value, at('limits')))).toEqual(expected)
  })

  it('of all services of a team are held to its quota, copies counted', () => {
    const wanted = [
      { memory: '512Mi', cpu: '1', replicas: 3 },
      { memory: '1Gi', cpu: '500m', replicas: 1 },
    ]
    expect(overQuota({}, wanted)).toEqual([])
    expect(overQuota({ memory: '2560Mi', cpu: '3.5', services: 2 }, wanted)).toEqual([])
    expect(overQuota({ memory: '2Gi', cpu: '3', services: 1 }, wanted)).toEqual([
      "the team's services would ask for 2.5Gi of memory together, and its quota is 2Gi",
      "the team's services would ask for 3.5 cores together, and its quota is 3",
      'the team would have 2 services, and its quota is 1',
    ])
  })
})

describe('environment variables', () => {
  it.each([
    [
      'a name that is none',
      { '1A': 'x' },
      ['/env/1A "1A" is not the name of a variable: letters, digits and underscores, not beginning with a digit, at most 128'],
    ],
    ['what the engine reads', { DOCKER_HOST: 'x' }, ['/env/DOCKER_HOST env.DOCKER_HOST is reserved: it belongs to the engine']],
    ['a NUL', { A: 'a\0b' }, ['/env/A env.A holds a NUL character, which no variable can']],
    ['too long a value', { A: 'é'.repeat(16_385) }, ['/env/A env.A has a value of 32770 bytes, and may have at most 32768']],
    [
      'a secret’s value',
      { DB_PASSWORD: 'hunter2' },
      [
        '/env/DB_PASSWORD env.DB_PASSWORD is named like a secret and must not be given its value here: store it as a secret of that name, and say null here',
      ],
    ],
    ['a structure', { A: ['x'] }, ['/env/A env.A must be text, a number, true, false, null or {"required": true}']],
    ['a reference that is none', { A: { secret: 'B' } }, ['/env/A env.A must be {"required": true} where a secret fills it']],
  ])('are refused for %s', (_, value, expected) => {
    expect(said(checkVariables(value, at('env')))).toEqual(expected)
  })

  it('may be texts, numbers, switches and references to secrets', () => {
    expect(checkVariables({ A: 'x', B: 1, C: true, DB_PASSWORD: null, API_KEY: { required: true } }, at('env'))).toEqual([])
  })
})

describe('health checks', () => {
  it.each([
    [{ kind: 'http', path: '/healthz' }, []],
    [{ kind: 'tcp', port: 5432 }, []],
    [{ kind: 'exec', command: ['./check', '-q'] }, []],
    [{ kind: 'none' }, []],
    [{ kind: 'ping' }, ['/health/kind health.kind is "ping", and must be one of http, tcp, exec, grpc, docker, none']],
    [
      { kind: 'http', path: '/a b' },
      ['/health/path health.path is "/a b", and must be a path such as /healthz, without spaces, at most 500 characters'],
    ],
    [
      { kind: 'tcp', port: 0 },
      ['/health/port health.port is 0, and must be a whole number from 1 to 65535: the port inside the container'],
    ],
    [{ kind: 'exec', command: [] }, ['/health/command health.command is [], and must be a list of 1 to 100 words such as ["./check"]']],
    [{ kind: 'grpc', port: 50051, service: 'shop.v1.Orders', interval: '10s' }, []],
    [{ kind: 'grpc' }, ['/health/port health.port is missing, and must be a whole number from 1 to 65535: the port inside the container']],
    [{ kind: 'docker', interval: '1h', timeout: '60s', retries: 10 }, []],
    [
      { kind: 'http', path: '/', interval: '500ms', timeout: '2m', retries: 0 },
      [
        '/health/interval health.interval is "500ms", and must be a time from 1s to 1h, such as 30s',
        '/health/timeout health.timeout is "2m", and must be a time from 1s to 60s, such as 5s',
        '/health/retries health.retries is 0, and must be a whole number from 1 to 10',
      ],
    ],
    [{ kind: 'none', path: '/' }, ['/health/path health.path is "/", and is not known here; known are kind']],
  ])('%j', (value, expected) => {
    expect(said(checkHealth(value, at('health')))).toEqual(expected)
  })
})

describe('copies', () => {
  it('are 0 to 100, and one where data is kept', () => {
    const problems = [0, 1, 100, 101, 1.5, '2'].map((replicas) => checkScaling({ replicas }, at('scaling'), undefined).length)
    expect(problems).toEqual([0, 0, 0, 1, 1, 1])
    expect(said(checkScaling({ replicas: 2 }, at('scaling'), 'it keeps data'))).toEqual([
      '/scaling/replicas scaling.replicas is 2, and must be 0 or 1: it keeps data, which two copies cannot share',
    ])
  })
})

describe('settings', () => {
  it('stand in the keys of kyozo.yaml', () => {
    const attributes = {
      port_mappings: [{ container: 53, protocol: 'udp' }],
      health_check_config: { kind: 'http', path: '/up', port: 81 },
      scaling_config: { replicas: 3 },
      resource_limits: null,
      settings: { start: 'node app.js', port: null },
      folder_path: 'api',
    }
    expect(checkSettings(attributes, { ports: rules })).toEqual({
      problems: [],
      change: {
        ports: [{ container: 53, host: 'auto', protocol: 'udp' }],
        health: { path: '/up', port: 81 },
        replicas: 3,
        resources: null,
        start: 'node app.js',
        port: null,
      },
    })
    expect(changedSettings({ port: 80, env: { A: '1' }, resources: {} }, { port: null, replicas: 3, resources: null })).toEqual({
      env: { A: '1' },
      replicas: 3,
    })
  })
})
