// How a release ended for each service, and the words for it. Pure: the same facts always give the same words.
import type { KyozoError } from '../errors.ts'
import type { ReleaseState } from './states.ts'

export const verdictKinds = [
  'live', 'unchanged', 'failed', 'superseded', 'rolled_back', 'removed', 'skipped', 'stopped', 'shared', 'left_out',
] as const // biome-ignore format: a list
export type VerdictKind = (typeof verdictKinds)[number]

export interface Verdict {
  readonly service: string
  readonly kind: VerdictKind
  /** One sentence without a final stop, that a person can act on. */
  readonly words: string
  /** The commit whose image and configuration run now, where something runs. */
  readonly sinceSha?: string
  readonly url?: string
  readonly durationMs?: number
}

/** What the pipeline found out about one service. */
export type ServiceOutcome =
  | { readonly kind: 'live'; readonly service: string; readonly afterMs: number; readonly url?: string; readonly wasBuilt: boolean }
  /** Only how many copies run has changed. */
  | { readonly kind: 'scaled'; readonly service: string; readonly copies: number; readonly url?: string }
  | { readonly kind: 'unchanged'; readonly service: string; readonly sinceSha: string; readonly url?: string }
  /** `lostSha`: what served before and could not be brought back yet. */
  | {
      readonly kind: 'failed'
      readonly service: string
      readonly error: KyozoError
      readonly servingSha?: string
      readonly lostSha?: string
    }
  /** `lostSha`: what served before, of which nobody knows whether it is back. */
  | {
      readonly kind: 'held_back'
      readonly service: string
      readonly because: string
      readonly servingSha?: string
      readonly lostSha?: string
    }
  | { readonly kind: 'superseded'; readonly service: string; readonly by: string; readonly servingSha?: string }
  /** Whoever stopped it is in `because`. `now`: this release did it. Default is that it rested before. */
  | { readonly kind: 'stopped'; readonly service: string; readonly because: string; readonly now?: boolean }
  | { readonly kind: 'removed'; readonly service: string; readonly keptVolumes: readonly string[] }
  | { readonly kind: 'skipped'; readonly service: string; readonly because: string; readonly servingSha?: string }
  /** Another environment serves it. */
  | { readonly kind: 'shared'; readonly service: string; readonly from: string; readonly url?: string }
  /** Nobody in a preview needs it. */
  | { readonly kind: 'left_out'; readonly service: string; readonly because: string }

export function verdictOf(outcome: ServiceOutcome): Verdict {
  const { service } = outcome
  switch (outcome.kind) {
    case 'live':
      return {
        service,
        kind: 'live',
        words: `live after ${seconds(outcome.afterMs)}${outcome.wasBuilt ? '' : ' (image was built before)'}`,
        durationMs: Math.round(outcome.afterMs),
        ...at(outcome.url),
      }
    case 'scaled':
      return {
        service,
        kind: 'live',
        words: `live with ${outcome.copies} ${outcome.copies === 1 ? 'copy' : 'copies'}`,
        ...at(outcome.url),
      }
    case 'unchanged':
      return {
        service,
        kind: 'unchanged',
        words: `unchanged since ${short(outcome.sinceSha)}`,
        sinceSha: outcome.sinceSha,
        ...at(outcome.url),
      }
    case 'failed':
      return {
        service,
        kind: 'failed',
        words: `${sentence(outcome.error.message)}. ${outcome.lostSha === undefined ? serving(outcome.servingSha) : lost(outcome.lostSha)}`,
        ...since(outcome.servingSha),
      }
    case 'held_back':
      return {
        service,
        kind: 'rolled_back',
        words: `not switched because ${outcome.because}${outcome.lostSha === undefined ? `. ${serving(outcome.servingSha)}` : ''}`,
        ...since(outcome.servingSha),
      }
    case 'superseded':
      return { service, kind: 'superseded', words: `superseded by ${short(outcome.by)}`, ...since(outcome.servingSha) }
    case 'stopped':
      return { service, kind: 'stopped', words: `stopped${outcome.now ? '' : ', so nothing was deployed'}: ${sentence(outcome.because)}` }
    case 'removed':
      return {
        service,
        kind: 'removed',
        words: `removed${outcome.keptVolumes.length > 0 ? `; volume ${outcome.keptVolumes.join(', ')} is kept` : ''}`,
      }
    case 'skipped':
      return {
        service,
        kind: 'skipped',
        words: `${sentence(outcome.because)}. ${serving(outcome.servingSha)}`,
        ...since(outcome.servingSha),
      }
    case 'shared':
      return { service, kind: 'shared', words: `served from ${outcome.from}`, ...at(outcome.url) }
    case 'left_out':
      return { service, kind: 'left_out', words: `not run: ${sentence(outcome.because)}` }
  }
}

/** The words of the whole release: what a required check shows. */
export function releaseWords(state: ReleaseState, verdicts: readonly Verdict[], reason: string | null): string {
  const count = (kind: VerdictKind) => verdicts.filter((verdict) => verdict.kind === kind).length
  switch (state) {
    case 'queued':
      return 'Waiting to start'
    case 'running':
      return reason ?? 'In progress'
    case 'superseded':
      return sentence(reason ?? 'Superseded by a newer commit')
    case 'skipped':
      return sentence(reason ?? 'Skipped because the environment is paused')
    case 'failed': {
      const failed = verdicts.filter((verdict) => verdict.kind === 'failed')
      if (failed.length === 0) return sentence(reason ?? 'Failed')
      const first = failed[0]!
      return failed.length === 1 ? first.words : `${failed.map((verdict) => verdict.service).join(', ')} failed: ${first.words}`
    }
    case 'live':
    case 'unchanged':
    case 'replaced': {
      const parts = [
        counted(count('live'), 'live'),
        counted(count('unchanged'), 'unchanged'),
        counted(count('stopped'), 'stopped'),
        counted(count('removed'), 'removed'),
        ...saidAlike(verdicts.filter(({ kind }) => kind === 'shared')),
        counted(count('left_out'), 'not run'),
      ].filter((part) => part !== undefined)
      return parts.length === 0 ? 'Nothing to deploy' : parts.join(', ')
    }
  }
}

export function short(sha: string): string {
  return sha.slice(0, 7)
}

function counted(count: number, word: string): string | undefined {
  return count === 0 ? undefined : `${count} ${word}`
}

/** `2 served from production` */
function saidAlike(verdicts: readonly Verdict[]): readonly string[] {
  const alike = Map.groupBy(verdicts, ({ words }) => words.split(',')[0] ?? '')
  return [...alike].map(([words, all]) => `${all.length} ${words}`)
}

function serving(sha: string | undefined): string {
  return sha === undefined ? 'Nothing was serving before' : `Previous release (${short(sha)}) still serving`
}

function lost(sha: string): string {
  return `Previous release (${short(sha)}) is not back yet`
}

function at(url: string | undefined): { url?: string } {
  return url === undefined ? {} : { url }
}

function since(sha: string | undefined): { sinceSha?: string } {
  return sha === undefined ? {} : { sinceSha: sha }
}

/** Without a final stop, so that it can stand inside another sentence. */
function sentence(text: string): string {
  return text.trim().replace(/[.\s]+$/, '')
}

function seconds(ms: number): string {
  return ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`
}
