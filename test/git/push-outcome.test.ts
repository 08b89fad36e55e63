// What Git hosts and git itself say when they refuse a push: the words were recorded from the hosts, names replaced.
import { describe, expect, it } from 'vitest'
import { type PushEnd, pushOutcome } from '../../src/git/push-outcome.ts'

const to = 'To https://git.example.com/ada/shop.git\n'
const failed = "error: failed to push some refs to 'https://git.example.com/ada/shop.git'\n"

/** A push that came as far as being answered for its branch. */
function answered(words: string, remote = ''): PushEnd {
  return { exitCode: 1, stdout: `${to}!\t0123abc:refs/heads/main\t${words}\nDone\n`, stderr: `${remote}${failed}` }
}

/** One that was turned away before. */
function turnedAway(stderr: string): PushEnd {
  return { exitCode: 128, stdout: '', stderr }
}

const http = (status: number) =>
  `fatal: unable to access 'https://git.example.com/ada/shop.git/': The requested URL returned error: ${status}\n`

describe('what became of a push', () => {
  it.each([
    ['a new branch', '*\t0123abc:refs/heads/kyozo/compose\t[new branch]'],
    ['a fast-forward', ' \t0123abc:refs/heads/main\t1111111..0123abc'],
    ['one that replaces what it knew', '+\t0123abc:refs/heads/kyozo/compose\t1111111...0123abc (forced update)'],
    ['what was there already, since the answer to the first try was lost', '=\t0123abc:refs/heads/main\t[up to date]'],
  ])('is that it arrived: %s', (_, line) => {
    expect(pushOutcome({ exitCode: 0, stdout: `${to}${line}\nDone\n`, stderr: '' })).toEqual({ kind: 'pushed' })
  })

  it.each([
    ['the lease', answered('[rejected] (stale info)'), '[rejected] (stale info)'],
    ['a fast-forward that is none any more', answered('[rejected] (fetch first)'), '[rejected] (fetch first)'],
    ['a branch that has another past', answered('[rejected] (non-fast-forward)'), '[rejected] (non-fast-forward)'],
    [
      'the host’s own lock',
      answered(
        "[remote rejected] (cannot lock ref 'refs/heads/main': is at 98bf7e54a615d7e23cbcf8688d22c4099a1d2240 but expected 00da1b358846ae9a8ffa71b34eb1e330e3a37e3d)",
      ),
      "[remote rejected] (cannot lock ref 'refs/heads/main': is at 98bf7e54a615d7e23cbcf8688d22c4099a1d2240 but expected 00da1b358846ae9a8ffa71b34eb1e330e3a37e3d)",
    ],
    ['an update that lost', answered('[remote rejected] (failed to update ref)'), '[remote rejected] (failed to update ref)'],
    [
      'a parent that the host has dropped',
      answered('[remote rejected] (shallow update not allowed)'),
      '[remote rejected] (shallow update not allowed)',
    ],
  ])('is that somebody was faster: %s', (_, end, said) => {
    expect(pushOutcome(end)).toEqual({ kind: 'moved_on', said, hint: 'kyozo looks at what was pushed and decides anew' })
  })

  it.each([
    [
      'GitHub, a protected branch',
      answered(
        '[remote rejected] (protected branch hook declined)',
        'remote: error: GH006: Protected branch update failed for refs/heads/main.        \nremote: \nremote: - Changes must be made through a pull request.        \n',
      ),
      'error: GH006: Protected branch update failed for refs/heads/main. - Changes must be made through a pull request.',
    ],
    [
      'GitHub, checks that are required',
      answered(
        '[remote rejected] (protected branch hook declined)',
        'remote: error: GH006: Protected branch update failed for refs/heads/main.        \nremote: error: 2 of 2 required status checks are expected.        \n',
      ),
      'error: GH006: Protected branch update failed for refs/heads/main. error: 2 of 2 required status checks are expected.',
    ],
    [
      'GitHub, a rule set',
      answered(
        '[remote rejected] (push declined due to repository rule violations)',
        'remote: error: GH013: Repository rule violations found for refs/heads/main.        \nremote: Review all repository rules at https://github.com/ada/shop/rules?ref=refs%2Fheads%2Fmain        \nremote: \nremote: - Changes must be made through a pull request.        \nremote: \n',
      ),
      'error: GH013: Repository rule violations found for refs/heads/main. - Changes must be made through a pull request.',
    ],
    [
      'Gitea',
      answered(
        '[remote rejected] (pre-receive hook declined)',
        'remote: \nremote: Gitea: Not allowed to push to protected branch main        \n',
      ),
      'Gitea: Not allowed to push to protected branch main',
    ],
    [
      'Gitea, a file that only some may change',
      answered(
        '[remote rejected] (pre-receive hook declined)',
        'remote: Gitea: Branch main is protected from changing file compose.kyozo.yaml\n',
      ),
      'Gitea: Branch main is protected from changing file compose.kyozo.yaml',
    ],
    [
      'GitLab',
      answered(
        '[remote rejected] (pre-receive hook declined)',
        'remote: GitLab: You are not allowed to push code to protected branches on this project.        \n',
      ),
      'GitLab: You are not allowed to push code to protected branches on this project.',
    ],
    [
      'GitLab, a branch whose past may not change',
      answered(
        '[remote rejected] (pre-receive hook declined)',
        'remote: GitLab: You are not allowed to force push code to a protected branch on this project.\n',
      ),
      'GitLab: You are not allowed to force push code to a protected branch on this project.',
    ],
  ])('is that the branch is protected: %s', (_, end, said) => {
    expect(pushOutcome(end)).toMatchObject({ kind: 'protected', said, hint: expect.stringContaining('commit_back: pull_request') })
  })

  it.each([
    [
      'GitHub',
      answered(
        '[remote rejected] (push declined due to repository rule violations)',
        'remote: error: GH013: Repository rule violations found for refs/heads/main.        \nremote: Review all repository rules at https://github.com/ada/shop/rules?ref=refs%2Fheads%2Fmain        \nremote: \nremote: - Commits must have verified signatures.        \nremote:   Found 1 violation:        \nremote: \nremote:   027faa7121ee9df79db623e1a2848d2cc88a8dba        \nremote: \n',
      ),
      'error: GH013: Repository rule violations found for refs/heads/main. - Commits must have verified signatures.',
    ],
    [
      'GitHub, the older rule',
      answered(
        '[remote rejected] (protected branch hook declined)',
        'remote: error: GH006: Protected branch update failed for refs/heads/main.\nremote: error: Commits must have verified signatures.\n',
      ),
      'error: GH006: Protected branch update failed for refs/heads/main. error: Commits must have verified signatures.',
    ],
    [
      'GitLab',
      answered('[remote rejected] (pre-receive hook declined)', 'remote: GitLab: Commit must be signed with a GPG key\n'),
      'GitLab: Commit must be signed with a GPG key',
    ],
    [
      'Gitea',
      answered(
        '[remote rejected] (pre-receive hook declined)',
        'remote: Gitea: Branch main is protected from unverified commit 027faa7121ee9df79db623e1a2848d2cc88a8dba\n',
      ),
      'Gitea: Branch main is protected from unverified commit 027faa7121ee9df79db623e1a2848d2cc88a8dba',
    ],
  ])('is that only signed commits are taken: %s', (_, end, said) => {
    expect(pushOutcome(end)).toMatchObject({ kind: 'needs_signature', said })
  })

  it.each([
    [
      'GitHub, who may only read',
      turnedAway(`remote: Permission to ada/shop.git denied to kyozo-bot.\n${http(403)}`),
      'Permission to ada/shop.git denied to kyozo-bot.',
    ],
    [
      'GitHub, a token that may only read',
      turnedAway(`remote: Write access to repository not granted.\n${http(403)}`),
      'Write access to repository not granted.',
    ],
    [
      'GitHub, a repository that rests',
      turnedAway(`remote: This repository was archived so it is read-only.\n${http(403)}`),
      'This repository was archived so it is read-only.',
    ],
    [
      'GitLab',
      turnedAway(`remote: You are not allowed to push code to this project.\n${http(403)}`),
      'You are not allowed to push code to this project.',
    ],
    [
      'Gitea',
      answered('[remote rejected] (pre-receive hook declined)', 'remote: \nremote: Gitea: User permission denied for writing.\n'),
      'Gitea: User permission denied for writing.',
    ],
    [
      'a token that is worth nothing',
      turnedAway("fatal: Authentication failed for 'https://git.example.com/ada/shop.git/'\n"),
      "fatal: Authentication failed for 'https://git.example.com/ada/shop.git/'",
    ],
    [
      'a repository that the token does not see',
      turnedAway("remote: Repository not found.\nfatal: repository 'https://git.example.com/ada/shop.git/' not found\n"),
      'Repository not found.',
    ],
  ])('is that kyozo may not push: %s', (_, end, said) => {
    expect(pushOutcome(end)).toMatchObject({ kind: 'no_permission', said, hint: expect.stringContaining('may write contents') })
  })

  it('is a refusal in the words of a hook that nobody knows', () => {
    const end = answered(
      '[remote rejected] (pre-receive hook declined)',
      'remote: only on \u001b[31mTuesdays\u001b[0m\u202e\r\nremote: Compressing objects: 100% (3/3)\n',
    )
    expect(pushOutcome(end)).toEqual({
      kind: 'refused',
      said: 'only on [31mTuesdays [0m',
      hint: 'look at the rules and hooks of the repository on its host',
    })
    expect(pushOutcome(answered('[remote rejected] (pre-receive hook declined)'))).toMatchObject({
      said: '[remote rejected] (pre-receive hook declined)',
    })
    const long = pushOutcome(answered('[remote rejected] (hook declined)', `remote: ${'é'.repeat(5_000)}\n`))
    expect([...('said' in long ? long.said : '')]).toHaveLength(300)
  })

  it.each([
    [
      'a name that leads nowhere',
      "fatal: unable to access 'https://git.example.com/ada/shop.git/': Could not resolve host: git.example.com\n",
    ],
    ['a host in trouble', http(502)],
    ['a line that broke', 'error: RPC failed; curl 55 Send failure: Broken pipe\nfatal: the remote end hung up unexpectedly\n'],
    ['nothing', ''],
  ])('is not known: %s', (_, stderr) => {
    expect(pushOutcome(turnedAway(stderr)).kind).toBe('unreachable')
  })
})
