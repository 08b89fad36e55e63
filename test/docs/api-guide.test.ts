// The examples of docs/api.md, run as they stand there.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { startGraphql } from '../support/graphql.ts'
import { wholeTeam } from '../support/whole-team.ts'

const run = promisify(execFile)

it('shows examples that work', async () => {
  const api = await startGraphql()
  const { ids, token, teamId } = await wholeTeam(api.db)
  const guide = await readFile(path.join(import.meta.dirname, '../../docs/api.md'), 'utf8')
  const examples = [...guide.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block]) =>
    block!
      .replaceAll('\\\n', ' ')
      .trim()
      .split(/\n(?=curl )/),
  )
  expect(examples.length).toBeGreaterThan(8)
  for (const example of examples) {
    const { stdout } = await run('sh', ['-c', example.replace(/^curl /, `curl --silent --show-error --write-out '\\n%{http_code}' `)], {
      env: {
        PATH: process.env.PATH,
        KYOZO: api.origin,
        TOKEN: token,
        TEAM: teamId,
        WORKSPACE: ids.get('workspaces'),
        SERVICE: ids.get('service_instances'),
      },
    })
    expect([example, stdout.slice(stdout.lastIndexOf('\n') + 1)]).toEqual([example, expect.stringMatching(/^20[0-2]$/)])
    // GraphQL says what failed with 200.
    expect([example, /"errors":.*/.exec(stdout)?.[0]]).toEqual([example, undefined])
  }
}, 120_000)
