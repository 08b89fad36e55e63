import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OpenPullRequest } from '../../support/gitlab/repository.ts'
import { openScene, type Scene } from './scene.ts'

const marker = '<!-- kyozo:preview -->'

let scene: Scene
let merge: OpenPullRequest

beforeEach(async () => {
  scene = await openScene()
  merge = await scene.shop.openPullRequest({ branch: 'feature', change: { files: { a: '1' } } })
})

afterEach(() => scene.gitlab.close())

const text = (words: string) => ({ pullRequest: merge.number, marker, body: `${words}\n\n${marker}` })
const bodies = () => merge.comments().map(({ body }) => body)

describe('the one comment below a merge request', () => {
  it('is written once and edited in place after that', async () => {
    const sent = await scene.send('comment', text('deploying'))
    expect(sent).toEqual({ kind: 'sent', id: String(merge.comments()[0]!.id) })
    expect(await scene.send('comment', text('live'), { knownId: (sent as { id: string }).id })).toEqual(sent)
    expect(bodies()).toEqual([text('live').body])
    expect(scene.gitlab.problems()).toEqual([])
  })

  it('speaks of merge requests', async () => {
    const sent = await scene.send('comment', text('Pull request 7 waits for another pull request'))
    expect(bodies()).toEqual([text('Merge request 7 waits for another merge request').body])
    await scene.send('comment', text('two pull requests'), { knownId: (sent as { id: string }).id })
    expect(bodies()).toEqual([text('two merge requests').body])
  })

  it('is found again by its marker when kyozo lost sight of it, below a hundred others', async () => {
    await scene.send('comment', text('deploying'))
    for (let at = 0; at < 120; at++) await merge.comment(`comment ${at}`)
    await scene.send('comment', text('live'))
    expect(bodies().filter((body) => body.includes(marker))).toEqual([text('live').body])
  })

  it('is written anew when somebody took it away', async () => {
    const sent = await scene.send('comment', text('deploying'))
    merge.state.notes.splice(0)
    const again = await scene.send('comment', text('live'), { knownId: (sent as { id: string }).id })
    expect(again).toEqual({ kind: 'sent', id: String(merge.comments()[0]!.id) })
    expect(bodies()).toEqual([text('live').body])
  })

  it('is never that of somebody else who wrote the marker down', async () => {
    await merge.comment(`mine ${marker}`)
    await scene.send('comment', text('live'))
    expect(bodies()).toEqual([`mine ${marker}`, text('live').body])
  })

  it('that an earlier token wrote, which this one may not edit, is left alone', async () => {
    const other = scene.gitlab.createToken({ user: scene.gitlab.createUser('old-bot') })
    const first = await scene.client(other).send({ kind: 'comment', repository: scene.repository, ...text('old') })
    const developer = scene.client(scene.gitlab.createToken({ accessLevel: 30 }))
    const message = { kind: 'comment', repository: scene.repository, ...text('new') } as const
    expect(await developer.send(message, { knownId: (first as { id: string }).id })).toMatchObject({ kind: 'sent' })
    expect(bodies()).toEqual([text('old').body, text('new').body])
  })

  it('carries out nothing, whatever words of others are in it', async () => {
    const body = `a branch called\n/merge\n  /close now\n\n\n/approve\nhttps://kyozo.example/merge and 1/2\n${marker}`
    await scene.send('comment', { ...text(''), body })
    expect(bodies()).toEqual([`a branch called\n\\/merge\n  \\/close now\n\n\n\\/approve\nhttps://kyozo.example/merge and 1/2\n${marker}`])
    expect(merge.state.state).toBe('opened')
  })

  it('below a merge request that is gone is refused, and so is one with a token that sees nothing', async () => {
    expect(await scene.send('comment', { ...text('x'), pullRequest: 99 })).toMatchObject({ kind: 'refused' })
    const blind = scene.client(scene.gitlab.createToken({ projectIds: [1] }))
    expect(await blind.send({ kind: 'comment', repository: scene.repository, ...text('x') })).toMatchObject({
      kind: 'refused',
      of: 'access',
    })
  })

  it('waits when GitLab limits comments', async () => {
    for (let at = 0; at < 60; at++) await scene.send('reply', text(`reply ${at}`))
    expect(await scene.send('reply', text('one more'))).toEqual({
      kind: 'rate_limited',
      reason: 'GitLab asks kyozo to slow down (This endpoint has been requested too many times. Try again later.)',
      untilMs: expect.any(Number),
    })
  })
})

describe('a reply', () => {
  it('is written each time, and not twice when its answer was lost', async () => {
    expect(await scene.send('reply', text('heard'))).toMatchObject({ kind: 'sent' })
    const lost = scene.gitlab.fault({ method: 'POST', path: /notes$/, answer: { kind: 'lost' } })
    const once = { ...text('again'), marker: '<!-- two -->', body: 'again <!-- two -->' }
    expect(await scene.send('reply', once)).toMatchObject({ kind: 'unavailable' })
    lost()
    expect(await scene.send('reply', once, { mayBeThere: true })).toEqual({ kind: 'sent', id: String(merge.comments()[1]!.id) })
    expect(bodies()).toEqual([text('heard').body, once.body])
  })
})

describe('a reaction', () => {
  it.each([
    ['heard', 'eyes'],
    ['done', 'white_check_mark'],
    ['refused', 'no_entry_sign'],
  ] as const)('to what was %s is the emoji %s, once', async (reaction, name) => {
    const { note } = await merge.comment('/kyozo deploy')
    const message = { pullRequest: merge.number, comment: String(note.id), reaction }
    expect(await scene.send('reaction', message)).toEqual({ kind: 'sent' })
    expect(await scene.send('reaction', message)).toEqual({ kind: 'sent' })
    expect(note.awards.map((award) => award.name)).toEqual([name])
    expect(scene.gitlab.problems()).toEqual([])
  })

  it('to a comment that is gone is given up, which says nothing of kyozo’s access', async () => {
    const message = { pullRequest: merge.number, comment: '5', reaction: 'heard' } as const
    expect(await scene.send('reaction', message)).toEqual({
      kind: 'refused',
      of: 'message',
      reason: 'the comment is gone, or takes no reactions',
    })
    const blind = scene.client(scene.gitlab.createToken({ projectIds: [1] }))
    expect(await blind.send({ kind: 'reaction', repository: scene.repository, ...message })).toMatchObject({ of: 'access' })
  })
})
