// A rename that keeps a service's name by itself: the commit specified again, with what kyozo.yaml would say.
import { expect, it } from 'vitest'
import { keptNames } from '../../src/review/kept-names.ts'
import { type Files, inputOf, nodeService, reviewOf } from './sides.ts'

const store = 'FROM node:24\nCOPY . .\nVOLUME /data\nEXPOSE 3000\nCMD ["node", "server.js"]\n'
const files = (folder: string): Files => ({
  ...nodeService('services/web', { port: 8080 }),
  ...nodeService(folder, { name: 'api' }),
  [`${folder}/Dockerfile`]: store,
})

function summary(before: Files, after: Files, settings: ReturnType<typeof keptNames> = {}): readonly string[] {
  const { services, risks } = reviewOf(before, after, { settings })
  return [...services.map(({ name, kind, isRebuilt }) => `${name} ${kind}${isRebuilt ? ' rebuilt' : ''}`), ...risks.map(({ kind }) => kind)]
}

it('a service whose folder is renamed keeps its name, and its data with it', () => {
  const [before, after] = [files('services/api'), files('services/backend')]
  expect(summary(before, after)).toEqual(['backend moved rebuilt', 'web unchanged', 'left_behind'])
  const settings = keptNames(inputOf(before, after))
  expect(settings).toEqual({ api: { path: 'services/backend' } })
  expect(summary(before, after, settings)).toEqual(['api moved', 'web unchanged'])
})

it('a service keeps its name when another folder of the same name comes', () => {
  const [before, after] = [files('services/api'), { ...files('services/api'), ...nodeService('legacy/api', { port: 5000 }) }]
  const settings = keptNames(inputOf(before, after))
  expect(settings).toEqual({ api: { path: 'services/api' } })
  expect(summary(before, after, settings)).toEqual(['legacy-api added', 'api unchanged', 'web unchanged'])
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
