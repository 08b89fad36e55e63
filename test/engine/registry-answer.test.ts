import { expect, test } from 'vitest'
import { isFinalRefusal } from '../../src/engine/docker/registry-answer.ts'

const inBuild = (answer: string) =>
  `r.example/x:1: failed to resolve source metadata for r.example/x:1: unexpected status from HEAD request to https://r.example/v2/x/manifests/1: ${answer}`

test.each([
  'could not pull r.example/x:1: manifest unknown',
  'could not pull r.example/x:1: name unknown',
  'could not pull r.example/x:1: unknown: <html>',
  "could not pull r.example/x:1: pull access denied for x, repository does not exist or may require 'docker login'",
  'could not pull r.example/x:1: no matching manifest for linux/amd64 in the manifest list entries',
  'r.example/x:1: failed to resolve source metadata for r.example/x:1: r.example/x:1: not found',
  inBuild('401 Unauthorized'),
  inBuild('403 Forbidden'),
  inBuild('410 Gone'),
  'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.example/token?a=b: 401 Unauthorized',
])('an image that its registry refuses is not asked for again: %s', (answer) => {
  expect(isFinalRefusal(answer)).toBe(true)
})

test.each([
  'could not pull r.example/x:1: Get "https://r.example/v2/": dial tcp: lookup r.example on 10.0.0.1:53: no such host',
  'could not pull r.example/x:1: Get "https://r.example/v2/": dial tcp 10.0.0.1:443: connect: connection refused',
  'could not pull r.example/x:1: net/http: TLS handshake timeout',
  'could not pull r.example/x:1: received unexpected HTTP status: 503 Service Unavailable',
  'could not pull r.example/x:1: toomanyrequests: You have reached your pull rate limit',
  inBuild('502 Bad Gateway'),
  inBuild('429 Too Many Requests'),
  'could not pull r.example/x:1: unexpected EOF',
])('a registry that did not answer is asked again: %s', (answer) => {
  expect(isFinalRefusal(answer)).toBe(false)
})
