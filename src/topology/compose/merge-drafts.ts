// A service laid over the one that it extends, as the compose specification merges them: single values replace, maps merge by key, lists add up, and
// mounts replace one another by target.
import type { ServiceDraft } from './draft.ts'
import type { BuildDraft } from './service/build.ts'

export function mergeDrafts(base: ServiceDraft, own: ServiceDraft): ServiceDraft {
  const merged: ServiceDraft = { ...base, ...own }
  const maps = ['environment', 'labels', 'dependsOn', 'ulimits', 'sysctls', 'resources', 'healthcheck'] as const
  for (const key of maps) if (base[key] && own[key]) Object.assign(merged, { [key]: { ...base[key], ...own[key] } })
  const lists = ['capAdd', 'groupAdd', 'profiles', 'links', 'references', 'volumesFrom'] as const
  for (const key of lists) if (base[key] && own[key]) Object.assign(merged, { [key]: [...new Set<unknown>([...base[key], ...own[key]])] })
  for (const key of ['mounts', 'files'] as const) {
    const byTarget = [...(base[key] ?? []), ...(own[key] ?? [])].map((item) => [item.target, item] as const)
    if (byTarget.length > 0) Object.assign(merged, { [key]: [...new Map(byTarget).values()] })
  }
  for (const key of ['ports', 'expose'] as const) {
    const byTarget = [...(base[key] ?? []), ...(own[key] ?? [])].map(
      (port) => [`${port.target}/${port.protocol}/${port.published}`, port] as const,
    )
    if (byTarget.length > 0) merged[key] = [...new Map(byTarget).values()]
  }
  if (base.build && own.build) merged.build = mergeBuilds(base.build, own.build)
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
