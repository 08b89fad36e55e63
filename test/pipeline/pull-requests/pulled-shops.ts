// A kyozo without an engine or a worker, and a repository with one pull request at a double of GitHub: what is asked is worked on when a test says so.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import { createConnections } from '../../../src/forge/connections.ts'
import { githubConnection } from '../../../src/forge/github/connection.ts'
import { createMirrors } from '../../../src/git/mirror.ts'
import { createLog } from '../../../src/log.ts'
import type { Kyozo } from '../../../src/pipeline/kyozo.ts'
import { workOperation } from '../../../src/pipeline/operations/work.ts'
import { hearOfPullRequest } from '../../../src/pipeline/pull-requests/hear.ts'
import { lookAgain } from '../../../src/pipeline/pull-requests/look-again.ts'
import { followPullRequest } from '../../../src/pipeline/pull-requests/note.ts'
import { openQueue } from '../../../src/queue/queue.ts'
import { inSeconds } from '../../../src/store/instance.ts'
import { findPullRequest } from '../../../src/store/pull-requests.ts'
import { createWorkspace } from '../../../src/store/workspaces.ts'
import { team } from '../../store/rows.ts'
import { busyboxService } from '../../support/busybox-service.ts'
import { testDatabase } from '../../support/database.ts'
import { startGitHub } from '../../support/github/github.ts'
import { toldBeside } from '../beside.ts'

/** Waited for where a file begins; gone after its last test. */
export async function pulledShops() {
  const { db, url } = await testDatabase()
  const queue = await openQueue(url, createLog('silent'))
  const github = await startGitHub()
  const folder = await mkdtemp(path.join(tmpdir(), 'kyozo-pulled-'))
  afterAll(async () => {
    await queue.close()
    await github.close()
    await rm(folder, { recursive: true, force: true })
  })
  const settings = { apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 's', token: github.createToken() }
  const kyozo = {
    ...{ db, queue, owner: 'me', instance: 'test', templates: [], config: readConfig({}), log: createLog('silent'), edge: undefined },
    connections: createConnections([githubConnection(settings)], Date.now),
    mirrors: createMirrors(path.join(folder, 'mirrors')),
    notifications: { on: () => () => undefined },
    stopping: { begun: new AbortController().signal, handOver: new AbortController().signal },
  } as unknown as Kyozo

  let end: () => void = () => undefined
  const back = () => end()

  /** Makes every fetch fail until `back` is called, while the host's API answers. */
  function gitAnswers(status: number, times = Number.POSITIVE_INFINITY): void {
    end = github.fault({ path: /\.git\/info\/refs$/, answer: { kind: 'status', status }, times })
  }

  /** What is looked at again as if that time had passed since somebody looked last. */
  async function later(id: string, minutes: number): Promise<number> {
    await db
      .updateTable('pullRequests')
      .set({ lookedAt: inSeconds(-60 * minutes) })
      .where('id', '=', id)
      .execute()
    return lookAgain(kyozo)
  }

  /** A repository with one open pull request, of which kyozo has heard and at which it has not looked. */
  async function shop(name: string) {
    const repository = await github.createRepository({ fullName: `mona/${name}` })
    await repository.push({ change: { files: { ...busyboxService('one', '1'), 'kyozo.yaml': 'commit_back: off\n' } } })
    await repository.push({ branch: 'idea', change: { files: busyboxService('one', '2') }, parent: (await repository.tip('main'))! })
    const pull = await repository.openPullRequest({ branch: 'idea', title: 'An idea' })
    const place = { id: String(repository.id), fullName: `mona/${name}` }
    const workspace = await createWorkspace(db, {
      ...{ teamId: await team(db), name, forge: 'github', connection: 'main', repositoryId: place.id, repositoryName: place.fullName },
      ...{ repositoryUrl: `${github.webUrl}/${place.fullName}.git`, defaultBranch: 'main' },
    })
    /** As a delivery would say it. */
    const hear = async () => {
      const said = (await kyozo.connections.client('main')!.ask!.findPullRequest(place, pull.number))!
      return (await hearOfPullRequest(db, { workspace, said }, kyozo.config.baseUrl)).pullRequest
    }
    const { id } = await hear()
    const known = async () => (await findPullRequest(db, id))!
    const asked = (kind: string) =>
      db
        .selectFrom('operations')
        .selectAll()
        .where('workspaceId', '=', workspace.id)
        .where('kind', '=', kind)
        .orderBy('id', 'desc')
        .executeTakeFirstOrThrow()
    return {
      ...{ id, workspace, repository, pull, hear, known },
      follow: async (isAsked = false) => {
        await followPullRequest(db, queue, { pullRequest: await known(), by: 'ada', ...(isAsked ? { isAsked } : {}) })
        return (await asked('follow_pull_request')).id
      },
      /** Works on what was asked last until it has ended, without waiting between two tries. */
      async workToEnd(kind = 'follow_pull_request') {
        const { id: asking } = await asked(kind)
        for (;;) {
          const { state, attempt, finishedAt } = await asked(kind)
          if (finishedAt !== null) return { state, attempt }
          await db.updateTable('operations').set({ leaseExpiresAt: null }).where('id', '=', asking).execute()
          await workOperation(asking, kyozo)
        }
      },
      /** The newest of each beside its head. */
      async beside() {
        return Object.fromEntries(await toldBeside(db, { repositoryId: place.id, sha: pull.headSha }))
      },
    }
  }
  return { db, kyozo, github, shop, gitAnswers, back, later }
}
