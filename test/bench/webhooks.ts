// Signed pushes from GitHub, 2,000 at a time on 50 connections, while the worker does what follows from them: how soon each is answered, and
// whether each that was answered is stored. Nothing outside is asked: GitHub's API is an address where nobody listens.
import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { createRequire } from 'node:module'
import pg from 'pg'
import { startKyozo } from '../support/kyozo.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { median, quantile, rounds } from './measure.ts'
import { ownPostgres } from './own-postgres.ts'
import { milliseconds } from './show.ts'

export const webhooks: Benchmark = {
  name: 'webhooks',
  title: 'acknowledgement of 2,000 signed pushes on 50 connections, none lost',
  run,
}

const deliveriesPerRound = 2_000
const connections = 50
const repositoryCount = 100
const secret = randomBytes(16).toString('hex')

async function run(bench: Bench): Promise<readonly Row[]> {
  const databaseUrl = await ownPostgres(bench)
  const kyozo = await startKyozo({
    DATABASE_URL: databaseUrl,
    KYOZO_GITHUB_API_URL: 'http://127.0.0.1:1',
    KYOZO_GITHUB_WEBHOOK_SECRET: secret,
    KYOZO_LOG_LEVEL: 'silent',
  })
  bench.afterwards(() => kyozo.remove())
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  bench.afterwards(async () => agent.destroy())
  const answered: Answered[] = []
  const loads: Load[] = []
  for (let round = 0; round <= rounds; round++) {
    const load = await send({ port: kyozo.port, agent }, Array.from({ length: deliveriesPerRound }, signedPush))
    answered.push(...load.answers)
    // The first warms up.
    if (round > 0) loads.push(load)
  }
  const accepted = answered.filter(({ status }) => status < 300)
  const later = answered.filter(({ status }) => status === 503)
  const refused = answered.find(({ status }) => status >= 300 && status !== 503)
  if (refused !== undefined) throw new Error(`a delivery was refused with ${refused.status}: ${refused.words}`)
  if (later.length > 0) bench.note(`the first that was told to come later: ${later[0]!.words}`)
  const stored = await storedIds(databaseUrl)
  const lost = accepted.filter(({ id }) => !stored.has(id)).length
  if (lost > 0) throw new Error(`${lost} of ${accepted.length} deliveries were acknowledged and are not stored`)
  const at = (share: number) =>
    median(
      loads.map((load) =>
        quantile(
          load.answers.map(({ ms }) => ms),
          share,
        ),
      ),
    )
  const perSecond = median(loads.map((load) => deliveriesPerRound / (load.ms / 1000)))
  const alone = { against: '', other: '' }
  return [
    { ...alone, what: 'webhook acknowledged, p50', kyozo: milliseconds(at(0.5)), aim: '< 1 s' },
    { ...alone, what: 'webhook acknowledged, p99', kyozo: milliseconds(at(0.99)), aim: '< 1 s' },
    { ...alone, what: 'deliveries a second', kyozo: perSecond.toFixed(0) },
    { what: 'acknowledged and not stored', kyozo: String(lost), against: 'acknowledged', other: String(accepted.length), aim: '0' },
    { what: 'told to come later (503)', kyozo: String(later.length), against: 'sent', other: String(answered.length), aim: '0' },
  ]
}

interface SignedPush {
  readonly id: string
  readonly body: string
  readonly signature: string
}

type Payload = Readonly<Record<string, unknown>>

const recorded: readonly { readonly name: string; readonly examples: readonly Payload[] }[] = createRequire(import.meta.url)(
  '@octokit/webhooks-examples',
)
/** About 8 kB with its white space, as GitHub sends it. */
const example = recorded.find(({ name }) => name === 'push')!.examples[0]!

/** A push of a commit that nobody has seen to the main branch of one of the repositories. */
function signedPush(_: unknown, index: number): SignedPush {
  const name = `bench-${index % repositoryCount}`
  const body = JSON.stringify({
    ...example,
    ref: 'refs/heads/main',
    after: randomBytes(20).toString('hex'),
    created: false,
    deleted: false,
    repository: {
      ...(example.repository as Payload),
      id: 1_000 + (index % repositoryCount),
      name,
      full_name: `mona/${name}`,
      default_branch: 'main',
    },
  })
  return { id: randomUUID(), body, signature: `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }
}

interface Answered {
  readonly id: string
  readonly status: number
  readonly ms: number
  readonly words: string
}

interface Load {
  readonly answers: readonly Answered[]
  readonly ms: number
}

interface Receiver {
  readonly port: number
  readonly agent: Agent
}

/** Each connection sends the next one as soon as it has its answer. */
async function send(receiver: Receiver, pushes: readonly SignedPush[]): Promise<Load> {
  const start = performance.now()
  const answers: Answered[] = []
  const waiting = pushes.values()
  const sender = async () => {
    for (const push of waiting) answers.push(await sendOne(receiver, push))
  }
  await Promise.all(Array.from({ length: connections }, sender))
  return { answers, ms: performance.now() - start }
}

function sendOne({ port, agent }: Receiver, { id, body, signature }: SignedPush): Promise<Answered> {
  const start = performance.now()
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-github-event': 'push',
    'x-github-delivery': id,
    'x-hub-signature-256': signature,
  }
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host: '127.0.0.1', port, path: '/webhooks/github', method: 'POST', headers }, (answer) => {
      let words = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        words += chunk
      })
      answer.once('end', () => resolve({ id, status: answer.statusCode ?? 0, ms: performance.now() - start, words }))
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

async function storedIds(url: string): Promise<ReadonlySet<string>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ readonly delivery_id: string }>('select delivery_id from deliveries')
    return new Set(rows.map((row) => row.delivery_id))
  } finally {
    await client.end()
  }
}
