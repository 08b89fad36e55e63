// What the tests of the outbox share: a GitHub double and an outbox on one clock, and a sender between them.
import { afterEach, beforeEach } from 'vitest'
import type { ForgeConnection } from '../../src/forge/forge.ts'
import { forges } from '../../src/forge/index.ts'
import type { CommitStatus } from '../../src/forge/messages.ts'
import { createOutboxSender, type OutboxSender } from '../../src/forge/outbox.ts'
import { type GitHubDouble, type GitHubOptions, type GitHubRepository, startGitHub } from '../support/github/github.ts'
import { createMemoryOutbox, type MemoryOutbox } from './memory-outbox.ts'

export const startMs = Date.parse('2025-06-01T00:00:00Z')
export const clock = { nowMs: startMs }
export let github: GitHubDouble
export let shop: GitHubRepository
export let sha: string
export let outbox: MemoryOutbox
export let sender: TurnTaker

export interface SendReport {
  readonly sent: number
  readonly retried: number
  readonly undeliverable: number
  readonly postponed: number
}

export interface TurnTaker {
  /** One turn: sends until there is nothing more, or the host is to be left alone, and says what came of it. */
  sendDue(): Promise<SendReport>
}

interface SenderOptions {
  /** Takes what is logged. */
  readonly lines?: string[]
  readonly deadlineMs?: number
}

export async function setUp(options: GitHubOptions = {}): Promise<void> {
  clock.nowMs = startMs
  github = await startGitHub({ now: () => clock.nowMs, ...options })
  shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  sha = (await shop.push({ change: { files: { 'README.md': 'shop' } } })).sha
  outbox = createMemoryOutbox(clock)
  sender = senderWith({ kind: 'token', token: github.createToken({ permissions: { statuses: 'write' } }) })
}

/** The clock that the test moves is not the one by which an answer comes; a busy machine must not look like a host that hangs. */
export function senderWith(credential: ForgeConnection['credential'], { lines = [], deadlineMs = 20_000 }: SenderOptions = {}): TurnTaker {
  const connection = { name: 'main', forge: 'github', apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 's', credential }
  const client = forges.github.connect(connection, { now: () => clock.nowMs, deadlineMs })
  const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  return takingTurns(
    createOutboxSender({
      outbox,
      clientOf: (name) => (name === 'main' ? client : undefined),
      log: { info: write, warn: write, error: write },
      now: () => clock.nowMs,
      random: () => 0.5,
    }),
  )
}

function takingTurns(sender: OutboxSender): TurnTaker {
  return {
    async sendDue() {
      const kinds: string[] = []
      for (;;) {
        // A connection that nobody has any more has messages too.
        const { kind, waitMs } = await sender.sendNext(['main', 'old'])
        kinds.push(kind)
        if (kind === 'nothing' || waitMs > 0) break
      }
      const count = (kind: string) => kinds.filter((one) => one === kind).length
      return { sent: count('sent'), retried: count('retry'), undeliverable: count('undeliverable'), postponed: count('postponed') }
    },
  }
}

/** Puts a new double and a new outbox before each test of the file. */
export function useScene(): void {
  beforeEach(() => setUp())
  afterEach(() => github.close())
}

export function useSender(other: TurnTaker): void {
  sender = other
}

export function status(changes: Partial<CommitStatus> = {}): CommitStatus {
  return {
    repository: { id: String(shop.id), fullName: shop.fullName },
    sha,
    state: 'success',
    context: 'kyozo/production',
    description: '3 services are live',
    targetUrl: 'http://kyozo.test/releases/1',
    ...changes,
  }
}

/** Sends until nothing is left, moving the clock to whenever the next message is due. */
export async function drain(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
  for (let round = 0; round < 5_000; round++) {
    const dueMs = outbox.nextDueMs()
    if (dueMs === undefined || dueMs > untilMs) return
    clock.nowMs = Math.max(clock.nowMs, dueMs)
    await sender.sendDue()
  }
  throw new Error('the outbox never empties')
}

export function posts() {
  return github.calls.filter(({ method, path }) => method === 'POST' && path.includes('/statuses/'))
}

export const onStatuses = { method: 'POST', path: /\/statuses\// } as const
export const report = (changes: Partial<SendReport>): SendReport => ({ sent: 0, retried: 0, undeliverable: 0, postponed: 0, ...changes })
