// A whole context copied into an image takes along what was never meant to be there.
import { joinPath, parentOf } from '../paths.ts'
import type { Recommendation } from '../topology.ts'
import { dockerfileOf, forEachService } from './rule.ts'

export const adviseDockerignore = forEachService((service, repository): Recommendation | undefined => {
  const facts = dockerfileOf(service, repository)
  const whole = facts?.sources.find(({ path }) => path === '.' || path === './')
  if (facts === undefined || whole === undefined || service.build.kind !== 'dockerfile') return undefined
  if (service.type !== 'nodejs' && service.type !== 'static_site' && service.type !== 'python' && service.type !== 'php') return undefined
  const { context, dockerfile } = service.build
  const ignoreFiles = [joinPath(context, '.dockerignore'), `${dockerfile}.dockerignore`, joinPath(parentOf(dockerfile), '.dockerignore')]
  if (ignoreFiles.some((path) => repository.tree.entries.has(path))) return undefined
  return {
    code: 'no_dockerignore',
    message: `${facts.path} copies everything below ${context}, and no .dockerignore keeps out .git, .env and installed packages.`,
    fix: `Add ${joinPath(context, '.dockerignore')} with .git, .env, node_modules and build output.`,
    evidence: [{ path: facts.path, line: whole.line, fact: `copies ${whole.path}` }],
  }
})
