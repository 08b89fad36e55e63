// What a push becomes: a delivery for each ref that it moved, and what the person who pushed reads of the releases.
import type { Response } from 'express'
import type { Mirrors } from '../git/mirror.ts'
import { keepAlivePacket, type RefCommand } from '../git/packets.ts'
import { newId } from '../ids.ts'
import { receivePush } from '../pipeline/decide-delivery.ts'
import { withDefaultBranch } from '../pipeline/default-branch.ts'
import { followRelease } from '../pipeline/follow.ts'
import type { ReceiveContext, Received } from '../pipeline/receive.ts'
import { stateWords } from '../release/states.ts'
import type { Notifications } from '../store/notify.ts'
import type { Workspace } from '../store/workspaces.ts'
import { createPushLines } from './push-lines.ts'

export interface PushContext extends ReceiveContext {
  readonly mirrors: Mirrors
  readonly notifications: Notifications
  /** Aborts when this process stops: nobody is to wait for a release here any more. */
  readonly leaving: AbortSignal
}

interface TellSubject {
  readonly workspace: Workspace
  readonly updated: readonly RefCommand[]
  readonly options: readonly string[]
  readonly pusher: string
  readonly showsProgress: boolean
  readonly response: Response
}

/** Stores what moved, and resolves when its releases have ended or nobody waits for them any more. */
export async function tellReleases(context: PushContext, subject: TellSubject, say: (text: string) => void): Promise<void> {
  const { response } = subject
  const workspace = await withDefaultBranch(context, subject.workspace)
  const received: Received[] = []
  for (const command of subject.updated)
    received.push(await storePush(context, { workspace, command, pusher: subject.pusher, options: subject.options }))
  for (const one of received) if (one.decision !== 'accepted') say(`kyozo: ${one.reason}\n`)
  const releaseIds = received.flatMap((one) => one.releaseIds)
  if (subject.options.includes('no-wait')) {
    for (const id of releaseIds) say(`kyozo: release queued, follow it at ${context.baseUrl}/releases/${id}\n`)
    return
  }
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  for (const id of releaseIds) await tellRelease(context, { ...subject, id, signal: AbortSignal.any([gone.signal, context.leaving]) }, say)
}

/** `-o verbose` shows every line of the builds; the release keeps them all. */
async function tellRelease(
  context: PushContext,
  subject: TellSubject & { readonly id: string; readonly signal: AbortSignal },
  say: (text: string) => void,
): Promise<void> {
  const { id, response, signal } = subject
  const lines = createPushLines(subject.options.includes('verbose'))
  let isSilent = true
  const ended = await followRelease(context, id, {
    onLine: (line) => {
      isSilent = false
      for (const text of lines.take(line)) say(`${text}\n`)
    },
    onIdle: () => {
      for (const text of lines.idle()) say(`${text}\n`)
      // Keeps proxies from closing a quiet connection, and prints nothing.
      if (subject.showsProgress && response.writable) response.write(keepAlivePacket)
    },
    signal,
  })
  if (ended === undefined) {
    say(`kyozo is stopping; the release goes on by itself: ${context.baseUrl}/releases/${id}\n`)
    return
  }
  // A release that was superseded before its turn has printed nothing.
  if (isSilent) say(`${ended.sha.slice(0, 7)} ${stateWords(ended.state)}: ${ended.reason ?? ''}\n`)
  say(`Details: ${context.baseUrl}/releases/${id}\n`)
}

/** Stored under the ref and the commit it now names, so that a push and the sweep that finds the same tip are one delivery. */
function storePush(
  context: PushContext,
  push: { readonly workspace: Workspace; readonly command: RefCommand; readonly pusher: string; readonly options: readonly string[] },
): Promise<Received> {
  const { workspace, command } = push
  const isDeletion = /^0+$/.test(command.after)
  return receivePush(
    context,
    {
      forge: 'git',
      connection: null,
      deliveryId: newId(),
      event: 'push',
      arrival: 'pushed',
      headers: {},
      body: Buffer.from(JSON.stringify({ workspace: workspace.name, ...command, options: push.options, pusher: push.pusher })),
    },
    { workspace, ref: command.ref, sha: isDeletion ? command.before : command.after, isDeletion, pusher: push.pusher },
  )
}
