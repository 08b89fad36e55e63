// Secrets that are committed. Their values are never told.
import { exampleFiles } from '../environment.ts'
import { perFolder } from '../memo.ts'
import { joinPath } from '../paths.ts'
import type { Repository } from '../repository.ts'
import type { Recommendation } from '../topology.ts'
import type { Rule } from './rule.ts'

export const findSecrets: Rule = ({ repository }) =>
  [...repository.folders.values()].flatMap((folder) =>
    candidatesIn(folder).flatMap((name) => {
      const path = joinPath(folder.path, name)
      const found = findSecret(path, name, repository)
      return found === undefined ? [] : [committed(path, found)]
    }),
  )

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

/** Certificates are public; an environment file without anything secret in it is configuration. */
function findSecret(path: string, name: string, repository: Repository): Found | undefined {
  if (environmentFiles.test(name)) return secretVariable((repository.read.text(path) ?? '').slice(0, 64 * 1024))
  if (!/\.(?:pem|key)$/.test(name)) return { line: 1, fact: 'a file for secrets' }
  const text = (repository.read.text(path) ?? '').slice(0, 16 * 1024)
  const line = text.split('\n').findIndex((one) => /-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----/.test(one))
  return line < 0 ? undefined : { line: line + 1, fact: 'a private key' }
}

const secretName = /(?:SECRET|PASSWORD|PASSWD|_PASS|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?|^KEY|_KEY)$/i

/** What stands where a secret will be. */
const placeholder =
  /^(?:|change[-_ ]?(?:me|this|it)\w{0,10}|your[-_ ].{0,60}|<.{0,80}>|x{3,40}|\*{3,40}|\$\{.{0,80}\}|todo|none|null|false|true|example|placeholder|secret|password|postgres|root|admin|test|dummy|fake|local|localhost)$/i

const knownForms: readonly (readonly [RegExp, string])[] = [
  [/\bAKIA[0-9A-Z]{16}\b/, 'an AWS access key'],
  [/\bgh[pousr]_[A-Za-z0-9]{36}\b/, 'a GitHub token'],
  [/\bsk_live_[A-Za-z0-9]{16,64}\b/, 'a Stripe key'],
  [/\bxox[bpars]-[A-Za-z0-9-]{10,80}\b/, 'a Slack token'],
  [/-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----/, 'a private key'],
]

function secretVariable(text: string): Found | undefined {
  for (const [index, line] of text.split('\n').slice(0, 1_000).entries()) {
    const known = knownForms.find(([pattern]) => pattern.test(line.slice(0, 1_000)))
    if (known !== undefined) return { line: index + 1, fact: known[1] }
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
