import { describe, expect, test } from 'vitest'
import { analyzeFiles, json, serviceNamed } from './summary.ts'

const node = (path: string) => ({
  [`${path}/package.json`]: json({ name: path, scripts: { start: 'node index.js' }, dependencies: { express: '5' } }),
  [`${path}/package-lock.json`]: '{}',
  [`${path}/index.js`]: 'app.listen(3000)\n',
})

function composed(a: string, b: string, more: Record<string, string> = {}): Record<string, string> {
  const service = (name: string, keys: string) => `  ${name}:\n    build: ./${name}\n${keys}`
  return { ...node('a'), ...node('b'), 'compose.yaml': `services:\n${service('a', a)}${service('b', b)}`, ...more }
}

const ports = (...list: readonly string[]) => `    ports:\n${list.map((port) => `      - ${port}\n`).join('')}`
const conflictsOf = (files: Record<string, string>, name: string) =>
  serviceNamed(files, name).dependsOn.map(({ service, kind }) => [service, kind])

describe('services conflict', () => {
  test('that publish the same port of the machine, each with both places', () => {
    const files = composed(ports('"8080:3000"'), ports('"8080:3000"'))
    const { services, startOrder } = analyzeFiles(files)
    const evidence = [
      { path: 'compose.yaml', line: 5, fact: 'a publishes 8080', weight: 0.74 },
      { path: 'compose.yaml', line: 9, fact: 'b publishes 8080', weight: 0.74 },
    ]
    expect(services.filter(({ type }) => type === 'nodejs').map(({ dependsOn }) => dependsOn)).toEqual([
      [{ service: 'b', kind: 'conflicts', evidence }],
      [{ service: 'a', kind: 'conflicts', evidence: [...evidence].reverse() }],
    ])
    expect(startOrder).toEqual(['a', 'app', 'b'])
  })

  test.each([
    ['in the long form', ports('{target: 3000, published: "8080"}'), ports('"8080:80"')],
    ['when one takes every address', ports('"127.0.0.1:8080:80"'), ports('"0.0.0.0:8080:80"')],
    ['on an address of version 6', ports('"[::1]:8080:80"'), ports('"[::1]:8080:80"')],
    ['by a variable’s default', ports('"$' + '{A:-8080}:80"'), ports('"8080:80/tcp"')],
    [
      'though they are alternatives of a profile',
      `${ports('"8080:80"')}    profiles: [cpu]\n`,
      `${ports('"8080:80"')}    profiles: [gpu]\n`,
    ],
  ])('%s', (_, a, b) => {
    expect(conflictsOf(composed(a, b), 'a')).toEqual([['b', 'conflicts']])
  })

  test.each([
    ['the engine chooses', ports('"80"'), ports('"80"')],
    ['the addresses differ', ports('"127.0.0.1:8080:80"'), ports('"127.0.0.2:8080:80"')],
    ['the protocols differ', ports('"53:53/udp"'), ports('"53:53/tcp"')],
    ['only the ports inside are the same', ports('"8080:80"'), ports('"8081:80"')],
    ['ranges leave room', ports('"8000-8010:80"'), ports('"8000-8010:80"')],
    ['they are no ports', ports('"x:y"', '"99999:80"', '"-:1"', '{}', '[]', 'null'), ports('"99999:80"', '"-:1"')],
  ])('never where %s', (_, a, b) => {
    expect(conflictsOf(composed(a, b), 'a')).toEqual([])
  })

  test('never with whom they need: that is what is told', () => {
    const files = composed(ports('"8080:80"'), `${ports('"8080:80"')}    depends_on: [a]\n`)
    expect([conflictsOf(files, 'a'), conflictsOf(files, 'b')]).toEqual([[], [['a', 'requires']]])
  })

  test('never across files, which are stacks of their own', () => {
    const stack = (name: string) => `services:\n  ${name}: {build: ., ports: ["8080:80"]}\n`
    const files = { ...node('a'), ...node('b'), 'a/compose.yaml': stack('a'), 'b/compose.yaml': stack('b') }
    expect(analyzeFiles(files).services.flatMap(({ dependsOn }) => dependsOn)).toEqual([])
  })
})
