import { expect, test } from 'vitest'
import { analyzeFiles } from './summary.ts'

const numbered = (count: number, item: (at: number) => [string, string]) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => item(at)))

test('a program at the end of a long compose file is found', () => {
  const images = Array.from({ length: 120 }, (_, at) => `  s${at}: {image: "redis:7"}\n`).join('')
  const { services, warnings } = analyzeFiles({
    'compose.yaml': `services:\n${images}  app: {build: app}\n`,
    'app/Dockerfile': 'FROM node:24\nCMD ["node", "a.js"]\n',
  })
  expect([services.map(({ path, type }) => `${path} ${type}`), warnings]).toEqual([['. compose_stack', 'app containerized'], []])
})

test('what is longer than is read of it is told', () => {
  const pod = (at: number): [string, string] => [
    `k8s/p${at}/deployment.yaml`,
    'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: p, image: "x/p:1"}]}\n',
  ]
  const images = Array.from({ length: 301 }, (_, at) => `  s${at}: {image: "redis:7"}\n`).join('')
  const chart = (at: number): [string, string] => [`charts/c${at}/Chart.yaml`, 'apiVersion: v2\nname: c\n']
  const app = { 'app/package.json': '{"scripts": {"start": "node a.js"}, "dependencies": {"express": "5"}}' }
  const warningsOf = (files: Record<string, string>) => analyzeFiles({ ...app, ...files }).warnings
  expect([
    warningsOf(numbered(401, pod)),
    warningsOf({ 'compose.yaml': `services:\n  app: {build: app}\n${images}` }),
    warningsOf(numbered(61, chart)),
  ]).toEqual([
    ['Only 400 of the 401 files of Kubernetes manifests are read; the others are passed over.'],
    ['Only 300 of the 302 services of compose.yaml are read; the others are passed over.'],
    ['Only 60 of the 61 Helm charts are read; the others are passed over.'],
  ])
})
