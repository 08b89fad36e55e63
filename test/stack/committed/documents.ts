// Documents as kyozo generates them, drawn at random, and what people do to them.
import fc from 'fast-check'
import { withMark } from '../../../src/stack/committed/file.ts'
import { houseText } from '../../../src/stack/house-yaml.ts'

export type Data = null | string | number | boolean | readonly Data[] | { readonly [key: string]: Data }
export type DataMap = { readonly [key: string]: Data }

/** As kyozo writes it, with a reason above each service. */
export function generatedText(data: DataMap, reason = 'because'): string {
  const names = Object.keys((data.services ?? {}) as DataMap)
  const reasons = new Map(names.map((name) => [name, [`${name}: ${reason}`, 'Built by a template.']]))
  return withMark(houseText({ data, head: ['What kyozo runs.'], reasons }))
}

const word = fc.constantFrom('a', 'b', '1', '3000', 'true', 'x: y', 'two words', '#no', '$$5', 'é')
const text = fc.oneof(word, fc.constantFrom('FROM a\n\n# a line of a Dockerfile\nRUN b\n', 'one\n two\n'))

const service = fc.record(
  {
    image: word,
    command: fc.array(word, { minLength: 1, maxLength: 3 }),
    build: fc.record({ context: fc.constantFrom('./a', '.'), dockerfile_inline: text }),
    environment: fc.dictionary(fc.constantFrom('A', 'B', 'C', 'D'), text, { minKeys: 1, maxKeys: 4 }),
    ports: fc.uniqueArray(fc.constantFrom('127.0.0.1::80', '127.0.0.1::81', '127.0.0.1::82/udp'), { minLength: 1 }),
    tmpfs: fc.uniqueArray(fc.constantFrom('/tmp:size=64m', '/run:size=64m', '/var/tmp'), { minLength: 1 }),
    volumes: fc.uniqueArray(
      fc.constantFrom('/data', '/more').map((target) => ({ type: 'volume', source: 'data', target })),
      { minLength: 1, selector: ({ target }) => target },
    ),
    depends_on: fc.dictionary(
      fc.constantFrom('one', 'two'),
      fc.record({ condition: fc.constantFrom('service_started', 'service_healthy') }),
      {
        minKeys: 1,
      },
    ),
    deploy: fc.record({ resources: fc.record({ limits: fc.record({ cpus: word, memory: word, pids: fc.integer({ min: 1, max: 9 }) }) }) }),
    init: fc.boolean(),
  },
  { requiredKeys: ['deploy'] },
)

/** Like a stack, with few names, so that two of them have much in common. */
export const stack: fc.Arbitrary<DataMap> = fc
  .record({
    services: fc.dictionary(fc.constantFrom('api', 'web', 'worker', 'db'), service, { minKeys: 1, maxKeys: 4 }),
    volumes: fc.dictionary(fc.constantFrom('data', 'cache'), fc.constant({}), { maxKeys: 2 }),
  })
  .map(({ services, volumes }) => ({
    services: sorted(services as DataMap),
    networks: { default: {} },
    ...(Object.keys(volumes).length === 0 ? {} : { volumes: sorted(volumes) }),
  }))

/** kyozo writes keys in one order. */
function sorted(data: DataMap): DataMap {
  return Object.fromEntries(
    Object.entries(data)
      .sort(byText)
      .map(([key, value]) => [key, sortedValue(value)]),
  )
}

function sortedValue(data: Data): Data {
  if (isList(data)) return data.every((item) => /^[/1]/.test(targetOf(item))) ? [...data].sort(byText) : data
  return typeof data === 'object' && data !== null ? sorted(data) : data
}

function isList(data: Data): data is readonly Data[] {
  return Array.isArray(data)
}

function targetOf(item: Data): string {
  return String(typeof item === 'object' && item !== null && 'target' in item ? item.target : item)
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1
}

/** Each value by its path, down to what is no map. */
export function leavesOf(data: Data, path: readonly string[] = []): Map<string, Data> {
  if (typeof data !== 'object' || data === null || Array.isArray(data) || Object.keys(data).length === 0)
    return new Map([[JSON.stringify(path), data]])
  return new Map(Object.entries(data).flatMap(([key, value]) => [...leavesOf(value, [...path, key])]))
}
