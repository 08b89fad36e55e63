// Secrets that are committed. Their values are never told.
import { readCompose } from '../compose-file.ts'
import { exampleFiles } from '../environment.ts'
import { perFolder } from '../memo.ts'
import { baseName, joinPath, printable } from '../paths.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Recommendation, ServiceSpec } from '../topology.ts'
import { dockerfileOf, type Rule } from './rule.ts'

export const findSecrets: Rule = ({ services, repository }) => [
  ...[...repository.folders.values()].flatMap((folder) =>
    candidatesIn(folder).flatMap((name) => {
      const path = joinPath(folder.path, name)
      const found = findSecret(path, name, { folder, repository })
      return found === undefined ? [] : [committed(path, found)]
    }),
  ),
  ...services.flatMap((service) => [...imageSecrets(service, repository), ...stackSecrets(service, repository)]),
]

/** What an image keeps for everybody who has it. */
function imageSecrets(service: ServiceSpec, repository: Repository): Recommendation[] {
  const facts = dockerfileOf(service, repository)
  if (facts === undefined) return []
  const lines = (repository.read.text(facts.path) ?? '').slice(0, 64 * 1024).split('\n')
  for (const [index, line] of lines.entries()) {
    const [, name = '', value = ''] = /^\s{0,8}(?:ENV|ARG)\s{1,4}([A-Za-z_]\w{0,99})[=\s]\s{0,4}["']?([^"'#\s]{0,300})/i.exec(line) ?? []
    const known = /^\s{0,8}(?:ENV|ARG|RUN|LABEL)\b/i.test(line) ? knownForm(line) : undefined
    const fact = known ?? (isSecret(name, value) ? `a value for ${name}` : undefined)
    if (fact !== undefined) return [written(facts.path, { line: index + 1, fact })]
  }
  return []
}

/** What a stack's file states for a variable, where it could name one that is given later. A database that only this stack reaches may have a word of its own. */
function stackSecrets({ build }: ServiceSpec, repository: Repository): Recommendation[] {
  const facts = build.kind === 'compose' ? readCompose(build.file, repository) : undefined
  const stated = (facts?.services ?? []).flatMap(({ environment }) => environment)
  const found = stated.flatMap(({ name, value, evidence }): { readonly path: string; readonly found: Found }[] => {
    const { path, line = 1 } = evidence
    if (environmentFiles.test(baseName(path)) || exampleFiles.includes(baseName(path))) return []
    if (!(repository.read.text(path)?.split('\n')[line - 1] ?? '').includes(value)) return []
    // A password that is the user's or the database's name keeps nothing secret, and is meant for one machine.
    const isName = stated.some((other) => other.name !== name && other.value === value)
    const fact = knownForm(value) ?? (!isName && isSecret(name, value) ? `a value for ${name}` : undefined)
    return fact === undefined ? [] : [{ path, found: { line, fact } }]
  })
  return found.slice(0, 4).map(({ path, found: secret }) => written(path, secret))
}

function written(path: string, { line, fact }: Found): Recommendation {
  return {
    code: 'secret_committed',
    message: `${printable(path)} holds ${fact}; everybody who reads the repository reads it.`,
    fix: 'Name the variable without a value there, replace what it held, and keep the new value outside of the repository.',
    evidence: [{ path, line, fact }],
  }
}

/** Files that are secrets as a whole. */
const keyFiles =
  /^(?:id_(?:rsa|dsa|ecdsa|ed25519)|.{1,100}\.(?:pem|p12|pfx|keystore|jks)|.{1,100}\.key|credentials\.json|service-?account(?:-?key)?\.json|\.npmrc\.local|\.htpasswd|master\.key)$/

const environmentFiles = /^\.env(?:\.(?:local|production|prod|staging|development|docker))?$/

const candidatesIn = perFolder(({ files }) =>
  [...files].sort().filter((name) => (keyFiles.test(name) || environmentFiles.test(name)) && !exampleFiles.includes(name)),
)

interface Found {
  readonly line: number
  readonly fact: string
}

interface Place {
  readonly folder: Folder
  readonly repository: Repository
}

/** Symfony's `.env` and `.env.dev` hold defaults for everybody and are meant to be committed; what is secret stands in `.env.local`. */
function isDefaults(name: string, text: string, { folder: { path, files }, repository }: Place): boolean {
  if (!/^\.env(?:\.(?:dev|test|development|staging|prod|production))?$/.test(name)) return false
  if (/^###> symfony\//m.test(text) || files.has('symfony.lock')) return true
  return (
    files.has('composer.json') &&
    /"symfony\/(?:framework-bundle|dotenv|flex|runtime)"/.test(repository.read.text(joinPath(path, 'composer.json')) ?? '')
  )
}

/** Certificates are public; an environment file without anything secret in it is configuration. */
function findSecret(path: string, name: string, { folder, repository }: Place): Found | undefined {
  if (environmentFiles.test(name)) {
    const text = (repository.read.text(path) ?? '').slice(0, 64 * 1024)
    return isDefaults(name, text, { folder, repository }) ? secretForm(text) : secretVariable(text)
  }
  if (!/\.(?:pem|key)$/.test(name)) return { line: 1, fact: 'a file for secrets' }
  const text = (repository.read.text(path) ?? '').slice(0, 16 * 1024)
  const line = text.split('\n').findIndex((one) => /-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----/.test(one))
  return line < 0 ? undefined : { line: line + 1, fact: 'a private key' }
}

/** Names of variables that hold secrets. */
export const secretName =
  /^(?!\w{0,60}(?:ALLOW_EMPTY|RANDOM_ROOT|ENABLE|DISABLE|PUBLIC|PUBLISHABLE))\w{0,100}(?:SECRET|PASSWORD|PASSWD|_PASS|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?|(?<!\w)KEY|_KEY)$/i

/** What stands where a secret will be. */
const placeholder =
  /^(?:|enc\[aes256_gcm,.{0,300}|change[-_ ]?(?:me|this|it)\w{0,10}|your[-_ ].{0,60}|<.{0,80}>|x{3,40}|\*{3,40}|\$\{.{0,80}\}|todo|none|null|false|true|example|placeholder|secret|password|postgres|root|admin|test|dummy|fake|local|localhost|guest|user|demo|sample|dev|pwd?|minioadmin|mysql|mariadb|mongo|redis|rabbitmq|(?:pass|password|secret)\d{1,4}|\d{1,6}|yes|no|on|off)$/i

const knownForms: readonly (readonly [RegExp, string])[] = [
  [/\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}\b/, 'an AWS access key'],
  [/\bgh[pousr]_[A-Za-z0-9]{36}\b/, 'a GitHub token'],
  [/\bgithub_pat_[A-Za-z0-9_]{40,100}\b/, 'a GitHub token'],
  [/\bglpat-[A-Za-z0-9_-]{20,64}\b/, 'a GitLab token'],
  [/\b[sr]k_live_[A-Za-z0-9]{16,120}\b/, 'a Stripe key'],
  [/\bAIza[A-Za-z0-9_-]{35}\b/, 'a Google key'],
  [/\bsk-(?:ant-|proj-)[A-Za-z0-9_-]{20,200}\b/, 'a key for a language model'],
  [/\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}\b/, 'a SendGrid key'],
  [/\bnpm_[A-Za-z0-9]{36}\b/, 'an npm token'],
  [/\bxox[bpars]-[A-Za-z0-9-]{10,80}\b/, 'a Slack token'],
  [/-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----/, 'a private key'],
]

function knownForm(text: string): string | undefined {
  return knownForms.find(([pattern]) => pattern.test(text.slice(0, 1_000)))?.[1]
}

function isSecret(name: string, value: string): boolean {
  const word = value.trim()
  return secretName.test(name) && !placeholder.test(word) && !/\$\{?\w|^\/|^(?:https?|file):\/\//.test(word)
}

/** A value that is a secret whatever its variable is called. */
function secretForm(text: string): Found | undefined {
  for (const [index, line] of text.split('\n').slice(0, 1_000).entries()) {
    const known = knownForm(line)
    if (known !== undefined) return { line: index + 1, fact: known }
  }
  return undefined
}

function secretVariable(text: string): Found | undefined {
  for (const [index, line] of text.split('\n').slice(0, 1_000).entries()) {
    const known = knownForm(line)
    if (known !== undefined) return { line: index + 1, fact: known }
    const [, name, value = ''] = /^\s{0,8}(?:export\s{1,4})?([A-Za-z_]\w{0,99})\s{0,4}=\s{0,4}["']?([^"'#]{0,300})/.exec(line) ?? []
    if (name !== undefined && secretName.test(name) && !placeholder.test(value.trim()))
      return { line: index + 1, fact: `a value for ${name}` }
  }
  return undefined
}

function committed(path: string, { line, fact }: Found): Recommendation {
  return {
    code: 'secret_committed',
    message: `${path} is committed; everybody who reads the repository reads its secrets.`,
    fix: `Remove it with \`git rm --cached ${path}\`, add it to .gitignore, replace what it held, and keep the new values outside of the repository.`,
    evidence: [{ path, line, fact }],
  }
}
