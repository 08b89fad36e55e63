import { expect, test } from 'vitest'
import { otherVersion } from '../../src/stack/template-version.ts'
import { stackOf } from './stack-lines.ts'
import { nodeTemplate } from './support.ts'

test('an image of another version than a service asks for is told with both', () => {
  const text = stackOf({
    'go.mod': 'module app\n\ngo 1.23\n',
    'main.go': 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n}\n',
  }).documentText
  expect(/# (It asks .*)/.exec(text)?.[1]).toBe('It asks for golang 1.23; its image has 1.24.')
})

test.each([
  ['1.23', '1.24'],
  ['1.24', undefined],
  ['1.24.3', undefined],
  ['v1.30', undefined],
  ['1', undefined],
  ['latest', undefined],
  [undefined, undefined],
])('a service that asks for %s gets %s', (asked, version) => {
  expect(otherVersion(asked, { ...nodeTemplate, versions: { default: '1.26', oldest: '1.24', parts: 2 } })).toBe(version)
})
