import { describe, expect, test } from 'vitest'
import { parseYamlParts } from '../../src/topology/reading/yaml.ts'
import { analyzeFiles, json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

const deployment = (name: string, image: string, more = '') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n        - name: ${name}\n          image: ${image}\n${more}`

const express = (folder: string) => ({
  [`${folder}/package.json`]: json({ name: folder.replaceAll('/', '-'), scripts: { start: 'node s.js' }, dependencies: { express: '5' } }),
  [`${folder}/s.js`]: 'app.listen(process.env.PORT)',
})
const pathsAndTypes = (files: Record<string, string>) => analyzeFiles(files).services.map(({ path, type }) => `${path} ${type}`)

describe('a folder of Kubernetes manifests', () => {
  const published = { 'deploy/k8s/web.yaml': `${deployment('web', 'acme/web:1')}---\n${deployment('api', 'acme/api:1')}` }

  test('that run several published images is a stack of its own', () => {
    const { strategy, services } = analyzeFiles(published)
    expect([strategy, services.map(({ path, type, build, port }) => ({ path, type, build, port }))]).toEqual([
      'kubernetes',
      [{ path: 'deploy/k8s', type: 'kubernetes', build: { kind: 'manifests', file: 'deploy/k8s/web.yaml' }, port: undefined }],
    ])
    expect(services[0]?.facts).toEqual({ manifest: 'deploy/k8s/web.yaml', workloads: ['web', 'api'], images: ['acme/web:1', 'acme/api:1'] })
    expect(services[0]?.evidence.map(({ line }) => line)).toEqual([1, 12])
  })

  test('stands beside the services whose images it runs', () => {
    const files = { ...express('src/web'), ...express('src/api'), 'platform/kube/all.yaml': published['deploy/k8s/web.yaml'] }
    expect(pathsAndTypes(files)).toEqual(['platform/kube kubernetes', 'src/api nodejs', 'src/web nodejs'])
  })

  test('is one with its base, overlays and parts', () => {
    const files = {
      'k8s/base/kustomization.yaml': 'resources: [a.yaml, b.yaml]\n',
      'k8s/base/a.yaml': deployment('a', 'acme/a'),
      'k8s/base/b.yaml': deployment('b', 'acme/b'),
      'k8s/overlays/prod/kustomization.yaml': 'resources: [../../base]\n',
      'k8s/overlays/prod/patch.yaml': deployment('a', 'acme/a:2'),
    }
    expect(pathsAndTypes(files)).toEqual(['k8s kubernetes'])
    expect(serviceNamed(files, 'k8s').framework).toBe('kustomize')
  })

  test('or a chart is one, when nothing else runs what is there', () => {
    const chart = { 'shop/Chart.yaml': 'apiVersion: v2\nname: shop\n', 'shop/templates/d.yaml': 'kind: {{ .Values.kind }}\n' }
    expect(pathsAndTypes(chart)).toEqual(['shop kubernetes'])
  })

  test.each([
    ['that deploys the one service around it', { ...express('api'), 'api/k8s/d.yaml': deployment('api', 'acme/api') }, ['api nodejs']],
    [
      'beside the one program that it deploys',
      { Dockerfile: 'FROM golang AS b\nFROM scratch\nCOPY --from=b /a /a\nCMD ["/a"]\n', 'k8s-pod.yaml': deployment('a', 'acme/a') },
      ['. containerized'],
    ],
    ['with a chart beside its service', { ...express('api'), 'api/chart/Chart.yaml': 'apiVersion: v2\nname: api\n' }, ['api nodejs']],
    [
      'when a compose file runs the same services',
      {
        ...express('a'),
        ...express('b'),
        'k8s/all.yaml': published['deploy/k8s/web.yaml'],
        'compose.yaml': 'services:\n  a: {build: a}\n  b: {build: b}\n',
      },
      ['. compose_stack', 'a nodejs', 'b nodejs'],
    ],
    ['with nothing but settings', { 'k8s/ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n' }, []],
    ['that is only YAML', { 'k8s/values.yaml': 'a: 1\n', 'deploy/playbook.yml': '- hosts: all\n' }, []],
  ])('is no stack %s', (_, files, expected) => {
    expect(pathsAndTypes(files as Record<string, string>)).toEqual(expected)
  })
})

describe('an orchestrator', () => {
  const two = {
    ...express('web'),
    ...express('api'),
    'k8s/web.yaml': deployment('web', 'acme-web'),
    'k8s/api.yaml': deployment('api', 'acme-api'),
  }

  test.each([
    [
      'skaffold.yaml',
      'apiVersion: skaffold/v4beta1\nkind: Config\nbuild:\n  artifacts:\n    - {image: acme-web, context: web}\n    - {image: acme-api, context: api}\n',
    ],
    ['Tiltfile', "k8s_yaml(['k8s/web.yaml'])\ndocker_build('acme-web', 'web')\ndocker_build('acme-api', './api')\n"],
    ['okteto.yml', 'build:\n  web: {context: web}\n  api: {context: api}\n'],
  ])('%s that builds several folders is the stack of the manifests below', (name, text) => {
    const files = { ...two, [name]: text }
    expect(pathsAndTypes(files)).toEqual(['. kubernetes', 'api nodejs', 'web nodejs'])
    expect(rolesIn(files)).toMatchObject({ k8s: 'tooling' })
  })

  test('that builds one folder is no stack', () => {
    const one = {
      ...express('web'),
      'skaffold.yaml': 'apiVersion: skaffold/v4beta1\nkind: Config\nbuild:\n  artifacts: [{image: w, context: web}]\n',
    }
    expect(servicesIn(one).map((line) => line.split(' ').slice(1, 3))).toEqual([['web', 'nodejs/express']])
  })
})

describe('the strategy', () => {
  test('is kubernetes for services that manifests run together, and that of a compose file where there is one', () => {
    const files = {
      ...express('src/web'),
      ...express('src/api'),
      'k8s/all.yaml': `${deployment('web', 'a/web')}---\n${deployment('api', 'a/api')}`,
    }
    expect(analyzeFiles(files).strategy).toBe('kubernetes')
    expect(analyzeFiles({ ...files, 'compose.yaml': 'services:\n  w: {build: src/web}\n  a: {build: src/api}\n' }).strategy).toBe(
      'compose_stack',
    )
    expect(analyzeFiles({ ...express('api'), 'api/k8s/d.yaml': deployment('api', 'a/api') }).strategy).toBe('single_service')
  })
})

describe('a manifest', () => {
  test('says the port, variables, probe, memory and neighbours of the folder that its image is built from', () => {
    const more =
      '          env:\n            - {name: PORT, value: "8080"}\n            - {name: API_ADDR, value: "api:9000"}\n            - {name: TOKEN, valueFrom: {secretKeyRef: {name: s, key: t}}}\n          readinessProbe: {httpGet: {path: /ready, port: 8080}}\n          resources: {limits: {memory: 128Mi, cpu: 250m}}\n'
    const files = {
      ...express('src/web'),
      ...express('src/api'),
      'k8s/a.yaml': `${deployment('web', 'gcr.io/acme/web:v1', more)}---\n${deployment('api', 'acme/api')}`,
    }
    const { port, health, environment, resources, dependsOn } = serviceNamed(files, 'web')
    expect({ port, health, environment, resources, on: dependsOn.map(({ service }) => service) }).toEqual({
      port: 8080,
      health: { kind: 'http', path: '/ready', port: 8080 },
      environment: [
        { name: 'API_ADDR', required: false, value: 'api:9000' },
        { name: 'TOKEN', required: true },
      ],
      resources: { memory: '128Mi', cpu: '0.25' },
      on: ['api'],
    })
  })
})

describe('a file of several documents', () => {
  test('is read one by one, with lines of the whole file, and without those that do not parse', () => {
    const parts = parseYamlParts('# head\na: 1\n---\nb: [\n--- # two\n\nc:\n  d: 2\n')
    expect(parts.map(({ data }) => data)).toEqual([{ a: 1 }, { c: { d: 2 } }])
    expect([parts[0]?.line(['a']), parts[1]?.line(['c', 'd'])]).toEqual([2, 8])
  })

  test.each([
    ['documents', 'a: 1\n---\n'.repeat(5000)],
    ['separators', '---\n'.repeat(100_000)],
    ['aliases', `a: &a [1,1,1]\n${Array.from({ length: 40 }, (_, n) => `b${n}: &b${n} [*a,*a,*a]`).join('\n')}`],
    ['brackets', `${deployment('a', 'b')}---\n${'['.repeat(10_000)}`],
    ['nothing that is an object', 'apiVersion: v1\nkind: List\nitems: [1, null, [], {kind: 1}]\n---\n- 1\n---\nnull\n'],
    ['odd containers', 'apiVersion: v1\nkind: Pod\nspec: {containers: [1, {env: x, ports: [{containerPort: -1}], image: [1]}]}\n'],
  ])('with too many %s is bounded', (_, text) => {
    const started = performance.now()
    const { services } = analyzeFiles({ ...express('a'), 'k8s/x.yaml': text })
    expect([services.some(({ path }) => path === 'a'), performance.now() - started < 4000]).toEqual([true, true])
  })
})

test('a folder of charts is one Kubernetes stack, though no file lies in the folder itself', () => {
  const chart = (name: string) => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`
  const files = { 'charts/a/Chart.yaml': chart('a'), 'charts/b/Chart.yaml': chart('b'), 'README.md': '' }
  expect(pathsAndTypes(files)).toEqual(['charts kubernetes'])
})
