// How right the predictions are. Pure. A service is right when its folder and type are; other types that a label accepts count as right.
import type { Case, Label } from './collection.ts'
import type { PredictedService, Prediction } from './prediction.ts'

export interface Share {
  readonly right: number
  readonly of: number
}

export interface Miss {
  readonly id: string
  readonly what: string
  /** Why kyozo thought so: the strongest evidence of what it said instead. */
  readonly because: string
}

export interface Score {
  readonly shares: Readonly<Record<Measure, Share>>
  readonly misses: readonly Miss[]
  /** Every judged service with how sure kyozo was. */
  readonly judged: readonly { readonly confidence: number; readonly isRight: boolean }[]
}

export type Measure =
  | 'single'
  | 'singleFramework'
  | 'singlePort'
  | 'services'
  | 'stacks'
  | 'infrastructure'
  | 'ports'
  | 'edges'
  | 'edgePrecision'
  | 'violated'

const stacks = new Set(['compose_stack', 'kubernetes'])
const infrastructure = new Set(['database', 'proxy', 'containerized'])

export interface Answered {
  readonly one: Case
  readonly prediction: Prediction
}

export function score(answers: readonly Answered[]): Score {
  const parts = answers.map(({ one, prediction }) => (one.kind === 'single' ? scoreSingle(one, prediction) : scoreMulti(one, prediction)))
  const marks = parts.flatMap((part) => part.marks)
  const share = (measure: Measure): Share => {
    const own = marks.filter((mark) => mark.measure === measure)
    return { right: own.filter(({ isRight }) => isRight).length, of: own.length }
  }
  const measures: readonly Measure[] = ['single', 'singleFramework', 'singlePort', 'services', 'stacks', 'infrastructure', 'ports', 'edges', 'edgePrecision', 'violated'] // biome-ignore format: a list
  return {
    shares: Object.fromEntries(measures.map((measure) => [measure, share(measure)])) as Score['shares'],
    misses: parts.flatMap((part) => part.misses),
    judged: parts.flatMap((part) => part.judged),
  }
}

interface Part {
  readonly marks: readonly { readonly measure: Measure; readonly isRight: boolean }[]
  readonly misses: readonly Miss[]
  readonly judged: Score['judged']
}

function scoreSingle(one: Case, { services, roles }: Prediction): Part {
  const [label] = one.services
  if (label === undefined) return { marks: [], misses: [], judged: [] }
  const here = services.find(({ path }) => path === label.path)
  const hit = one.monorepo ? (services.find((service) => isAccepted(label, service)) ?? here) : here
  const isRight = label.type === 'none' ? hit === undefined : hit !== undefined && isAccepted(label, hit)
  return {
    marks: [
      { measure: 'single', isRight },
      ...(label.framework === undefined ? [] : [{ measure: 'singleFramework' as const, isRight: hit?.framework === label.framework }]),
      ...(label.port === undefined ? [] : [{ measure: 'singlePort' as const, isRight: hit?.port === label.port }]),
    ],
    misses: [
      ...(isRight ? [] : [miss(one, { label, hit, roles })]),
      ...(label.framework === undefined || hit?.framework === label.framework
        ? []
        : [detailMiss(one, label, `framework ${label.framework}, got ${hit?.framework ?? 'none'}`)]),
      ...(label.port === undefined || hit?.port === label.port
        ? []
        : [detailMiss(one, label, `port ${label.port}, got ${hit?.port ?? 'none'}`)]),
    ],
    judged: hit === undefined ? [] : [{ confidence: hit.confidence, isRight }],
  }
}

function scoreMulti(one: Case, prediction: Prediction): Part {
  const labels = one.services.map((label) => scoreLabel(one, label, prediction))
  const negatives = (one.not_services ?? []).map((path) => scoreNegative(one, path, prediction))
  const all = [...labels, ...negatives]
  return {
    marks: all.flatMap(({ marks }) => marks),
    misses: all.flatMap(({ misses }) => misses),
    judged: all.flatMap(({ judged }) => judged),
  }
}

function scoreLabel(one: Case, label: Label, { services, roles }: Prediction): Part {
  const hit = services.find(({ path }) => path === label.path)
  const isRight = hit === undefined ? (label.accept ?? []).includes('none') : isAccepted(label, hit)
  const isStack = stacks.has(label.type)
  const measure: Measure = isStack ? 'stacks' : infrastructure.has(label.type) ? 'infrastructure' : 'services'
  const hasPort = label.port !== undefined && !isStack
  const got = hit?.dependsOn ?? []
  const wanted = label.depends_on ?? []
  const isJudgedWhole = one.depends_on_complete === true && !isStack
  return {
    marks: [
      ...(label.type === 'none' ? [] : [{ measure, isRight }]),
      ...(hasPort ? [{ measure: 'ports' as const, isRight: hit?.port === label.port }] : []),
      ...wanted.map((edge) => ({ measure: 'edges' as const, isRight: got.includes(edge) })),
      ...(isJudgedWhole ? got : []).map((edge) => ({ measure: 'edgePrecision' as const, isRight: wanted.includes(edge) })),
    ],
    misses: [
      ...(isRight ? [] : [miss(one, { label, hit, roles })]),
      ...(hasPort && hit?.port !== label.port ? [detailMiss(one, label, `port ${label.port}, got ${hit?.port ?? 'none'}`)] : []),
      ...wanted.filter((edge) => !got.includes(edge)).map((edge) => detailMiss(one, label, `the edge to ${edge}`)),
      ...(isJudgedWhole ? got : []).filter((edge) => !wanted.includes(edge)).map((edge) => detailMiss(one, label, `no edge to ${edge}`)),
    ],
    judged: hit === undefined || label.type === 'none' ? [] : [{ confidence: hit.confidence, isRight }],
  }
}

function scoreNegative(one: Case, path: string, { services }: Prediction): Part {
  const hit = services.find((service) => service.path === path)
  const mark = { measure: 'violated' as const, isRight: hit !== undefined }
  if (hit === undefined) return { marks: [mark], misses: [], judged: [] }
  const what = `${path} is no service, got ${hit.type}`
  return {
    marks: [mark],
    misses: [{ id: one.id, what, because: becauseOf(hit) }],
    judged: [{ confidence: hit.confidence, isRight: false }],
  }
}

function isAccepted(label: Label, { type }: PredictedService): boolean {
  return label.type === type || (label.accept ?? []).includes(type)
}

interface Missed {
  readonly label: Label
  readonly hit: PredictedService | undefined
  readonly roles: Prediction['roles']
}

function miss({ id }: Case, { label, hit, roles }: Missed): Miss {
  const because = hit === undefined ? `called ${roles.get(label.path) ?? 'nothing'}` : becauseOf(hit)
  return { id, what: `${label.path}: ${label.type}, got ${hit?.type ?? 'nothing'}`, because }
}

function detailMiss({ id }: Case, { path }: Label, what: string): Miss {
  return { id, what: `${path}: ${what}`, because: '' }
}

function becauseOf({ confidence, evidence: [first] }: PredictedService): string {
  const place = first === undefined ? '' : `${first.fact} (${first.path}${first.line === undefined ? '' : `:${first.line}`})`
  return `${Math.round(confidence * 100)} % sure: ${place}`
}
