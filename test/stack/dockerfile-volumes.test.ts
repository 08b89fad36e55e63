import { expect, it } from 'vitest'
import { imageVolumes } from '../../src/stack/dockerfile-volumes.ts'

const folders = (dockerfile: string) => imageVolumes('store', dockerfile).map(({ name, folder }) => `${name} ${folder}`)

it.each([
  ['FROM busybox\nVOLUME /data\n', ['store-data /data']],
  ['FROM busybox\nVOLUME ["/var/lib/app", "/srv/Files"]\n', ['store-srv-files /srv/Files', 'store-var-lib-app /var/lib/app']],
  ['FROM busybox\nVOLUME /a /b\nVOLUME /a\n', ['store-a /a', 'store-b /b']],
  ['FROM busybox AS build\nVOLUME /cache\nFROM scratch\n', []],
  ['FROM busybox AS base\nVOLUME /data\nFROM base\n', ['store-data /data']],
  ['FROM postgres:17-alpine\n', ['store-var-lib-postgresql-data /var/lib/postgresql/data']],
  ['FROM docker.io/library/redis@sha256:0\n', ['store-data /data']],
  ['FROM someone/postgres\n', []],
  ['FROM busybox\nVOLUME $DIR ../x relative\n', []],
  ['FROM busybox\nVOLUME [broken\n', []],
])('%j keeps its data in %j', (dockerfile, expected) => {
  expect(folders(dockerfile)).toEqual(expected)
})
