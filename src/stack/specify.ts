// Topology, templates and policy become the stack that should run.
import type { StackIdentity } from '../engine/engine.ts'
import type { SourceTree } from '../git/source-tree.ts'
import type { ComposeModel } from '../topology/compose/model.ts'
import type { KeptNames } from '../topology/declaration/settings.ts'
import type { BackingKind, Topology } from '../topology/topology.ts'
import type { Baseline } from './baseline/baseline.ts'
import { shareBaseline } from './baseline/share.ts'
import { confineAsPreview, type PreviewLimits } from './confine-preview.ts'
import { composeDocument, documentText, overlayText } from './document.ts'
import { draftServices } from './draft-services.ts'
import { type Committed, type Remembered, withEdits } from './edits/with-edits.ts'
import { finishServices, secretsOf } from './finish-services.ts'
import { type FixedPorts, withFixedPorts } from './fixed-ports.ts'
import type { AvailableSecret } from './given-secrets.ts'
import { linkServices } from './link-services.ts'
import { runtimeOverlay } from './overlay.ts'
import type { StackSpec } from './stack.ts'
import { inStartOrder } from './start-order.ts'
import type { RenderedTemplate, RenderInput, Template } from './template.ts'

export interface StackInput {
  readonly topology: Topology
  /** The user's own compose files that run, already checked: none has an error among its violations. */
  readonly composeModels: readonly ComposeModel[]
  readonly tree: SourceTree
  readonly templates: readonly Template[]
  readonly render: (template: Template, input: RenderInput) => RenderedTemplate
  readonly identity: StackIdentity
  readonly revision: string
  readonly release: string
  readonly generation: number
  /** What an environment's secret values are at, by variable; a new version replaces the containers that read it. Default is none. */
  readonly secretVersions?: Readonly<Record<string, string>>
  /** What people set for the environment, without values. Default is none. */
  readonly availableSecrets?: readonly AvailableSecret[]
  /** Ports of the machine that people gave to services. Default is none. */
  readonly fixedPorts?: FixedPorts
  /** How long a service may take to become healthy. Default is one minute. */
  readonly healthDeadlineMs?: number
  /** Set for a preview: what it gets of the machine. Default is a branch of the team's own. */
  readonly preview?: PreviewLimits
  /** The environment that serves what it would not change. Default is that all of it is run. */
  readonly baseline?: Baseline
  /** Why there is none although kyozo.yaml says so. */
  readonly notShared?: string
  /** Images to use for backing services instead of kyozo's own choice. Default is none. */
  readonly backingImages?: Readonly<Partial<Record<BackingKind, string>>>
  /** Names that services keep although their folders were renamed. Default is none. */
  readonly keptNames?: KeptNames
  /** What is remembered of compose.kyozo.yaml. Default is nothing: the commit's own is merged all the same. */
  readonly committed?: Remembered
}

export interface SpecifiedStack {
  readonly stack: StackSpec
  /** compose.kyozo.yaml, as it is and as it should be. */
  readonly committed: Committed
}

/**
 * The stack of one revision. Asks the tree for Dockerfiles and .dockerignore files: while `tree.wanted` names any, the answer is not final,
 * and the caller loads them and asks again. Throws `dependency_cycle`, `template_missing`, `dockerfile_refused`, `compose_refused` and
 * `declaration_invalid`.
 */
export function specifyStack(input: StackInput): StackSpec {
  return specifyCommitted(input).stack
}

/** The same, with the file that says so in the repository. Also throws `compose_invalid`. */
export function specifyCommitted(input: StackInput): SpecifiedStack {
  const { drafts, differences } = draftServices(input)
  const { services: meant, committed } = withEdits(linkServices(withFixedPorts(drafts, input.fixedPorts ?? {})), input)
  const confined = input.preview === undefined ? meant : confineAsPreview(meant, input.preview)
  const shared = input.baseline === undefined ? undefined : shareBaseline(confined, input.baseline)
  const ordered = inStartOrder(shared?.services ?? confined)
  const { keptNames = {} } = input
  const document = composeDocument(ordered, keptNames)
  const services = finishServices(ordered, { ...input, document })
  const volumes = Object.keys(document.volumes ?? {})
  const overlay = runtimeOverlay({ ...input, services, volumes })
  const { edits } = committed.merged
  const stack = {
    project: input.identity.project,
    document,
    documentText: documentText(document, ordered),
    overlay,
    overlayText: overlayText(overlay),
    services,
    volumes,
    secrets: secretsOf(ordered),
    differences,
    ...(edits.length === 0 ? {} : { edits }),
    ...(Object.keys(keptNames).length === 0 ? {} : { keptNames }),
    ...(shared === undefined ? {} : { sharing: shared.sharing }),
    ...(input.notShared === undefined ? {} : { notShared: input.notShared }),
  }
  return { stack, committed }
}
