// From a commit's files to the stack that should run: the one path that the server, the command line and the checks all take, so that the same
// commit gets the same answer everywhere.
import { KyozoError } from '../errors.ts'
import type { SourceTree } from '../git/source-tree.ts'
import { analyze } from '../topology/analyze.ts'
import { assertAllowed, readComposeFile } from '../topology/compose/read-compose-file.ts'
import { readDeclaration } from '../topology/declaration/declaration.ts'
import { type PreviewRules, previewRules } from '../topology/declaration/preview-rules.ts'
import { type KeptNames, type ServiceSettings, withSettings } from '../topology/declaration/settings.ts'
import { assertDockerfilesAllowed } from '../topology/dockerfile/assert-allowed.ts'
import type { AnalysisMemory } from '../topology/incremental/memory.ts'
import { servicesLimit } from '../topology/limits.ts'
import { cleanPath, printable } from '../topology/paths.ts'
import type { Topology } from '../topology/topology.ts'
import type { Baseline } from './baseline/baseline.ts'
import type { CommittedMemory } from './committed/base.ts'
import { settingsFirst } from './edits/settings-first.ts'
import type { Committed } from './edits/with-edits.ts'
import type { AvailableSecret } from './given-secrets.ts'
import { keptNamesIn, stillKept } from './kept-names.ts'
import { renderTemplate } from './render-template.ts'
import { withDefaultLimits } from './settings/default-limits.ts'
import type { ResourceLimits } from './settings/resources.ts'
import { type StackInput, specifyCommitted } from './specify.ts'
import type { StackSpec } from './stack.ts'

type StackContext = Pick<
  StackInput,
  | 'templates'
  | 'identity'
  | 'revision'
  | 'release'
  | 'generation'
  | 'healthDeadlineMs'
  | 'availableSecrets'
  | 'fixedPorts'
  | 'preview'
  | 'notShared'
>

export interface SourceContext extends StackContext {
  /** What the analyses of earlier commits left. Default is nothing. */
  readonly memory?: AnalysisMemory
  /** What people set of single services. Default is nothing. */
  readonly settings?: ServiceSettings
  /** Names that services keep. Default is none: each is called as its files and its folder say. */
  readonly keptNames?: KeptNames
  /** Limits of services for which nobody states any. Default is kyozo's own. */
  readonly defaultLimits?: ResourceLimits
  /** What is remembered of compose.kyozo.yaml. Default is nothing. */
  readonly committed?: CommittedMemory
  /** The environment that serves what this commit would not change there. Default is that all of it is run. */
  readonly baseline?: SourceBaseline
}

export interface SourceBaseline extends Omit<Baseline, 'wouldRun'> {
  /** What the commit would be specified with, were it released there. */
  readonly context: Pick<SourceContext, 'identity' | 'memory' | 'settings' | 'availableSecrets' | 'fixedPorts'>
}

export interface Specified {
  readonly topology: Topology
  readonly stack: StackSpec
  /** compose.kyozo.yaml, as it is in the commit and as it should be. */
  readonly committed: Committed
  /** The environments that kyozo.yaml maps to branches, by name. */
  readonly environments: Readonly<Record<string, { readonly branch: string }>>
  /** What kyozo.yaml says of previews. */
  readonly previews: PreviewRules
}

/** Pure; asks `tree` for texts, so the caller repeats it until nothing is wanted. Throws what analyze and specifyStack throw, and `compose_refused`. */
export function specifyFromSource(source: SourceTree, context: SourceContext): Specified {
  const { tree, found, keptNames } = analyzeNamed(source, context)
  const topology = withDefaultLimits(found, context.defaultLimits ?? {})
  if (tree.wanted.size === 0) assertRunnable(topology)
  const files = topology.services.flatMap((service) => (service.build.kind === 'compose' ? [service.build.file] : []))
  const secrets = new Set((context.availableSecrets ?? []).map(({ name }) => name))
  const composeModels = files.map((file) => readComposeFile({ tree, file, policy: context.preview?.trust ?? 'trusted', secrets }))
  if (tree.wanted.size === 0) for (const model of composeModels) assertAllowed(model)
  const remembered = { ...context.committed, resolve: settingsFirst(context.settings ?? {}) }
  const { baseline, ...rest } = context
  const { stack, committed } = specifyCommitted({
    ...rest,
    ...(baseline === undefined ? {} : { baseline: { ...baseline, wouldRun: wouldRunThere(source, { ...rest, baseline }) } }),
    keptNames,
    committed: remembered,
    topology,
    composeModels,
    tree,
    render: renderTemplate,
  })
  if (tree.wanted.size === 0)
    assertDockerfilesAllowed(stack, { workspace: context.identity.workspace, policy: context.preview?.trust ?? 'trusted' })
  if (tree.wanted.size === 0) assertSecretsMet(tree, stack)
  return { topology, stack, committed, environments: declaredEnvironments(tree), previews: previewRules(readDeclaration(tree).declaration) }
}

