// Who is believed when two sources say different things about a service, most believed first. This is the one place that says so; docs/precedence.md
// is made from it (precedence-page.ts), and specify.ts merges by it.

export const precedence = [
  { source: 'declaration', file: 'kyozo.yaml', says: 'everything: path, type, framework, version, package_manager, port, start, install, processes, build, env, health, resources, replicas, domains, depends_on, ignore' },
  { source: 'procfile', file: 'Procfile', says: 'start (the process `web`), every other process and `release` (told of, and run where kyozo.yaml says so), and a port that the command names' },
  { source: 'railway', file: 'railway.toml, railway.json', says: 'start, build command, Dockerfile, health path' },
  { source: 'render', file: 'render.yaml', says: 'folders that are services, name (where there are several), start, build command, Dockerfile, health path, variables, what they need' },
  { source: 'fly', file: 'fly.toml', says: 'port, processes, Dockerfile, health path, variables' },
  { source: 'heroku', file: 'heroku.yml, app.json, scalingo.json', says: 'start, processes, Dockerfile, variables and whether they are required, add-ons that it needs' },
  { source: 'digitalocean', file: '.do/app.yaml', says: 'folders that are services, name (where there are several), start, build command, port, Dockerfile, health path, variables' },
  { source: 'appengine', file: 'app.yaml with a runtime', says: 'start, variables' },
  { source: 'cloudfoundry', file: 'manifest.yml', says: 'folders that are services, name (where there are several), start, health path, variables, what they need' },
  { source: 'caprover', file: 'captain-definition', says: 'Dockerfile' },
  { source: 'zeabur', file: 'zbpack.json, zeabur.json', says: 'folder, start, build command, Dockerfile' },
  { source: 'railpack', file: 'railpack.json', says: 'start, variables' },
  { source: 'nixpacks', file: 'nixpacks.toml, nixpacks.json', says: 'start, build command, variables' },
  { source: 'buildpacks', file: 'project.toml', says: 'that the folder is built' },
  { source: 'vercel', file: 'vercel.json', says: 'build command' },
  { source: 'netlify', file: 'netlify.toml', says: 'folder, build command' },
  { source: 'compose', file: 'the user\'s compose file', says: 'name, build, command, ports, environment, depends_on' },
  { source: 'kubernetes', file: 'Kubernetes manifests', says: 'port, variables, probes and resources of the folder that an image is built from' },
  { source: 'azd', file: 'azure.yaml', says: 'folders that are services, name (where there are several), Dockerfile' },
  { source: 'dapr', file: 'dapr.yaml', says: 'folders that are services, name (where there are several), port, variables' },
  { source: 'skaffold', file: 'skaffold.yaml', says: 'folders that are services, image names, Dockerfile and stage' },
  { source: 'tilt', file: 'Tiltfile', says: 'folders that are services, image names, Dockerfile and stage' },
  { source: 'okteto', file: 'okteto.yml', says: 'folders that are services, image names, Dockerfile and stage' },
  { source: 'devspace', file: 'devspace.yaml', says: 'folders that are services, image names, Dockerfile and stage' },
  { source: 'bake', file: 'docker-bake.hcl', says: 'folders that are services, Dockerfile and stage' },
  { source: 'dockerfile', file: 'Dockerfile', says: 'build, EXPOSE, HEALTHCHECK, CMD where no language is known' },
  { source: 'guess', file: 'manifests, source and framework defaults', says: 'type, framework, version, start, port, health, environment, dependencies' },
] as const // biome-ignore format: a table

export type Source = (typeof precedence)[number]['source']

/** The first of these that is known, asked in the order of the table, with the one who says it. */
export function believed<T>(said: Partial<Record<Source, T | undefined>>): { readonly value: T; readonly source: Source } | undefined {
  for (const { source } of precedence) {
    const value = said[source]
    if (value !== undefined) return { value, source }
  }
  return undefined
}

/** How binding each source is: 1 for kyozo.yaml down to 0.6 for a Dockerfile; a guess is less, by where it comes from. */
const binding = new Map<Source, number>(
  precedence.slice(0, -1).map(({ source }, index, { length }) => [source, Math.round(100 - (40 * index) / (length - 1)) / 100]),
)

/** What is guessed from a manifest or source, and what is only usual where nothing is said. */
export const guessBinding = { read: 0.5, usual: 0.3 } as const

export function bindingOf(source: Source): number {
  return binding.get(source) ?? guessBinding.read
}
