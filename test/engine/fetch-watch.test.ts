import { expect, it } from 'vitest'
import { fetchWatch } from '../../src/engine/docker/fetch-watch.ts'

/** Lines as `docker buildx build --progress=plain` of Buildx 0.29 prints them. */
const told = (...lines: readonly string[]) => {
  const watch = fetchWatch()
  for (const line of lines) watch.take(line)
  return watch.fetching()
}

const begun = [
  '#0 building with "default" instance using docker driver',
  '',
  '#1 [internal] load build definition from Dockerfile.kyozo',
  '#1 transferring dockerfile: 72B done',
  '#1 DONE 0.1s',
  '',
]
const metadata = '#2 [internal] load metadata for registry.example/x/y:1'
const layers = ['#2 DONE 0.3s', '#5 [1/3] FROM registry.example/x/y:1@sha256:0b', '#5 sha256:0c 1.05MB / 28.23MB 0.2s']

it.each([
  ['for what an image is', [...begun, metadata], 'registry.example/x/y:1'],
  ['for a token', [...begun, metadata, '#3 [auth] x/y:pull token for registry.example'], 'x/y:pull'],
  ['for layers', [...begun, metadata, ...layers], 'registry.example/x/y:1@sha256:0b'],
])('knows that a build waits %s', (_, lines, image) => {
  expect(told(...lines)).toBe(image)
})

it.each([
  ['nothing was said yet', []],
  ['nothing is under way', begun],
  ['another step is under way too', [...begun, metadata, '#4 [internal] load build context']],
  ['layers are unpacked', [...begun, metadata, ...layers, '#5 extracting sha256:0c 0.1s']],
  ['its own steps run', [...begun, metadata, ...layers, '#5 DONE 1.2s', '#6 [2/3] RUN npm ci', '#6 0.3 FROM nothing comes']],
  ['the image was there', [...begun, metadata, '#2 DONE 0.0s', '#5 [1/3] FROM registry.example/x/y:1', '#5 CACHED']],
])('knows that it does not when %s', (_, lines) => {
  expect(told(...lines)).toBeUndefined()
})