/** With the names that services keep: those of compose.kyozo.yaml, and before these what the caller knows of the place where it is to run. */
function analyzeNamed(source: SourceTree, { settings, keptNames: known = {}, identity, memory }: SourceContext) {
  const analyzed = (keptNames: KeptNames) => {
    const tree = withSettings(source, settings, keptNames)
    return { tree, found: analyze(tree, { rootName: identity.workspace, memory }), keptNames }
  }
  const plain = analyzed(known)
  const written = stillKept(keptNamesIn(plain.tree), plain.found)
  return Object.keys(written).length === 0 ? plain : analyzed({ ...written, ...known })
}

/**
 * By service, the hash that it would have there, with what people have set for it here: what that changes is not what runs there. Where the commit could
 * not run there, nothing of it is.
 */
function wouldRunThere(source: SourceTree, here: SourceContext & { readonly baseline: SourceBaseline }): Baseline['wouldRun'] {
  const { baseline, preview: _, notShared: __, ...context } = here
  const { settings = {}, availableSecrets = [], fixedPorts, ...there } = baseline.context
  const own = Object.entries(context.settings ?? {}).map(([name, values]) => [name, { ...settings[name], ...values }])
  try {
    const { stack } = specifyFromSource(source, {
      ...{ ...context, ...there },
      settings: { ...settings, ...Object.fromEntries(own) },
      availableSecrets: [...availableSecrets, ...(context.availableSecrets ?? []).filter(isOfItsOwn)],
      fixedPorts: { ...fixedPorts, ...context.fixedPorts },
    })
    return new Map(stack.services.map(({ name, configHash }) => [name, configHash]))
  } catch (error) {
    if (error instanceof KyozoError) return new Map()
    throw error
  }
}

/** Those of the workspace are there too. */
function isOfItsOwn({ layer }: AvailableSecret): boolean {
  return layer === 'environment' || layer === 'service_in_environment'
}

/** An analysis may tell of more services than one stack can run. */
function assertRunnable({ services }: Topology): void {
  if (services.length <= servicesLimit) return
  throw new KyozoError(
    'topology_too_large',
    `The commit holds ${services.length} services; kyozo runs at most ${servicesLimit} in one stack.`,
    {
      hint: 'Leave folders out with `ignore` in kyozo.yaml, or split the repository.',
    },
  )
}

/** A file that is not there, or a service that nobody is, would leave somebody without a secret and without a word. */
function assertSecretsMet(tree: SourceTree, { services: present, sharing }: StackSpec): void {
  const services = sharing?.services ?? present
  const { declaration, refuse } = readDeclaration(tree)
  for (const [index, { file, service }] of (declaration.secrets ?? []).entries()) {
    const mode = tree.entries.get(cleanPath(file))?.mode
    if (mode !== '100644' && mode !== '100755')
      refuse(
        ['secrets', index, 'file'],
        `secrets.${index}.file: ${JSON.stringify(printable(file))} is not a file of the repository; paths begin at its root`,
      )
    if (service !== undefined && !services.some(({ name }) => name === service))
      refuse(
        ['secrets', index, 'service'],
        `secrets.${index}.service: there is no service ${service}; there are ${services.map(({ name }) => name).join(', ')}`,
      )
  }
}

function declaredEnvironments(tree: SourceTree): Specified['environments'] {
  const { declaration, refuse } = readDeclaration(tree)
  const environments = declaration.environments ?? {}
  if (environments.production !== undefined)
    refuse(['environments', 'production'], 'production is the default branch; give another branch another name')
  return environments
}
