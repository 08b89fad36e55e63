// Pull requests of the shop: from opened to a healthy preview, from merged to live, and ten at once; against fetching the head and `docker compose up`.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { connect, githubEnvironment } from '../e2e/connected.ts'
import { startGitHub } from '../support/github/github.ts'
import type { GitHubPullRequest } from '../support/github/pull-requests.ts'
import { containersOf, startKyozo } from '../support/kyozo.ts'
import { createRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { memoryOfContainers } from './container-memory.ts'
import { inTurns, median, timed } from './measure.ts'
import { type PreviewByHand, previewsByHand } from './previews-by-hand.ts'
import { mebibytes, milliseconds } from './show.ts'

export const previews: Benchmark = {
  name: 'previews',
  title: 'a preview of the shop with one service changed, layers cached; merging it; ten at once',
  run,
}

const file = 'services/orders/src/server.js'
const atOnce = 10
const pauseOfManyMs = 500

interface Life {
  readonly openMs: number
  readonly mergeMs: number
}

async function run(bench: Bench): Promise<readonly Row[]> {
  const shop = await createRepository({ fixture: 'shop' })
  bench.afterwards(() => shop.remove())
  const source = await readFile(path.join(shop.folder, file), 'utf8')
  let version = 0
  // Never the same content twice: neither side may profit from what the other has built.
  const nextChange = () => ({ [file]: `${source}\n// ${++version} ${Date.now()}\n` })
  bench.note('the shop by kyozo, which builds everything')
  const ours = await byKyozo(bench, await filesBelow(shop.folder))
  bench.note('the same by hand')
  const hand = await previewsByHand(bench, shop)
  const lives = await inTurns<'kyozo' | 'hand', Life>({
    async kyozo() {
      const start = performance.now()
      const preview = await ours.open(nextChange())
      const openMs = performance.now() - start
      const mergeMs = await timed(() => preview.merge())
      await preview.gone()
      return { openMs, mergeMs }
    },
    async hand() {
      const change = nextChange()
      let preview: PreviewByHand | undefined
      const openMs = await timed(async () => {
        preview = await hand.open(change)
      })
      const mergeMs = await timed(() => preview!.merge())
      await preview!.down()
      return { openMs, mergeMs }
    },
  })
  bench.note(`${atOnce} at once`)
  const many = await inTurns(
    { kyozo: () => allAtOnce(() => ours.open(nextChange(), true)), hand: () => allAtOnce(() => hand.open(nextChange())) },
    1,
  )
  const of = (side: 'kyozo' | 'hand', part: keyof Life) => median(lives[side].map((life) => life[part]))
  const [our, their] = [many.kyozo[0]!, many.hand[0]!]
  return [
    row('pull request opened to its preview healthy', 'fetch the head, compose up --build --wait', {
      kyozo: of('kyozo', 'openMs'),
      hand: of('hand', 'openMs'),
    }),
    row('merged to production live', 'pull, compose up --build --wait', { kyozo: of('kyozo', 'mergeMs'), hand: of('hand', 'mergeMs') }),
    row(`${atOnce} opened at once to all healthy`, `${atOnce} compose up --build --wait at once`, { kyozo: our.ms, hand: their.ms }),
    {
      ...{ what: `memory of the containers of ${atOnce} previews`, against: `of ${atOnce} compose projects` },
      ...{ kyozo: mebibytes(our.bytes), other: mebibytes(their.bytes), ratio: our.bytes / their.bytes },
    },
  ]
}

interface AtOnce {
  readonly ms: number
  readonly bytes: number
}

/** A preview by either side, until it goes. */
export interface Opened {
  readonly project: string
  /** Takes it away. */
  down(): Promise<void>
}

async function allAtOnce(open: () => Promise<Opened>): Promise<AtOnce> {
  let all: readonly Opened[] = []
  const ms = await timed(async () => {
    all = await Promise.all(Array.from({ length: atOnce }, open))
  })
  const bytes = await memoryOfContainers(all.map(({ project }) => project))
  for (const { down } of all) await down()
  return { ms, bytes }
}

interface OpenedByKyozo extends Opened {
  merge(): Promise<void>
  gone(): Promise<void>
}

/** The first deployment is not measured. */
async function byKyozo(bench: Bench, files: Readonly<Record<string, string>>) {
  const github = await startGitHub()
  bench.afterwards(() => github.close())
  const environment = githubEnvironment(github, github.createToken())
  const kyozo = await startKyozo({ ...environment, KYOZO_PREVIEW_MEMORY_MB: '65536' })
  bench.afterwards(() => kyozo.remove())
  const shop = await connect('previews', { kyozo, github })
  const { repository, workspace } = shop
  // Asking is work, too: many who wait at once share what one of them asked.
  const newest = sharedFor(pauseOfManyMs, () => kyozo.api('/releases?page[size]=50'))
  const untilLive = (sha: string, { isOneOfMany = false } = {}) =>
    until(
      `${sha.slice(0, 7)} to be live`,
      async () => {
        const { data } = await (isOneOfMany ? newest() : kyozo.api(`/releases?filter[sha]=${sha}`))
        const { state, reason } = data.find(({ attributes }) => attributes.sha === sha)?.attributes ?? {}
        if (state === 'failed') throw new Error(`${sha} failed: ${String(reason)}`)
        return state === 'live'
      },
      { deadlineMs: 600_000, everyMs: isOneOfMany ? pauseOfManyMs : 20 },
    )
  await untilLive(
    (await shop.push({ ...files, 'kyozo.yaml': `${files['kyozo.yaml'] ?? ''}\npreviews: {max: 20}\ncommit_back: off\n` })).sha,
  )
  let count = 0
  return {
    async open(change: Readonly<Record<string, string>>, isOneOfMany = false): Promise<OpenedByKyozo> {
      const branch = `change-${++count}`
      const parent = (await repository.tip('main'))!
      const { sha } = await repository.push({ branch, change: { files: change }, parent })
      const pull: GitHubPullRequest = await repository.openPullRequest({ branch, title: `Change ${count}` })
      await untilLive(sha, { isOneOfMany })
      const project = `kyozo-${workspace}-pr-${pull.number}`
      const gone = () => until('the preview to go', async () => (await containersOf(project)).size === 0, { deadlineMs: 120_000 })
      return {
        project,
        merge: async () => void (await untilLive((await pull.merge()).sha)),
        gone: async () => void (await gone()),
        async down() {
          await pull.close()
          await gone()
        },
      }
    },
  }
}

function sharedFor<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined
  return () => {
    if (last === undefined || performance.now() - last.at >= ms) last = { at: performance.now(), answer: ask() }
    return last.answer
  }
}

async function filesBelow(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)))
  const kept = paths.filter((one) => !one.startsWith('.git/'))
  return Object.fromEntries(await Promise.all(kept.map(async (one) => [one, await readFile(path.join(folder, one), 'utf8')] as const)))
}

function row(what: string, against: string, { kyozo, hand }: { readonly kyozo: number; readonly hand: number }): Row {
  return { what, against, kyozo: milliseconds(kyozo), other: milliseconds(hand), ratio: kyozo / hand, aim: '≤ 1.2' }
}
