// Who is believed when two sources say different things about a service, most believed first. This is the one place that says so; docs and
// merge (specify.ts) read it.

export const precedence = [
  { source: 'declaration', file: 'kyozo.yaml', says: 'everything: path, type, port, start, build, env, health, resources, replicas, domains, depends_on, ignore' },
  { source: 'procfile', file: 'Procfile', says: 'start, and a port that the command names' },
  { source: 'compose', file: 'the user\'s compose file', says: 'name, build, command, ports, environment, depends_on' },
  { source: 'dockerfile', file: 'Dockerfile', says: 'build, EXPOSE, HEALTHCHECK, CMD where no language is known' },
  { source: 'guess', file: 'manifests, source and framework defaults', says: 'type, framework, version, start, port, health, environment, dependencies' },
] as const // biome-ignore format: a table

export type Source = (typeof precedence)[number]['source']

/** The first of these that is known, asked in the order of the table. */
export function believed<T>(said: Partial<Record<Source, T | undefined>>): T | undefined {
  for (const { source } of precedence) {
    const value = said[source]
    if (value !== undefined) return value
  }
  return undefined
}
