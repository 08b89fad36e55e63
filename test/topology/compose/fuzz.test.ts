// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of the files under test.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../../src/errors.ts'
import type { ComposeModel } from '../../../src/topology/compose/model.ts'
import { buildKeys, deployKeys, serviceKeys, topKeys } from '../../../src/topology/compose/policy.ts'
import { ordinaryDocuments } from './ordinary-documents.ts'
import { type Reading, readText } from './reading.ts'

const readLimitMs = 500

/** Reads, and checks what holds for every text: it ends soon, and it fails with words for a person or not at all. */
function readAnything(text: string, reading: Reading = {}): ComposeModel | undefined {
  const start = performance.now()
  try {
    const model = readText(text, reading)
    expectSound(model)
    return model
  } catch (error) {
    if (!(error instanceof KyozoError)) throw error
    expect(error.code).toBe('compose_invalid')
    return undefined
  } finally {
    expect(performance.now() - start).toBeLessThan(readLimitMs)
  }
}

/** What a model promises when nothing in it is refused. */
function expectSound({ services, volumes, networks, violations }: ComposeModel): void {
  for (const { line, column, message } of violations) {
    expect(Math.min(line, column)).toBeGreaterThan(0)
    expect(message).not.toMatch(/[\n\r\0]/)
  }
  if (violations.some(({ severity }) => severity === 'error')) return
  for (const service of Object.values(services)) {
    expect(service.image ?? service.build).toBeDefined()
    for (const mount of service.mounts) {
      expect(mount.target).toMatch(/^\//)
      if (mount.kind === 'volume') expect(volumes).toHaveProperty([mount.volume])
    }
    for (const name of Object.keys(service.networks)) expect(networks).toHaveProperty([name])
    for (const name of Object.keys(service.dependsOn)) expect(services).toHaveProperty([name])
  }
}

const words = fc.constantFrom(
  '/',
  '..',
  'host',
  'web',
  'data',
  '/etc:/x',
  'v:/h',
  'data:/data',
  '${A}',
  '$$',
  '8080:80',
  '-1',
  '1g',
  'true',
  '*',
  '__proto__',
  'constructor',
  '\u202e',
  '',
)
const scalars = fc.oneof(words, fc.string({ maxLength: 20 }), fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null))
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalars,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(keys(), tie('value'), { maxKeys: 4 }),
  ),
})).value

function keys(): fc.Arbitrary<string> {
  const known = [
    'type',
    'source',
    'target',
    'bind',
    'file',
    'service',
    'path',
    'context',
    'soft',
    'hard',
    'limits',
    'memory',
    'condition',
    'test',
    'published',
  ]
  return fc.oneof(words, fc.constantFrom(...known, ...Object.keys(buildKeys), ...Object.keys(deployKeys)))
}

const services = fc.dictionary(
  fc.constantFrom('web', 'db', 'a b', 'x-y'),
  fc.dictionary(fc.constantFrom(...Object.keys(serviceKeys)), values, { maxKeys: 8 }),
  { maxKeys: 3 },
)
const documents = fc
  .tuple(services, fc.dictionary(fc.constantFrom(...Object.keys(topKeys)), values, { maxKeys: 4 }))
  .map(([own, top]) => ({ ...top, services: own }))

describe('whatever a compose file holds', () => {
  it('reading any text ends soon, in a model or in words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => void readAnything(text)),
      { numRuns: 300 },
    )
  })

  it('reading any pieces of YAML ends soon, in a model or in words', () => {
    const pieces = fc.constantFrom(
      'services:',
      '\n',
      '  ',
      'web:',
      ' ',
      '- ',
      '&a ',
      '*a',
      '<<: ',
      '{',
      '}',
      '[',
      ']',
      ',',
      ': ',
      '"',
      "'",
      '|',
      '>',
      '#',
      '!x ',
      '---\n',
      'image: x',
      '? ',
      '%',
      '\t',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 200 }), (parts) => void readAnything(parts.join(''))),
      { numRuns: 500 },
    )
  })

  it('any value under any key is read, dropped or refused', () => {
    fc.assert(
      fc.property(documents, fc.constantFrom('trusted', 'preview', 'fork'), (document, policy) => {
        expect(readAnything(JSON.stringify(document), { policy, variables: { A: 'b' }, files: { data: 'x' } })).toBeDefined()
      }),
      { numRuns: 1500 },
    )
  })

  it('an ordinary file with any characters changed is read or refused', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.string({ maxLength: 6 })), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(fc.constantFrom(...ordinaryDocuments), edits, ({ text, files = {} }, changes) => {
        const edited = changes.reduce((held, [at, length, insert]) => {
          const start = at % (held.length + 1)
          return held.slice(0, start) + insert + held.slice(start + length)
        }, text)
        readAnything(edited, { files })
      }),
      { numRuns: 500 },
    )
  })

  it('reading it twice gives the same model', () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(readAnything(JSON.stringify(document))).toEqual(readAnything(JSON.stringify(document)))
      }),
      { numRuns: 100 },
    )
  })
})
