// compose.kyozo.yaml on a laptop: a clone, the compose program, and no kyozo. What people changed in the file runs there as it does on the server.
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { runChild } from '../../src/child.ts'
import { runKyozo } from '../cli/run-kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const minutes = 60_000

interface Clone {
  readonly repository: TestRepository
  readonly project: string
}

const clones: Clone[] = []

afterEach(async () => {
  for (const clone of clones.splice(0)) {
    await compose(clone, ['down', '--volumes', '--rmi', 'local', '--timeout', '1'])
    await clone.repository.remove()
  }
}, 3 * minutes)

/** A clone with the file that kyozo writes, committed. */
async function clone(fixture: string): Promise<Clone> {
  const made = { repository: await createRepository({ fixture }), project: `kyozo-laptop-${randomBytes(4).toString('hex')}` }
  clones.push(made)
  const { exitCode, stderr } = await runKyozo(['compose', made.repository.folder, '--write'])
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('Wrote')])
  await made.repository.commit('Add compose.kyozo.yaml')
  return made
}

function compose({ repository, project }: Clone, args: readonly string[]) {
  return runChild({
    program: 'docker',
    args: ['compose', '-p', project, '-f', 'compose.kyozo.yaml', ...args],
    cwd: repository.folder,
    env: { HOME: repository.folder },
    deadlineMs: 8 * minutes,
  })
}

async function mustRun(one: Clone, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await compose(one, args)
  if (exitCode !== 0) {
    const logs = await compose(one, ['logs', '--no-color', '--tail', '20'])
    throw new Error(`docker compose ${args.join(' ')} ended with ${exitCode}:\n${stderr}\n${logs.stdout.toString('utf8')}`)
  }
  return stdout.toString('utf8').trim()
}

async function ask(one: Clone, [service, port]: readonly [string, number], where = '/'): Promise<string> {
  const address = await mustRun(one, ['port', service, String(port)])
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/)
  return until(`${service} to answer`, async () => {
    const answer = await fetch(`http://${address}${where}`).catch(() => undefined)
    return answer?.ok ? answer.text() : undefined
  })
}

describe('docker compose -f compose.kyozo.yaml up', () => {
  it(
    'runs a repository of folders in a clone: every service healthy, on loopback only, the api with its database',
    async () => {
      const shop = await clone('shop')
      await mustRun(shop, ['up', '--wait', '--pull', 'never'])
      expect(JSON.parse(await ask(shop, ['api', 3000], '/products'))).toMatchObject({
        products: expect.arrayContaining([expect.objectContaining({ name: 'Teapot' })]),
      })
      expect(await ask(shop, ['web', 8080])).toContain('<title>')
      const states = (await mustRun(shop, ['ps', '--all', '--format', '{{.Service}} {{.State}}'])).split('\n').sort()
      expect(states).toEqual(['api', 'catalog', 'mailer', 'orders', 'postgres', 'redis', 'web', 'worker'].map((name) => `${name} running`))
    },
    10 * minutes,
  )

  it(
    'runs a repository with a compose file of its own, and what people changed in kyozo’s',
    async () => {
      const user = await clone('compose-user')
      const file = path.join(user.repository.folder, 'compose.kyozo.yaml')
      await writeFile(file, (await readFile(file, 'utf8')).replace('GREETING: Hello', 'GREETING: Good ${TIME_OF_DAY:-day} # ours'))
      const written = await runKyozo(['compose', user.repository.folder, '--write'])
      expect(written.stderr).toContain('Kept: ')
      await mustRun(user, ['up', '--wait', '--pull', 'never'])
      expect(await ask(user, ['web', 8000])).toBe('Good day, visitor 1 (version 1.0.0)\n')
    },
    10 * minutes,
  )
})
