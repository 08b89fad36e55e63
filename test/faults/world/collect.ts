// Collects the facts of a history from outside: the database read past kyozo, the engine, Git, the Git host, and the edge.
import { readdir, readFile } from 'node:fs/promises'
import { type History, serviceNames } from '../acts.ts'
import type { Done, Facts, Seen, StatusSeen } from '../facts.ts'
import type { Exit } from './kyozo-process.ts'
import type { Lane } from './lane.ts'
import { leaksOf } from './leaks.ts'
import { givenUpOf, imagesOf } from './left-behind.ts'
import { containersOf, namesOf } from './look.ts'
import type { ReachedStep } from './orders.ts'
import { slowness } from './patience.ts'
import { readRows } from './rows.ts'
import type { Subject } from './subject.ts'

/** Undefined while something of the world does not answer, which is no fact about kyozo. */
export async function collect(lane: Lane, subject: Subject, history: History): Promise<Facts | undefined> {
  const rows = await readRows(lane, subject).catch(() => undefined)
  const [containers, networks, volumes, images, givenUp, leaks] = await Promise.all([
    containersOf(lane, subject),
    namesOf(lane, 'network', subject),
    namesOf(lane, 'volume', subject),
    imagesOf(lane),
    givenUpOf(lane),
    leaksOf(lane, subject),
  ])
  if (rows === undefined || containers === undefined || networks === undefined || volumes === undefined) return undefined
  if (images === undefined || givenUp === undefined || leaks === undefined) return undefined
  const seen: Seen = {
    ...rows,
    tip: await subject.repository.tip('main'),
    statuses: statusesOf(subject),
    containers,
    networks,
    volumes,
    answers: await answersOf(lane, subject),
    marker: await markerOf(lane, subject),
    events: lane.engineLog.events
      .slice(subject.firstEvent)
      .filter(({ labels }) => labels['com.docker.compose.project'] === subject.project),
    bystanders: await lane.bystanders.look(),
    bystandersAtFirst: lane.bystanders.first,
    bystandersBefore: subject.bystanders,
    images,
    givenUp,
    children: await childrenOf(lane.kyozo.pid()),
    peakMemoryMiB: lane.peakMemoryMiB(),
    leaks,
  }
  return { history, done: await doneOf(lane, subject), seen }
}

async function doneOf(lane: Lane, subject: Subject): Promise<Done> {
  const { gate, orders } = lane
  const reached = await orders.reached()
  const struck = reached.slice(subject.firstReached).filter(({ strikes }) => strikes.length > 0)
  return {
    startedMs: subject.startedMs,
    commits: subject.commits,
    handovers: gate.handovers.slice(subject.firstHandover).filter(({ repository }) => repository === subject.repository.fullName),
    asked: subject.asked,
    faults: [
      ...subject.faults.filter(({ isMet }) => isMet()).map(({ name }) => name),
      ...struck.flatMap(({ step, strikes }) => strikes.map(({ act }) => `${act} at ${step}`)),
    ],
    handled: [...subject.handled],
    marker: subject.marker,
    still: subject.still,
    exits: lane.exits().map((exit) => ({ ...exit, asked: [...exit.asked, ...ordersTo(exit, reached)] })),
    slowness: slowness(),
  }
}

function ordersTo({ pid }: Exit, reached: readonly ReachedStep[]): readonly NodeJS.Signals[] {
  return reached.filter((one) => one.pid === pid && one.strikes.some(({ act }) => act === 'kill')).map(() => 'SIGKILL')
}

function statusesOf({ repository, commits }: Subject): readonly StatusSeen[] {
  const told = commits.flatMap(({ sha }) => repository.statuses(sha))
  return told
    .toSorted((a, b) => a.id - b.id)
    .map(({ sha, context, state, createdAtMs, description, targetUrl }) => {
      return { sha, context, state, atMs: createdAtMs, words: `${description ?? ''} ${targetUrl ?? ''}` }
    })
}

async function answersOf({ api }: Lane, { workspace }: Subject): Promise<Seen['answers']> {
  const asked = serviceNames.map(async (name) => {
    const { status, text } = await api.visit(`${name}.${workspace}.localhost`)
    return [name, { status, text: text.trim() }] as const
  })
  return Object.fromEntries(await Promise.all(asked))
}

async function markerOf({ api }: Lane, { workspace }: Subject): Promise<string | undefined> {
  const { status, text } = await api.visit(`data.${workspace}.localhost`, '/marker')
  return status === 200 ? text.trim() : undefined
}

async function childrenOf(pid: number): Promise<readonly string[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => [])
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')))
  const pids = lists.join(' ').split(/\s+/).filter(Boolean)
  const lines = await Promise.all(pids.map((child) => readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')))
  return lines.map((line) => line.split('\0').slice(0, 6).join(' ').trim()).filter(Boolean)
}
