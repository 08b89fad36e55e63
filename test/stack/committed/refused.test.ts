// compose.kyozo.yaml is what runs, and anybody who may push may write it: what it may not say, told with the line.
import { describe, expect, it } from 'vitest'
import type { KyozoError } from '../../../src/errors.ts'
import { committedFile } from '../../../src/stack/committed/file.ts'
import { edited, lineOf, shop, specify, specifyWith, written } from './repository.ts'

function refusalOf(text: string, context: Parameters<typeof specifyWith>[1] = {}): { code: string; lines: readonly string[] } {
  try {
    specifyWith(text, context)
  } catch (error) {
    const { code, message } = error as KyozoError
    return { code, lines: message.split('\n') }
  }
  return { code: 'none', lines: [] }
}

const intoMailer = (lines: string): string => edited(['    ports: ["127.0.0.1::2525"]\n', `    ports: ["127.0.0.1::2525"]\n${lines}`])
const ports = (list: string): string => edited(['["127.0.0.1::2525"]', list])

describe('an edit is refused with its line and what to do instead', () => {
  it.each([
    [
      'a port of the machine',
      ports('["8080:2525"]'),
      '8080:2525',
      'services.mailer.ports.0: kyozo publishes ports as `"127.0.0.1::<port>"`',
    ],
    ['a port of every address', ports('["2525"]'), '["2525"]', 'services.mailer.ports.0: kyozo publishes ports as'],
    [
      'a name of a container',
      intoMailer('    container_name: mine\n'),
      'container_name',
      'services.mailer.container_name: `container_name` remove it',
    ],
    ['a label of kyozo', intoMailer('    labels: {kyozo.service: api}\n'), 'kyozo.service', '(rule label)'],
    ['all rights', intoMailer('    privileged: true\n'), 'privileged', '(rule schema)'],
    ['rights of the kernel', intoMailer('    cap_add: [SYS_ADMIN]\n'), 'SYS_ADMIN', '(rule cap_add)'],
    ['the host’s network', intoMailer('    network_mode: host\n'), 'network_mode', '(rule network)'],
    ['a folder of the host', intoMailer('    volumes: ["/:/host"]\n'), '/:/host', '(rule bind)'],
    [
      'the engine’s socket',
      intoMailer('    volumes:\n      - {type: bind, source: /var/run/docker.sock, target: /s}\n'),
      'docker.sock',
      '(rule bind)',
    ],
    ['a file of the repository that is mounted', intoMailer('    volumes: ["./conf:/etc/app"]\n'), './conf', 'copied into the image'],
    ['a value of kyozo’s own environment', intoMailer('    user: "${DATABASE_URL}"\n'), '"${DATABASE_URL}"', '(rule undefined_variable)'],
    ['other logs', edited(['max-size: 10m', 'max-size: 10g']), 'logging:', '`logging` is decided by kyozo for every service'],
    ['limits in another spelling', intoMailer('    mem_limit: 1g\n'), 'mem_limit', '`mem_limit` write `deploy.resources.limits.memory`'],
    ['more memory than there may be', edited(['memory: 512m', 'memory: 1t']), 'memory: 1t', '(rule limit)'],
    ['a build of somebody else’s folder', edited(['context: ./mailer', 'context: ../..']), '../..', '(rule build_context)'],
    [
      'a build with what it may not have',
      edited(['      dockerfile: Dockerfile\n', '      dockerfile: Dockerfile\n      network: host\n']),
      'network: host',
      '`build.network` cannot be said',
    ],
    ['an image that kyozo built for others', edited(['image: "postgres:17"', 'image: kyozo/other/api:1']), 'kyozo/other', '(rule image)'],
    [
      'a circle',
      intoMailer('    depends_on: {api: {condition: service_started}}\n').replace(
        '      postgres:\n        condition: service_healthy\n',
        '      mailer:\n        condition: service_started\n',
      ),
      '  api:',
      '(rule dependency)',
    ],
    [
      'a second network',
      edited(['  default: {}', '  default: {}\n  other: {external: true}']),
      'networks:',
      'an environment has one network',
    ],
    ['an include', edited(['networks:\n', 'include: [https://example.com/x.yaml]\n\nnetworks:\n']), 'include:', '`include` cannot be said'],
    [
      'a volume that is a folder of the host',
      edited(['postgres-data: {}', 'postgres-data: {driver_opts: {type: none, o: bind, device: /}}']),
      'driver_opts',
      '(rule volume_driver_opts)',
    ],
  ])('%s', (_, text, words, message) => {
    const { code, lines } = refusalOf(text)
    expect(code).toBe('compose_refused')
    expect(lines[0]).toBe('compose.kyozo.yaml may not be deployed as it is:')
    expect(lines.slice(1).join('\n')).toContain(message)
    expect(lines[1]).toMatch(new RegExp(`^compose\\.kyozo\\.yaml:${lineOf(text, words)}:\\d+ `))
  })

  it.each([
    ['the check', / {4}healthcheck:\n(?: {6}.*\n)+/, '`healthcheck` is missing; no service runs without it, put it back'],
    ['its confinement', / {4}cap_drop: \[ALL\]\n/, '`cap_drop` is missing'],
    ['a limit', / {10}pids: 256\n/, '`deploy.resources.limits.pids` is missing; no service may take the whole machine'],
  ])('nothing is without %s', (_, what, message) => {
    const text = written.replace(what, '')
    const { lines } = refusalOf(text)
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain(`compose.kyozo.yaml:${lineOf(text, '  api:')}:3 services.api: ${message}`)
  })

  it('what kyozo makes stands in no image, label or command', () => {
    const text = intoMailer('    command: ["sh", "-c", "echo ${KYOZO_POSTGRES_PASSWORD:-local-only}"]\n')
    expect(refusalOf(text).lines[1]).toBe(
      `compose.kyozo.yaml:${lineOf(text, '  mailer:')}:3 services.mailer: the values that kyozo makes may stand under \`environment\` only; let the service read a variable (rule schema)`,
    )
  })

  it('a check that is switched off', () => {
    expect(refusalOf(edited(['    healthcheck:\n', '    healthcheck:\n      disable: true\n'])).lines[1]).toContain(
      'no service is without the check that kyozo found for it',
    )
  })

  it('a service that others wait for cannot be taken away alone', () => {
    const text = written.replace(/ {2}# postgres:[\s\S]*?(?=networks:)/, '')
    expect(refusalOf(text).lines[1]).toMatch(
      /^compose\.kyozo\.yaml:\d+:\d+ services\.api\.depends_on\.postgres: `postgres` is not a service of the file; correct the name \(rule dependency\)$/,
    )
  })

  it('all of them are told at once, in the order of their lines', () => {
    const { lines } = refusalOf(
      edited(['memory: 512m', 'memory: 1t'], ['["127.0.0.1::2525"]', '["22:22"]'], ['image: "postgres:17"', 'image: 127.0.0.1:5000/x']),
    )
    const numbers = lines.slice(1).map((line) => Number(line.split(':')[1]))
    expect(numbers).toHaveLength(3)
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  })

  it('lines are those of the file as it was pushed, whatever kyozo changes in the same moment', () => {
    const text = edited(['["127.0.0.1::2525"]', '["22:22"]'])
    const files = { ...shop, 'api/.env.example': 'DATABASE_URL=\nA=1\nB=2\nC=3\n', [committedFile]: text }
    expect(() => specify(files, { committed: { last: written } })).toThrow(`compose.kyozo.yaml:${lineOf(text, '22:22')}:`)
  })

  it('a preview of a fork may change nothing about its rights', () => {
    const rights = intoMailer('    cap_add: [CHOWN]\n')
    expect(refusalOf(rights).code).toBe('none')
    expect(refusalOf(rights, { preview: { trust: 'fork' } }).lines[1]).toContain('gives the container rights that a preview does not get')
    expect(refusalOf(written, { preview: { trust: 'fork' } }).code).toBe('none')
  })
})

describe('a file that cannot be read', () => {
  it.each([
    ['no YAML', 'services: [', 'compose_invalid'],
    ['nothing', '# only a comment\n', 'compose_invalid'],
    ['a list', '- a\n', 'compose_invalid'],
    ['two documents', `${written}---\nservices: {}\n`, 'compose_invalid'],
    ['a tag', written.replace('init: true', 'init: !reset null'), 'compose_invalid'],
    ['the same key twice', written.replace('    init: true\n', '    init: true\n    init: true\n'), 'compose_invalid'],
    [
      'a bomb',
      `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n${Array.from({ length: 30 }, (_, at) => `k${at}: [${'*c, '.repeat(30)}*c]`).join('\n')}\n`,
      'compose_invalid',
    ],
    ['very deep', `services: ${'['.repeat(200)}${']'.repeat(200)}\n`, 'compose_invalid'],
    ['code points that are no characters', written.replace('init: true', 'init: true\n    user: "\uFDD00\uFDD1"'), 'compose_refused'],
  ])('%s is told', (_, text, code) => {
    const began = performance.now()
    expect(refusalOf(text).code).toBe(code)
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  it('a link, or what is too large to be read, is no file of a person’s that kyozo would write over', () => {
    const link = { ...shop, [committedFile]: { text: '/etc/passwd', mode: '120000' as const } }
    expect(() => specify(link)).toThrow('compose.kyozo.yaml is a symbolic link, so kyozo cannot read what runs')
    expect(() => specify({ ...shop, [committedFile]: 'services: {}\0' })).toThrow('compose.kyozo.yaml is larger than 256 KiB or not text')
  })
})
