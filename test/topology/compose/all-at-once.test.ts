import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../../src/errors.ts'
import { assertAllowed } from '../../../src/topology/compose/read-compose-file.ts'
import { readText, rulesOf, told } from './reading.ts'

const everything = `
name: kyozo
include: ["https://example.com/x.yml"]
services:
  evil:
    image: 127.0.0.1:5000/x
    privileged: true
    cap_add: [ALL]
    security_opt: ["seccomp:unconfined"]
    devices: ["/dev/sda"]
    pid: host
    network_mode: host
    sysctls: {kernel.msgmax: 1}
    group_add: [docker]
    volumes: ["/:/host", "v:/etc:/h", "data:/data"]
    env_file: /proc/self/environ
    environment: {A: "$KYOZO_SECRET_KEY"}
    extends: {file: ../x.yml, service: a}
    labels: {traefik.enable: "true"}
    extra_hosts: ["db:host-gateway"]
    dns: 6.6.6.6
    ports: ["22:22"]
    use_api_socket: true
    provider: {type: ./evil.sh}
    post_start: [{command: id}]
    deploy: {replicas: 100000, placement: {constraints: [node.role==manager]}}
    mem_limit: 1t
    depends_on: [evil]
    unknown: 1
  built:
    build: {context: ../.., ssh: [default], args: {BUILDKIT_SYNTAX: x}}
volumes:
  data: {driver: sshfs, driver_opts: {o: bind}, external: true}
configs:
  c: {file: /etc/shadow}
`

describe('a file that breaks every rule', () => {
  const model = readText(everything)

  it('is told all of it at once', () => {
    expect(rulesOf(model)).toEqual([
      'api_socket', 'bind', 'build_context', 'build_option', 'cap_add', 'config', 'dependency', 'device', 'dns', 'env_file', 'extends', 'extra_hosts',
      'group_add', 'hook', 'image', 'include', 'label', 'limit', 'namespace', 'network', 'placement', 'ports', 'privileged', 'provider', 'quota', 'schema',
      'security_opt', 'sysctl', 'undefined_variable', 'volume_driver', 'volume_driver_opts', 'volume_name', 'volume_syntax',
    ]) // biome-ignore format: a list
  })

  it('is told in the order of the file', () => {
    const lines = model.violations.map(({ line }) => line)
    expect(lines).toEqual([...lines].sort((a, b) => a - b))
  })

  it('fails with one error that holds every line', () => {
    const failure = (() => {
      try {
        assertAllowed(model)
      } catch (error) {
        return error
      }
      return undefined
    })()
    expect(failure).toBeInstanceOf(KyozoError)
    expect(failure).toMatchObject({
      code: 'compose_refused',
      message: ['compose.yml may not be deployed as it is:', ...told(model)].join('\n'),
    })
  })

  it('is the same however often it is read', () => {
    expect(readText(everything)).toEqual(model)
  })
})

describe('a file with warnings only', () => {
  it('is allowed', () => {
    const model = readText('services: {web: {image: nginx, tty: true, user: root}}')
    expect(model.violations.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['interactive', 'warning'],
      ['user', 'warning'],
    ])
    expect(() => assertAllowed(model)).not.toThrow()
  })
})
