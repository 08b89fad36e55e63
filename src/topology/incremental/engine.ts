// Answers that are kept from one analysis to the next. Every computed answer is a node; while it is computed, what it observes of the commit and
// which other answers it asks for are noted. When the commit changes, only nodes whose observations changed are computed again, and a node
// that asked for another one only when that one's answer is no longer the same.
import type { Repository } from '../repository.ts'
import { isSame } from './same.ts'
import { each, type Several, withOne, withoutOne } from './several.ts'

/** Computes an answer from a repository alone. The function is the answer's identity together with the key. */
export type Computation<T> = (key: string, repository: Repository) => T

export interface Engine {
  /** The kept answer, or a new one. */
  recall<T>(compute: Computation<T>, key: string): T
  /** Notes that the running computation depends on something of the commit. */
  observe(observation: string): void
  /** Keeps a sentence for as long as the computation that says it holds. */
  warn(sentence: string): void
  warnings(): ReadonlySet<string>
  /** Begins an analysis of a commit in which these observations may be others than before. */
  begin(repository: Repository, changed: Iterable<string>): void
  /** Forgets answers that nobody asked for any more. */
  end(): void
  /** How many answers were computed since the last begin. */
  computedCount(): number
}

/** An observation that is never the same again: an answer that rests on it is not kept. */
export const unrepeatable = '!'

interface Node {
  readonly compute: Computation<unknown>
  readonly key: string
  value: unknown
  failure: { readonly error: unknown } | undefined
  /** `unsure`: an answer that it asked for may have changed. */
  state: 'sure' | 'unsure' | 'stale'
  /** Without repetition, in the order of the first time. */
  observations: readonly string[]
  asked: readonly Node[]
  askedBy: Several<Node>
  warnings: ReadonlySet<string>
  /** Whether it or an answer below it warns, so that the others need not be visited. */
  warns: boolean
}

interface Frame {
  readonly observations: Set<string>
  readonly asked: Set<Node>
  readonly warnings: Set<string>
}

interface Graph {
  readonly answers: Map<Computation<unknown>, Map<string, Node>>
  readonly observers: Map<string, Several<Node>>
  /** Nodes that the analysis itself asked for; what none of them needs is forgotten. */
  roots: Set<Node>
  readonly frames: Frame[]
  warnings: Set<string>
  /** Warning nodes that were visited in this analysis. */
  told: Set<Node>
  repository: Repository | undefined
  size: number
  sizeAfterSweep: number
  computed: number
}

/** Fewer kept answers than this are not worth sweeping. */
const sweepFrom = 1_000

export function createEngine(): Engine {
  const graph: Graph = {
    answers: new Map(),
    observers: new Map(),
    roots: new Set(),
    frames: [],
    warnings: new Set(),
    told: new Set(),
    repository: undefined,
    size: 0,
    sizeAfterSweep: 0,
    computed: 0,
  }
  return {
    recall: (compute, key) => recall(graph, compute, key) as ReturnType<typeof compute>,
    observe: (observation) => {
      graph.frames.at(-1)?.observations.add(observation)
    },
    warn: (sentence) => {
      graph.frames.at(-1)?.warnings.add(sentence)
      graph.warnings.add(sentence)
    },
    warnings: () => graph.warnings,
    begin: (repository, changed) => begin(graph, repository, changed),
    end: () => {
      if (graph.size > sweepFrom && graph.size > graph.sizeAfterSweep * 2) sweep(graph)
    },
    computedCount: () => graph.computed,
  }
}

function begin(graph: Graph, repository: Repository, changed: Iterable<string>): void {
  graph.repository = repository
  graph.roots = new Set()
  graph.frames.length = 0
  graph.warnings = new Set()
  graph.told = new Set()
  graph.computed = 0
  for (const observation of [unrepeatable, ...changed]) {
    for (const node of each(graph.observers.get(observation))) {
      node.state = 'stale'
      doubt(node)
    }
  }
}

/** Everything above a changed answer has to look again. */
function doubt(node: Node): void {
  const queue = [...each(node.askedBy)]
  for (let above = queue.pop(); above !== undefined; above = queue.pop()) {
    if (above.state !== 'sure') continue
    above.state = 'unsure'
    queue.push(...each(above.askedBy))
  }
}

