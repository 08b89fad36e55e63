// Signs that a file or a command is there for whoever works on the code: nobody serves with it.
import { baseName, parentOf } from './paths.ts'

/** Words by which people call what is for development and tests, in folders and in the endings of Dockerfiles. */
const developmentNames = new Set([
  'dev', 'devel', 'develop', 'development', 'devcontainer', 'devcontainers', 'playwright', 'cypress', 'e2e', 'test', 'tests', 'testing', 'ci', 'local', 'devenv', 'gitpod',
]) // biome-ignore format: a list

/** Hidden folders that people keep the files of production in. */
const hiddenForServing = new Set(['.docker', '.deploy', '.deployment', '.infra', '.infrastructure', '.k8s', '.kubernetes', '.container', '.containers', '.compose', '.prod', '.production']) // biome-ignore format: a list

/**
 * The folder in a path whose name says that what lies there is for development: `dev`, `.devcontainer`, `local-postgres`. The names of programs
 * may begin alike, so whoever asks about a folder with a program in it takes only whole names.
 */
export function developmentPart(path: string, { isWhole = false }: { readonly isWhole?: boolean } = {}): string | undefined {
  return path.split('/').find((name) => {
    const lower = name.toLowerCase()
    if (lower === '.' || lower === '..') return false
    if (lower.startsWith('.')) return !hiddenForServing.has(lower)
    return developmentNames.has(lower) || (!isWhole && /^(?:local|test|tests|dev|e2e|ci)[-_]/.test(lower))
  })
}

const variantName = /^(?:Dockerfile|Containerfile)[._-]([\w.-]{1,60})$|^([\w.-]{1,60})\.(?:Dockerfile|Containerfile)$/i

/** What says that a Dockerfile is for development, its ending or a folder between it and its context; undefined when nothing does. */
export function developmentDockerfile(path: string): string | undefined {
  const [, after, before] = variantName.exec(baseName(path)) ?? []
  const words = (after ?? before ?? '').toLowerCase().split(/[._-]/)
  return words.some((word) => developmentNames.has(word)) ? baseName(path) : developmentPart(parentOf(path))
}

/** A command that only keeps a container alive, for somebody to work in. */
const idlePattern =
  /^(?:(?:\/usr)?(?:\/bin\/)?(?:ba|a|da)?sh -l?c ["']?)?(?:exec )?(?:(?:\/usr)?\/bin\/)?(?:sleep (?:infinity|inf|\d{3,12}[smhd]?)|tail -[fF] \/dev\/null|while (?:true|:|sleep \d{1,9}); ?do)/

export function isIdle(command: string | undefined): boolean {
  return command !== undefined && idlePattern.test(command.trim().slice(0, 300))
}

/** Commands that install what is missing, or start again with every change of a file: for a folder that somebody works in. */
const workingPattern =
  /\b(?:npm|yarn|pnpm|bun)(?: run)? (?:dev|develop|development|watch|install|ci|i)(?![\w:-]{1,40}prod)|\b(?:pip3?|poetry|pipenv|uv|bundle|composer|go|mix)(?: \w{1,20})? (?:install|sync|get|deps\.get)\b|\b(?:nodemon|ts-node-dev|webpack-dev-server|watchmedo)\b|--(?:watch|reload|debug)\b|\bmanage\.py runserver\b|\b(?:next|nuxt|astro|remix) dev\b|\bng serve\b|\bgo run\b/

export function isForWorking(command: string | undefined): boolean {
  return command !== undefined && workingPattern.test(command.slice(0, 500))
}

/** What only keeps a container alive starts nothing. */
export function unlessIdle(command: string | undefined): string | undefined {
  return isIdle(command) ? undefined : command
}
