// The runtime of a Dockerfile's last stage: its image's, else its command's, else that of the stage that it copies its program from, else
// what it installs.
import type { Instruction } from 'dockerfile-ast'
import type { ServiceType } from '../topology.ts'
import { isBareImage, languageOfImage } from './dockerfile-images.ts'

export interface StageView {
  /** The earlier stages that it copies from. */
  readonly copies: readonly number[]
  /** The image under it, through stages that build on one another. */
  readonly base: string | undefined
  /** Its instructions after those that it inherits. */
  readonly instructions: readonly Instruction[]
  readonly command: string | undefined
}

/** Stages looked at for one language; more are nobody's honest Dockerfile. */
const stagesLimit = 24

/** The language of the last of `count` stages; each is looked at once, and only when another copies from it. */
export function languageOfStages(count: number, viewOf: (at: number) => StageView): ServiceType | undefined {
  const known = new Map<number, ServiceType | undefined>()
  const languageAt = (at: number): ServiceType | undefined => {
    if (known.has(at) || known.size >= stagesLimit) return known.get(at)
    known.set(at, undefined)
    const language = languageOfStage(viewOf(at), languageAt)
    known.set(at, language)
    return language
  }
  return count === 0 ? undefined : languageAt(count - 1)
}

function languageOfStage(stage: StageView, languageAt: (at: number) => ServiceType | undefined): ServiceType | undefined {
  const own = languageOfImage(stage.base)
  if (own !== undefined) return own
  const byCommand = languageOfCommand(stage.command)
  if (byCommand !== undefined) return byCommand
  const copied = stage.copies.slice(0, stagesLimit).flatMap((at) => languageAt(at) ?? [])
  const [best] = [...new Set(copied)].sort((a, b) => rankOf(a) - rankOf(b))
  return best ?? (isBareImage(stage.base) ? languageOfPackages(stage.instructions) : undefined) ?? languageOfArtifacts(stage.instructions)
}

/** What was built elsewhere and is only copied in says what runs it. */
function languageOfArtifacts(instructions: readonly Instruction[]): ServiceType | undefined {
  const copied = instructions.filter((item) => item.getKeyword() === 'COPY' || item.getKeyword() === 'ADD')
  const words = copied.flatMap((item) => item.getArguments().map((argument) => argument.getValue()))
  if (words.some((word) => /\.(?:jar|war|ear)$/.test(word))) return 'java'
  return words.some((word) => /\.dll$/.test(word)) ? 'dotnet' : undefined
}

export function flagOf(item: Instruction, name: string): string | undefined {
  const flags = (item as { getFlags?: () => readonly { getName(): string; getValue(): string | null }[] }).getFlags?.() ?? []
  return flags.find((flag) => flag.getName() === name)?.getValue() ?? undefined
}

/** A program compiled in one stage serves; scripts bundled in another are its assets. */
function rankOf(type: ServiceType): number {
  if (type === 'static_site' || type === 'database' || type === 'proxy') return 3
  return type === 'nodejs' || type === 'bun' ? 2 : type === 'php' || type === 'python' || type === 'ruby' ? 1 : 0
}

const commandLanguages: readonly (readonly [RegExp, ServiceType])[] = [
  [/^(?:node|nodejs|npm|npx|yarn|pnpm|tsx|ts-node|pm2|pm2-runtime|nodemon|next)$/, 'nodejs'],
  [/^bunx?$/, 'bun'],
  [/^deno$/, 'deno'],
  [
    /^(?:python[\d.]{0,5}|gunicorn|uvicorn|hypercorn|daphne|flask|celery|uv|poetry|pipenv|streamlit|waitress-serve|uwsgi|fastapi|locust)$/,
    'python',
  ],
  [/^(?:java|catalina\.sh|jetty\.sh|standalone\.sh)$/, 'java'],
  [/^dotnet$/, 'dotnet'],
  [/^(?:ruby|bundle|rails|puma|rackup|unicorn|thin)$/, 'ruby'],
  [/^(?:php|php-fpm[\d.]{0,5}|apache2-foreground|frankenphp)$/, 'php'],
  [/^(?:mix|elixir|iex)$/, 'elixir'],
  [/^(?:nginx|httpd-foreground|caddy|lighttpd)$/, 'static_site'],
  [/^(?:postgres|mysqld|mongod|redis-server)$/, 'database'],
  [/^(?:haproxy|envoy|traefik)$/, 'proxy'],
]

/** Words of a command that only lead to the program. */
const leadingWords = /^(?:tini|\/sbin\/tini|\/usr\/bin\/tini|dumb-init|\/usr\/bin\/dumb-init|--|-g|-c|-e|exec|env|sh|bash|ash|\/bin\/sh|\/bin\/bash|su-exec|gosu|sudo|opentelemetry-instrument|ddtrace-run|newrelic-admin|\w{1,64}=.{0,200})$/ // biome-ignore format: one pattern

function languageOfCommand(command: string | undefined): ServiceType | undefined {
  const word = command
    ?.split(/[\s;&]{1,20}/)
    .slice(0, 8)
    .map((part) => part.replace(/^["']/, '').replace(/["']$/, ''))
    .find((part) => part !== '' && !leadingWords.test(part))
  const program = word?.slice(word.lastIndexOf('/') + 1)
  return program === undefined ? undefined : commandLanguages.find(([pattern]) => pattern.test(program))?.[1]
}

const packageLanguages: readonly (readonly [RegExp, ServiceType])[] = [
  [/\b(?:openjdk[\w.-]{0,20}|default-j(?:re|dk)[\w-]{0,10}|java-\d{1,2}[\w.-]{0,30}|temurin-\d{1,2}-j(?:re|dk))\b/, 'java'],
  [/\b(?:aspnetcore-runtime|dotnet-(?:sdk|runtime))[\w.-]{0,10}\b/, 'dotnet'],
  [/\b(?:golang(?:-go)?|go)(?=[\s=;&\\]|$)/, 'golang'],
  [/\b(?:cargo|rustc|rustup|rust)\b/, 'rust'],
  [/\b(?:ghc|cabal-install|haskell-stack)\b/, 'haskell'],
  [/\belixir\b/, 'elixir'],
  [/\bcrystal\b/, 'crystal'],
  [/\bzig\b/, 'zig'],
  [/\b(?:ruby(?:-full|-dev)?|ruby[\d.]{1,5})(?=[\s=;&\\]|$)/, 'ruby'],
  [/\bphp[\d.]{0,4}(?:-fpm|-cli|-apache2)?(?=[\s=;&\\]|$)/, 'php'],
  [/\bnodejs(?:-current|-lts)?\b/, 'nodejs'],
  [/\bpython3?(?:-pip|-dev|-minimal)?(?=[\s=;&\\]|$)/, 'python'],
  [/\b(?:g\+\+|cmake|gcc|clang|build-base|build-essential|meson)(?=[\s=;&\\]|$)/, 'cpp'],
  [/\b(?:nginx|apache2|lighttpd)\b/, 'static_site'],
] // biome-ignore format: a table

function languageOfPackages(instructions: readonly Instruction[]): ServiceType | undefined {
  const installs = instructions
    .filter((item) => item.getKeyword() === 'RUN')
    .map((item) => (item.getRawArgumentsContent() ?? '').slice(0, 4000))
    .filter((text) => /\b(?:apk|apt|apt-get|dnf|microdnf|yum|tdnf|zypper|pacman)\b/.test(text))
  return packageLanguages.find(([pattern]) => installs.some((text) => pattern.test(text)))?.[1]
}
