// A service laid over the one that it extends, as the compose specification merges them: single values replace, maps merge by key, lists add up, and
// mounts replace one another by target.
import type { ServiceDraft } from './draft.ts'
import type { ComposeModelPort } from './model.ts'
import type { BuildDraft } from './service/build.ts'

const maps = ['environment', 'labels', 'dependsOn', 'ulimits', 'sysctls', 'resources', 'healthcheck'] as const
const lists = ['capAdd', 'groupAdd', 'profiles', 'links', 'references', 'volumesFrom'] as const

export function mergeDrafts(base: ServiceDraft, own: ServiceDraft): ServiceDraft {
  const merged: ServiceDraft = { ...base, ...own }
  for (const key of maps) if (base[key] && own[key]) Object.assign(merged, { [key]: { ...base[key], ...own[key] } })
  for (const key of lists) if (base[key] && own[key]) Object.assign(merged, { [key]: [...new Set<unknown>([...base[key], ...own[key]])] })
  if (base.mounts && own.mounts) merged.mounts = mergeBy(base.mounts, own.mounts, ({ target }) => target)
  if (base.files && own.files) merged.files = mergeBy(base.files, own.files, ({ target }) => target)
  if (base.ports && own.ports) merged.ports = mergeBy(base.ports, own.ports, portKey)
  if (base.expose && own.expose) merged.expose = mergeBy(base.expose, own.expose, portKey)
  if (base.build && own.build) merged.build = mergeBuilds(base.build, own.build)
  return withOneNetworking(merged, { base, own })
}

/** Own items replace those of the base with the same key. */
function mergeBy<Item>(base: readonly Item[], own: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map([...base, ...own].map((item) => [keyOf(item), item])).values()]
}

function portKey({ target, protocol, published }: ComposeModelPort): string {
  return `${target}/${protocol}/${published}`
}

/** Networks and a network mode exclude each other; what the service says itself decides. */
function withOneNetworking(merged: ServiceDraft, { base, own }: { base: ServiceDraft; own: ServiceDraft }): ServiceDraft {
  if (own.networks) delete merged.networkMode
  if (own.networkMode) delete merged.networks
  else if (base.networks && own.networks) merged.networks = { ...base.networks, ...own.networks }
  return merged
}

function mergeBuilds(base: BuildDraft, own: BuildDraft): BuildDraft {
  const merged: BuildDraft = { ...base, ...own, args: { ...base.args, ...own.args } }
  if (own.dockerfileInline !== undefined) delete merged.dockerfileName
  if (own.dockerfileName !== undefined) delete merged.dockerfileInline
  if (own.dockerfileInline !== undefined && own.dockerfileName !== undefined) return { ...merged, ...own }
  return merged
}
