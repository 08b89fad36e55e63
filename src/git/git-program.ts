// The one place that knows how the git program is called: no hooks, no system or user configuration, no prompts, no protocol that was not asked for.
import { StringDecoder } from 'node:string_decoder'
import { type ChildResult, type ChildSpec, runChild } from '../child.ts'

export interface GitCall {
  readonly gitDir: string
  readonly args: readonly string[]
  readonly deadlineMs: number
  readonly config?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly input?: ChildSpec['input']
  readonly onStdout?: (chunk: Buffer) => void
  readonly onStderr?: (chunk: Buffer) => void
  readonly stdout?: ChildSpec['stdout']
  readonly signal?: AbortSignal
  readonly outputLimitBytes?: number
}

/** Packs are read through memory maps, which do not count; delta resolution of a large repository does. */
const gitMemoryBytes = 2 * 1024 ** 3

/** Configuration that holds for every call, whatever the repository or the machine says. */
const hardened: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.symlinks': 'false',
  'core.attributesFile': '/dev/null',
  'credential.helper': '',
  'fetch.fsckObjects': 'true',
  'transfer.fsckObjects': 'true',
  'receive.fsckObjects': 'true',
  'fetch.recurseSubmodules': 'no',
  'submodule.recurse': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'http.followRedirects': 'false',
  'http.lowSpeedLimit': '1000',
  'http.lowSpeedTime': '30',
  'protocol.allow': 'never',
  'protocol.https.allow': 'always',
  'protocol.http.allow': 'always',
}

export function gitEnvironment(config: Readonly<Record<string, string>> = {}): Record<string, string> {
  const pairs = Object.entries({ ...hardened, 'safe.directory': '*', ...config })
  return {
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ATTR_NOSYSTEM: '1',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    // Configuration through the environment, so that no secret is ever an argument.
    GIT_CONFIG_COUNT: String(pairs.length),
    ...Object.fromEntries(
      pairs.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
  }
}

export function runGit(call: GitCall): Promise<ChildResult> {
  const { gitDir, args, config, env, ...rest } = call
  return runChild({
    program: 'git',
    args: [`--git-dir=${gitDir}`, ...args],
    env: { ...gitEnvironment(config), ...env },
    memoryLimitBytes: gitMemoryBytes,
    ...rest,
  })
}

/** Calls `onRecord` with each NUL-terminated record of a stream. */
export function nulRecords(onRecord: (record: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return (chunk) => {
    const records = (rest + decoder.write(chunk)).split('\0')
    rest = records.pop() ?? ''
    for (const record of records) onRecord(record)
  }
}