function recall(graph: Graph, compute: Computation<unknown>, key: string): unknown {
  const known = graph.answers.get(compute)?.get(key)
  const node = known ?? newNode(graph, compute, key)
  const frame = graph.frames.at(-1)
  if (frame === undefined) graph.roots.add(node)
  else frame.asked.add(node)
  settle(graph, node)
  if (node.warns) tell(graph, node)
  if (node.failure !== undefined) throw node.failure.error
  return node.value
}

const none: ReadonlySet<never> = new Set()
const nothing: readonly never[] = []

function newNode(graph: Graph, compute: Computation<unknown>, key: string): Node {
  const node: Node = {
    compute,
    key,
    value: undefined,
    failure: undefined,
    state: 'stale',
    observations: nothing,
    asked: nothing,
    askedBy: undefined,
    warnings: none,
    warns: false,
  }
  const byKey = graph.answers.get(compute) ?? new Map<string, Node>()
  graph.answers.set(compute, byKey)
  byKey.set(key, node)
  graph.size++
  return node
}

/** Makes an answer sure. What it asked for is settled first, in the order it asked; the first one that differs makes it compute again. */
function settle(graph: Graph, node: Node): void {
  if (node.state === 'unsure') {
    for (const asked of node.asked) {
      settle(graph, asked)
      if ((node.state as Node['state']) === 'stale') break
    }
    if (node.state === 'unsure') node.state = 'sure'
  }
  if (node.state === 'stale') compute(graph, node)
}

function compute(graph: Graph, node: Node): void {
  const frame: Frame = { observations: new Set(), asked: new Set(), warnings: new Set() }
  graph.frames.push(frame)
  graph.computed++
  const { value, failure } = outcomeOf(() => node.compute(node.key, graph.repository as Repository))
  graph.frames.length = graph.frames.indexOf(frame)
  const asked = frame.asked.size === 0 ? nothing : [...frame.asked]
  const warns = frame.warnings.size > 0 || asked.some((one) => one.warns)
  const isAnswered = node.askedBy !== undefined && failure === undefined && node.failure === undefined
  // Whether it warns is a part of what it says: the ones above know by it whether to visit it.
  const isOther = !isAnswered || warns !== node.warns || !isSame(node.value, value)
  connect(graph, node, { observations: frame.observations.size === 0 ? nothing : [...frame.observations], asked })
  node.warnings = frame.warnings.size === 0 ? none : frame.warnings
  node.warns = warns
  node.state = 'sure'
  if (!isOther) return
  node.value = value
  node.failure = failure
  for (const above of each(node.askedBy)) if (above.state !== 'sure') above.state = 'stale'
}

interface Outcome {
  readonly value?: unknown
  readonly failure?: { readonly error: unknown }
}

/** An error is an answer too: what was observed before it was thrown decides whether it is thrown again. */
function outcomeOf(run: () => unknown): Outcome {
  try {
    return { value: run() }
  } catch (error) {
    return { failure: { error } }
  }
}

/** Replaces what a node rests on. */
function connect(graph: Graph, node: Node, { observations, asked }: Pick<Node, 'observations' | 'asked'>): void {
  disconnect(graph, node)
  node.observations = observations
  node.asked = asked
  for (const observation of observations) graph.observers.set(observation, withOne(graph.observers.get(observation), node))
  for (const below of asked) below.askedBy = withOne(below.askedBy, node)
}

function disconnect(graph: Graph, node: Node): void {
  for (const observation of node.observations) {
    const left = withoutOne(graph.observers.get(observation), node)
    if (left === undefined) graph.observers.delete(observation)
    else graph.observers.set(observation, left)
  }
  for (const below of node.asked) below.askedBy = withoutOne(below.askedBy, node)
}

/** Says again what a kept answer and the ones below it said. */
function tell(graph: Graph, node: Node): void {
  if (graph.told.has(node)) return
  graph.told.add(node)
  for (const sentence of node.warnings) graph.warnings.add(sentence)
  for (const asked of node.asked) if (asked.warns) tell(graph, asked)
}

function sweep(graph: Graph): void {
  const live = new Set<Node>(graph.roots)
  for (const node of live) for (const asked of node.asked) live.add(asked)
  for (const [compute, byKey] of graph.answers) {
    for (const [key, node] of byKey) {
      if (live.has(node)) continue
      disconnect(graph, node)
      byKey.delete(key)
      graph.size--
    }
    if (byKey.size === 0) graph.answers.delete(compute)
  }
  graph.sizeAfterSweep = graph.size
}
