// What an environment is called outside: in compose projects, on containers and in host names. The database lets no two share either name.

/** The environment of the default branch, whose services have the short host names. */
export const productionName = 'production'

/** The compose project, as it stands on the containers. */
export function projectName(workspace: string, environment: string): string {
  return `kyozo-${workspace}-${environment}`
}

/** The one network of a compose project that kyozo makes. */
export function networkOf(project: string): string {
  return `${project}_default`
}

/** What stands between a service's name and the base domain: `shop`, `shop-staging`, `shop-pr-12`. */
export function hostLabel(workspace: string, environment: string): string {
  return environment === productionName ? workspace : `${workspace}-${environment}`
}

/** How cache mounts of builds are called, so that everybody knows whose each is: `kyozo-<instance>/<workspace>/<what the Dockerfile says>`. */
export function cacheNamespace(instance: string, workspace?: string): string {
  return workspace === undefined ? `kyozo-${instance}` : `kyozo-${instance}/${workspace}`
}

/** Undefined for one of somebody else. */
export function workspaceOfCacheId(id: string, namespace: string): string | undefined {
  return id.startsWith(`${namespace}/`) ? id.slice(namespace.length + 1).split('/')[0] : undefined
}
