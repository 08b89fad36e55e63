// The scripts in a real shell: what it would offer behind a line that somebody has typed. Names come from a server that answers as kyozo does.
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runKyozo } from './run-kyozo.ts'

const run = promisify(execFile)
let folder: string
let script: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-completion-'))
  script = path.join(folder, 'kyozo.bash')
  await writeFile(script, (await runKyozo(['completion', 'bash'])).stdout)
  // Stands for kyozo on the path; says what it was asked, in names that a shell must not expand.
  const command = path.join(folder, 'kyozo')
  await writeFile(command, `#!/bin/sh\n[ "$1" = __complete ] && printf '%s\\n' "$2/one" "$2/other" '$(touch ${folder}/expanded)'\n`)
  await chmod(command, 0o755)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** What bash offers for the last word. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const lines = `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kyozo; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await run('bash', ['-c', lines, 'bash', ...words], { env: { PATH: `${folder}:${process.env.PATH}` } })
  return stdout.split('\n').filter((line) => line !== '')
}

it('completes commands, those below them, and their options', async () => {
  expect(await offered('kyozo', 're')).toEqual(['restore', 'releases', 'restart', 'resume'])
  expect(await offered('kyozo', 'secrets', '')).toEqual(['list', 'set', 'unset', 'rotate-key', 'help'])
  expect(await offered('kyozo', 'rollback', '--t')).toEqual(['--to', '--timeout', '--token'])
  expect(await offered('kyozo', 'completion', '')).toEqual(['bash', 'zsh', 'fish'])
  expect(await offered('kyozo', 'analyze', '--format', 't')).toEqual(['table', 'tree'])
})

it('completes names by asking kyozo, and expands none of them', async () => {
  expect(await offered('kyozo', 'restart', 'services/o')).toEqual(['services/one', 'services/other'])
  expect(await offered('kyozo', 'deploy', '--no-wait', 'environments/on')).toEqual(['environments/one'])
  expect(await offered('kyozo', 'secrets', 'set', 'A', '--in', 'env')).toEqual(['environments/one', 'environments/other'])
  expect(await offered('kyozo', 'restart', '')).toContain(`$(touch ${folder}/expanded)`)
  expect((await run('ls', [folder])).stdout).not.toContain('expanded')
})

it('offers nothing, and says nothing, when no server answers', async () => {
  const asked = await runKyozo(['__complete', 'services', '--server', 'http://127.0.0.1:9'])
  expect(asked).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  expect(await offered('kyozo', 'explain', '--ref', '')).toEqual([])
})

it.each(['bash', 'zsh', 'fish'])('the script for %s knows every command and hides what is for itself', async (shell) => {
  const { stdout } = await runKyozo(['completion', shell])
  for (const command of ['deploy', 'secrets', 'rotate-key', 'tokens', 'operations']) expect(stdout).toContain(command)
  expect(stdout).not.toMatch(/-a __complete/)
})
