// The labelled collection: where it lies, and its cases. It is made of public repositories and no part of this one.
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ServiceType } from '../../../src/topology/topology.ts'
import type { Bench } from '../benchmark.ts'
import { typed } from '../deployed.ts'

export interface Label {
  readonly path: string
  readonly type: ServiceType | 'none'
  /** Other types that count as right. */
  readonly accept?: readonly string[]
  readonly framework?: string
  readonly port?: number
  /** A sibling's folder, or `@kind` of a backing service. */
  readonly depends_on?: readonly string[]
}

export interface Case {
  readonly id: string
  readonly source: string
  readonly path: string
  readonly kind: 'single' | 'multi'
  readonly services: readonly Label[]
  /** The service may be anywhere below the folder. */
  readonly monorepo?: boolean
  readonly not_services?: readonly string[]
  readonly depends_on_complete?: boolean
}

export interface Collection {
  readonly cases: readonly Case[]
  readonly folderOf: (one: Case) => string
}

/** What stands beside the project unless the environment says otherwise. */
const beside = path.resolve(import.meta.dirname, '../../../..')

/** Undefined, with a note that says how to get it, where there is no collection. */
export async function findCollection(bench: Bench): Promise<Collection | undefined> {
  const home = process.env.KYOZO_BENCH_COLLECTION ?? path.join(beside, 'shared/bench/detection')
  const labels = path.join(home, 'labels.jsonl')
  if (!existsSync(labels)) {
    bench.note(`no labelled collection at ${home}: set KYOZO_BENCH_COLLECTION to a folder with labels.jsonl and lay-out.sh`)
    return undefined
  }
  const folder = process.env.KYOZO_BENCH_CASES ?? (await layOut(home, bench))
  if (folder === undefined) return undefined
  return { cases: readCases(labels), folderOf: ({ source, path: at }) => path.join(folder, `${plus(source)}@${plus(at)}`) }
}

/** Lays the cases out as folders from bare snapshots of their repositories. */
async function layOut(home: string, bench: Bench): Promise<string | undefined> {
  const mirror = process.env.KYOZO_BENCH_MIRROR ?? path.join(beside, '.mirror')
  if (!existsSync(mirror)) {
    bench.note(`no snapshots at ${mirror}: set KYOZO_BENCH_MIRROR to a folder of them, or KYOZO_BENCH_CASES to cases that are laid out`)
    return undefined
  }
  const target = await mkdtemp(path.join(tmpdir(), 'kyozo-cases-'))
  bench.afterwards(() => rm(target, { recursive: true, force: true }))
  bench.note(`laying the cases out from ${mirror}`)
  await typed(target, 'bash', path.join(home, 'lay-out.sh'), target, path.join(home, 'labels.jsonl'), mirror)
  return target
}

export function readCases(file: string): Case[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Case)
}

function plus(text: string): string {
  return text.replaceAll('/', '+')
}
