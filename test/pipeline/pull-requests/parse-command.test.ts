import { expect, it } from 'vitest'
import { commandLine } from '../../../src/forge/pull-requests.ts'
import { parseCommand } from '../../../src/pipeline/pull-requests/parse-command.ts'

it.each([
  ['/kyozo plan', { kind: 'plan' }],
  ['/kyozo   deploy ', { kind: 'deploy' }],
  ['/kyozo destroy', { kind: 'destroy' }],
  ['/kyozo', { kind: 'help' }],
  ['/kyozo approve', { kind: 'approve', sha: null }],
  [`/kyozo approve ${'ABC1'.repeat(10)}`, { kind: 'approve', sha: 'abc1'.repeat(10) }],
  ['/kyozo approve abc1234', { kind: 'approve', sha: 'abc1234' }],
  ['/kyozo approve main', { kind: 'approve', sha: null }],
  ['/kyozo explain api', { kind: 'explain', service: 'api' }],
])('%s is a command', (line, command) => {
  expect(parseCommand(line)).toEqual(command)
})

it.each(['/kyozo approve abc1234 def5678', '/kyozo explain', '/kyozo deploy now please', '/kyozo rm -rf /'])(
  '%s is none, and says why',
  (line) => {
    expect(parseCommand(line)).toEqual({ kind: 'unknown', words: expect.stringMatching(/\S/) })
  },
)

it('only the first line of a comment speaks to kyozo, and only when it begins with it', () => {
  expect(commandLine('/kyozo plan\n\nthanks!')).toBe('/kyozo plan')
  expect(commandLine('  \n /kyozo deploy\r\nmore')).toBe('/kyozo deploy')
  for (const text of ['please /kyozo deploy', '> /kyozo approve abc1234', '`/kyozo deploy`', '/kyozofoo', '', '/KYOZO deploy'])
    expect(commandLine(text)).toBeUndefined()
  expect(commandLine(`/kyozo explain ${'x'.repeat(10_000)}`)).toHaveLength(500)
})
