// What a kyozo.yaml says of previews, with what holds where it says nothing. Which branch's file rules is decided elsewhere (pipeline/pull-requests/ruling.ts): a pull request does not rule itself.
import type { Declaration } from './schema.ts'
import { durationMs } from './values.ts'

export type Seed = { readonly dump: string } | { readonly template: string }

export interface PreviewRules {
  readonly isEnabled: boolean
  readonly ttlMs: number
  /** Of the workspace, at once. */
  readonly max: number
  readonly ofDrafts: boolean
  /** Secrets of the workspace that a preview may read; null for all of them. */
  readonly secrets: readonly string[] | null
  /** Whether the previews of approved forks may read the same. */
  readonly forksReadSecrets: boolean
  /** Whether what a pull request does not affect is served from production. */
  readonly sharesBaseline: boolean
  /** By service. */
  readonly seeds: Readonly<Record<string, Seed>>
  /** The most that one service gets, in Kubernetes quantities; undefined for the usual. */
  readonly memory: string | undefined
  readonly cpu: string | undefined
}

const dayMs = 86_400_000

export function previewRules({ previews = {} }: Pick<Declaration, 'previews'>): PreviewRules {
  const { enabled, ttl, max, drafts, secrets = 'none', share, seed, resources } = previews
  return {
    isEnabled: enabled ?? true,
    ttlMs: ttl === undefined ? 3 * dayMs : durationMs(ttl),
    max: max ?? 10,
    ofDrafts: drafts ?? true,
    secrets: typeof secrets !== 'string' ? secrets : secrets === 'none' ? [] : null,
    forksReadSecrets: secrets === 'allow-forks',
    sharesBaseline: share === 'baseline',
    seeds: seed ?? {},
    memory: resources?.memory,
    cpu: resources?.cpu === undefined ? undefined : String(resources.cpu),
  }
}
