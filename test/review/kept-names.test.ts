// A rename that keeps a service's name by itself: the commit specified again, as if kyozo.yaml said so.
import { expect, it } from 'vitest'
import { keepingNames, keptNames } from '../../src/review/kept-names.ts'
import type { Specified } from '../../src/stack/from-source.ts'
import type { KeptNames } from '../../src/topology/declaration/settings.ts'
import { type Files, inputOf, nodeService, reviewOf } from './sides.ts'

const store = 'FROM node:24\nCOPY . .\nVOLUME /data\nEXPOSE 3000\nCMD ["node", "server.js"]\n'
const files = (folder: string): Files => ({
  ...nodeService('services/web', { port: 8080 }),
  ...nodeService(folder, { name: 'api' }),
  [`${folder}/Dockerfile`]: store,
})

function summary(before: Files, after: Files, kept: KeptNames = {}): readonly string[] {
  const { services, risks } = reviewOf(before, after, { keptNames: kept })
  return [...services.map(({ name, kind, isRebuilt }) => `${name} ${kind}${isRebuilt ? ' rebuilt' : ''}`), ...risks.map(({ kind }) => kind)]
}

it('a service whose folder is renamed keeps its name, and its data with it', () => {
  const [before, after] = [files('services/api'), files('services/backend')]
  expect(summary(before, after)).toEqual(['backend moved rebuilt', 'web unchanged', 'left_behind'])
  const kept = keptNames(inputOf(before, after))
  expect(kept).toEqual({ api: 'services/backend' })
  expect(summary(before, after, kept)).toEqual(['api moved', 'web unchanged'])
})

it('a service keeps its name when another folder of the same name comes', () => {
  const [before, after] = [files('services/api'), { ...files('services/api'), ...nodeService('legacy/api', { port: 5000 }) }]
  const kept = keptNames(inputOf(before, after))
  expect(kept).toEqual({ api: 'services/api' })
  expect(summary(before, after, kept)).toEqual(['legacy-api added', 'api unchanged', 'web unchanged'])
})

it('a name that a person chose is theirs', () => {
  const named = { ...files('services/backend'), 'kyozo.yaml': 'services:\n  gateway: {path: services/backend}\n' }
  expect(keptNames(inputOf(files('services/api'), named))).toEqual({})
  const compose = (name: string) => ({ ...files('services/api'), 'compose.yaml': `services:\n  ${name}: {build: services/api}\n` })
  expect(keptNames(inputOf(compose('one'), compose('two')))).toEqual({})
})

it('where nothing is renamed there is nothing to keep', () => {
  expect(keptNames(inputOf(files('services/api'), files('services/api')))).toEqual({})
  expect(keptNames(inputOf(null, files('services/api')))).toEqual({})
})

it('a name that was kept is kept on, however the service changes, until its folder goes or a person names it', () => {
  const before = inputOf(null, files('services/backend'), { keptNames: { api: 'services/backend' } }).after
  const changed = { ...files('services/backend'), 'services/backend/Dockerfile': store.replace('server.js', 'other.js') }
  const next = (after: Files) => keptNames({ ...inputOf(files('services/backend'), after), before })
  expect(next(changed)).toEqual({ api: 'services/backend' })
  const besides = { ...changed, ...nodeService('services/api', { port: 4000 }) }
  expect(next(besides)).toEqual({ api: 'services/backend' })
  const named = inputOf(null, besides, { keptNames: next(besides) }).after.stack.services
  expect(named.map(({ name, folder }) => [name, folder])).toEqual(
    expect.arrayContaining([
      ['api', 'services/backend'],
      ['services-api', 'services/api'],
    ]),
  )
  expect(next(files('core'))).toEqual({ api: 'core' })
  expect(next(nodeService('services/web', { port: 8080 }))).toEqual({})
  expect(next({ ...changed, 'kyozo.yaml': 'services:\n  core: {path: services/backend}\n' })).toEqual({})
})

it('what is specified as before keeps the names of before', () => {
  const after = files('services/backend')
  const { before, diff } = inputOf(files('services/api'), after)
  const named = keepingNames((kept) => inputOf(null, after, { keptNames: kept }).after, { before, diff })
  expect(named.stack.services.map(({ name, folder }) => [name, folder])).toContainEqual(['api', 'services/backend'])
  expect(named.stack.keptNames).toEqual({ api: 'services/backend' })
})

it('a service goes with its files when a folder of its name comes in the same commit', () => {
  const stranger = nodeService('legacy/api', { port: 5000 })
  expect(keptNames(inputOf(files('services/api'), { ...files('core'), ...stranger }))).toEqual({ api: 'core' })
  // Whose folder stays has gone nowhere, whoever copies it.
  expect(keptNames(inputOf(files('services/api'), { ...files('core'), ...nodeService('services/api', { name: 'api' }) }))).toEqual({})
})

it('compose.kyozo.yaml tells clones and other kyozos what is called so', () => {
  const written = inputOf(null, files('services/backend'), { keptNames: { api: 'services/backend' } }).after as Specified
  expect(written.committed.generated).toMatch(/^x-kyozo-names:\n {2}api: services\/backend$/m)
  const cloned = { ...files('services/backend'), 'compose.kyozo.yaml': written.committed.generated }
  const clone = inputOf(null, cloned).after as Specified
  expect(clone.stack.documentText).toBe(written.stack.documentText)
  expect(clone.committed).toMatchObject({ present: written.committed.generated, generated: written.committed.generated })
  // A memory of what is called otherwise goes before, and so does a person.
  const named = inputOf(null, { ...cloned, 'kyozo.yaml': 'services:\n  core: {path: services/backend}\n' }).after.stack
  expect(named.keptNames).toBeUndefined()
  expect(named.services.map(({ name }) => name)).toContain('core')
})

it.each([
  'x-kyozo-names: 3',
  'x-kyozo-names: {api: [1]}',
  'x-kyozo-names: {api: ../..}',
  'x-kyozo-names: {__proto__: services/backend}',
  'x-kyozo-names: {A b: services/backend}',
  'x-kyozo-names: {api: services/backend, other: services/backend}',
])('what nobody could be called is left aside: %s', (line) => {
  const text = `services: {}\n${line}\n`
  const { services } = inputOf(null, { ...files('services/backend'), 'compose.kyozo.yaml': text }).after.stack
  expect(services.map(({ name }) => name)).toContain('backend')
})

it('a name that a person gives to another service is that one’s', () => {
  const before = inputOf(null, files('services/backend'), { keptNames: { api: 'services/backend' } }).after
  const given = {
    ...files('services/backend'),
    ...nodeService('services/newapi', { port: 4000 }),
    'kyozo.yaml': 'services:\n  api: {path: services/newapi}\n',
  }
  expect(keptNames({ ...inputOf(files('services/backend'), given), before })).toEqual({})
  const said = 'x-kyozo-names: {api: services/backend}\n'
  const { services } = inputOf(null, { ...given, 'compose.kyozo.yaml': `services: {}\n${said}` }).after.stack
  expect(services.map(({ name, folder }) => [name, folder])).toContainEqual(['api', 'services/newapi'])
})
