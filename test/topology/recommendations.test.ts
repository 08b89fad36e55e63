import { describe, expect, test } from 'vitest'
import { analyzeFiles, json } from './summary.ts'

const api = (start: string, more: Record<string, string> = {}) => ({
  'api/package.json': json({ name: 'api', scripts: { start }, dependencies: { express: '5' } }),
  'api/package-lock.json': '{}',
  'api/index.js': "app.get('/healthz', ok)\napp.listen(3000)\n",
  ...more,
})
const advice = (files: Record<string, string>) =>
  analyzeFiles(files).recommendations.map(({ code, evidence }) => [code, evidence[0]?.path, evidence[0]?.line])

describe('a recommendation', () => {
  test.each([
    [
      'a development server',
      api('node index.js', { 'api/Dockerfile': 'FROM node:24\nCOPY package.json ./\nUSER node\nCMD npm run dev\n' }),
      [['development_server', 'api/Dockerfile', 1]],
    ],
    [
      'a runtime without fixes',
      api('node index.js', { 'api/Dockerfile': 'FROM node:16\nCOPY package.json ./\nUSER node\nCMD node index.js\n' }),
      [['runtime_ended', 'api/Dockerfile', 1]],
    ],
    [
      'an image, its user and what it copies',
      api('node index.js', { 'api/Dockerfile': 'FROM node\nCOPY . .\nCMD node index.js\n' }),
      [
        ['unpinned_image', 'api/Dockerfile', 1],
        ['runs_as_root', 'api/Dockerfile', 1],
        ['no_dockerignore', 'api/Dockerfile', 2],
      ],
    ],
    [
      'a database that is open to everybody',
      api('node index.js', {
        'compose.yaml': 'services:\n  api: {build: ./api}\n  db:\n    image: postgres:17\n    ports:\n      - "5432:5432"\n',
      }),
      [['database_published', 'compose.yaml', 6]],
    ],
    [
      'a system without fixes',
      api('node index.js', { 'api/Dockerfile': 'FROM node:24-bullseye-slim\nCOPY package.json ./\nUSER node\nCMD node index.js\n' }),
      [['system_ended', 'api/Dockerfile', 1]],
    ],
    [
      'what a stack pulls without a version',
      api('node index.js', {
        'compose.yaml':
          'services:\n  api: {build: ./api, image: shop/api}\n  cache:\n    image: redis\n  web: {image: "shop/api-web:latest"}\n',
      }),
      [['unpinned_image', 'compose.yaml', 4]],
    ],
    [
      'what manifests pull without a version',
      {
        'k8s/a.yaml':
          'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cache}\nspec:\n  template:\n    spec:\n      containers:\n        - {name: cache, image: "memcached:latest"}\n',
      },
      [['unpinned_image', 'k8s/a.yaml', 8]],
    ],
    [
      'a secret in an image',
      api('node index.js', {
        'api/Dockerfile':
          'FROM node:24\nENV PORT=1 \nENV API_KEY=sk_live_123456789012345678901234\nCOPY index.js ./\nUSER node\nCMD node index.js\n',
      }),
      [['secret_committed', 'api/Dockerfile', 3]],
    ],
    [
      "a secret in a stack's file",
      api('node index.js', {
        'compose.yaml': 'services:\n  api:\n    build: ./api\n    environment:\n      DB_PASSWORD: hunter2\n      API_TOKEN: $API_TOKEN\n',
      }),
      [['secret_committed', 'compose.yaml', 5]],
    ],
    [
      'a key in defaults that are meant to be committed',
      api('node index.js', { 'api/.env': 'APP_SECRET=abc\nAWS_KEY=AKIAABCDEFGHIJKLMNOP\n', 'api/symfony.lock': '{}' }),
      [['secret_committed', 'api/.env', 2]],
    ],
    ['a committed secret', api('node index.js', { 'api/.env': 'PORT=1\nAPI_TOKEN=8f2c9d11\n' }), [['secret_committed', 'api/.env', 2]]],
  ])('tells of %s', (_, files, expected) => {
    expect(advice(files as Record<string, string>)).toEqual(expected)
  })

  test.each([
    [
      'a database that only the machine reaches',
      api('node index.js', {
        'compose.yaml': 'services:\n  api: {build: ./api}\n  db: {image: "postgres:17", ports: ["127.0.0.1:5432:5432"]}\n',
      }),
    ],
    ['an environment file without secrets', api('node index.js', { 'api/.env': 'PORT=1\nDB_PASSWORD=changeme\nAPI_KEY=${API_KEY}\n' })],
    ["defaults of Symfony's", api('node index.js', { 'api/.env': '###> symfony/framework-bundle ###\nAPP_SECRET=4f1c0d\n' })],
    [
      'a password that is only the name of a user',
      api('node index.js', {
        'compose.yaml':
          'services:\n  api: {build: ./api}\n  db:\n    image: postgres:17\n    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: shop}\n',
      }),
    ],
    ['a certificate', api('node index.js', { 'api/ca.pem': '-----BEGIN CERTIFICATE-----\n' })],
    [
      'a build that leaves files out',
      api('node index.js', { 'api/Dockerfile': 'FROM node:24\nCOPY . .\nUSER node\nCMD node index.js\n', 'api/.dockerignore': '.git\n' }),
    ],
  ])('is not made for %s', (_, files) => {
    expect(advice(files as Record<string, string>)).toEqual([])
  })

  test.each([
    ['python', 'python:3.14-slim'],
    ['python:latest', 'python:3.14-slim'],
    ['shop/base', undefined],
  ])('names a version of the same image: %s', (image, example) => {
    const dockerfile = `FROM ${image}\nCOPY main.py .\nUSER 1\nCMD python main.py\n`
    const files = { 'a/main.py': 'from flask import Flask\napp = Flask("a")\napp.run(port=80)\n', 'a/Dockerfile': dockerfile }
    const found = analyzeFiles(files).recommendations.find(({ code }) => code === 'unpinned_image')
    expect(found?.fix).toBe(
      example === undefined ? `Name a version of ${image}, or a digest.` : `Name a version, such as \`${example}\`, or a digest.`,
    )
  })

  test('never shows the value of a secret', () => {
    const files = api('node index.js', { 'api/.env': 'AWS_ACCESS_KEY_ID=AKIAABCDEFGHIJKLMNOP\nTOKEN=hunter2hunter2\n' })
    expect(JSON.stringify(analyzeFiles(files).recommendations)).not.toMatch(/AKIA|hunter2/)
  })

  test('that holds for many is given once, with every place', () => {
    const files = Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e'].flatMap((name) => [
        [`${name}/main.go`, 'package main\nfunc main() { http.ListenAndServe(":80", nil) }\n"/healthz"\n'],
        [`${name}/go.mod`, `module example.com/${name}\n`],
        [`${name}/Dockerfile`, 'FROM golang:1.25\nCOPY main.go .\nCMD x\n'],
      ]),
    )
    const [first, ...others] = analyzeFiles(files).recommendations.filter(({ code }) => code === 'runs_as_root')
    expect([others, first?.evidence.map(({ path }) => path)]).toEqual([[], ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}/Dockerfile`)])
    expect(first?.message).toContain('The same holds in 4 more places.')
  })
})

describe('a version that has ended', () => {
  const codes = (image: string) => {
    const dockerfile = `FROM ${image}\nCOPY main.py .\nUSER 1\nHEALTHCHECK CMD curl http://localhost/\nCMD python main.py\n`
    return advice({ 'a/main.py': 'from flask import Flask\napp = Flask("a")\napp.run(port=80)\n', 'a/Dockerfile': dockerfile }).map(
      ([code]) => code,
    )
  }

  test.each([
    ['python:3.9', ['runtime_ended']],
    ['python:3.10.2-slim', ['runtime_ended']],
    ['docker.io/library/python:2.7-alpine3.6', ['runtime_ended', 'system_ended']],
    ['python:3.12-slim-buster', ['system_ended']],
    ['python:3.13-alpine3.18', ['system_ended']],
    ['debian:11.9-slim', ['system_ended']],
    ['ubuntu:focal-20240530', ['system_ended']],
    ['ubuntu:18.04@sha256:abc', ['system_ended']],
    ['centos:7', ['image_abandoned']],
    ['openjdk:17-slim', ['image_abandoned']],
  ])('is told by %s', (image, expected) => {
    expect(codes(image)).toEqual(expected)
  })

  test.each([
    'python:3.13',
    'python:3.14-slim-trixie',
    'python:3',
    'python:3.12-alpine3.23',
    'debian:12',
    'ubuntu:24.04',
    'ubuntu:22.04',
    'shop/debian:99',
    'python:$' + '{V}',
    'shop/openjdk:17',
  ])('is not told by %s', (image) => {
    expect(codes(image)).toEqual([])
  })
})

