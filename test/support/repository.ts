// A real Git repository in a temporary folder, changed and pushed with the git program as a person would.
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface GitResult {
  readonly exitCode: number
  /** Standard output and error, in the order of the streams. */
  readonly output: string
}

export interface TestRepository {
  readonly folder: string
  git(...args: readonly string[]): Promise<GitResult>
  /** Writes files (`null` removes one), commits everything, and returns the sha. */
  commit(message: string, files?: Readonly<Record<string, string | null>>): Promise<string>
  /** Pushes HEAD to main and returns what git printed, without its `remote: ` prefixes. */
  push(
    url: string,
    options?: { readonly branch?: string; readonly options?: readonly string[]; readonly force?: boolean },
  ): Promise<GitResult>
  remove(): Promise<void>
}

const fixtures = path.join(import.meta.dirname, '../../fixtures/repositories')

export async function createRepository(
  content: { readonly fixture?: string; readonly files?: Readonly<Record<string, string>> } = {},
): Promise<TestRepository> {
  const folder = await mkdtemp(path.join(tmpdir(), 'kyozo-repository-'))
  if (content.fixture !== undefined) await cp(path.join(fixtures, content.fixture), folder, { recursive: true })
  const git = (...args: readonly string[]) => runGit(folder, args)
  const repository: TestRepository = {
    folder,
    git,
    async commit(message, files = {}) {
      await writeFiles(folder, files)
      await succeed(git('add', '--all'))
      await succeed(git('commit', '--quiet', '--allow-empty', '-m', message))
      return (await git('rev-parse', 'HEAD')).output.trim()
    },
    async push(url, { branch = 'main', options = [], force = false } = {}) {
      const pushed = await git(
        'push',
        ...options.flatMap((option) => ['-o', option]),
        ...(force ? ['--force'] : []),
        url,
        `HEAD:refs/heads/${branch}`,
      )
      return { ...pushed, output: pushed.output.replaceAll(/^remote: /gm, '').replaceAll(/ +$/gm, '') }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
  await succeed(git('init', '--quiet', '--initial-branch=main'))
  await repository.commit('First', content.files ?? {})
  return repository
}

async function writeFiles(folder: string, files: Readonly<Record<string, string | null>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name)
    if (text === null) await rm(file, { recursive: true, force: true })
    else {
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, text)
    }
  }
}

async function succeed(running: Promise<GitResult>): Promise<void> {
  const { exitCode, output } = await running
  if (exitCode !== 0) throw new Error(`git failed: ${output}`)
}

function runGit(folder: string, args: readonly string[]): Promise<GitResult> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Test',
    GIT_AUTHOR_EMAIL: 'test@example.com',
    GIT_COMMITTER_NAME: 'Test',
    GIT_COMMITTER_EMAIL: 'test@example.com',
  }
  return new Promise((resolve) => {
    execFile('git', args, { cwd: folder, env, maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, output: `${stdout}${stderr}` })
    })
  })
}