describe('a pattern', () => {
  const many = {
    ...api('node index.js'),
    'b/package.json': json({ scripts: { start: 'node i.js' }, dependencies: { express: '5' } }),
    'b/i.js': 'app.listen(1)',
    'jobs/package.json': json({ scripts: { start: 'node i.js' }, dependencies: { bullmq: '5' } }),
    'jobs/i.js': "import 'bullmq'\nnew Worker('x', f)",
  }
  const patternsIn = (files: Record<string, string>) => analyzeFiles(files).patterns.map(({ name, services }) => [name, services])

  test('is a monolith for one program, microservices for many, with workers and a gateway among them', () => {
    expect(patternsIn(api('node index.js'))).toEqual([['monolith', ['api']]])
    expect(
      patternsIn({
        ...many,
        'api-gateway/package.json': json({ scripts: { start: 'node i.js' }, dependencies: { express: '5' } }),
        'api-gateway/i.js': 'app.listen(2)',
        'api-gateway/.env.example': 'B_URL=http://b:1\n',
      }),
    ).toEqual([
      ['microservices', ['api', 'api-gateway', 'b', 'jobs']],
      ['gateway', ['api-gateway']],
      ['worker', ['jobs']],
    ])
    expect(patternsIn({})).toEqual([])
  })
})
