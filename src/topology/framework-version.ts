// The version of a service's framework, as a lockfile has it, else as the line that names the framework writes it.
import type { Claim } from './claim.ts'
import { versionInLockfile } from './locked-version.ts'
import { ancestorsOf, joinPath } from './paths.ts'
import { lineAt } from './reading/lines.ts'
import { quoted, type Said, said } from './reasons.ts'
import type { Repository } from './repository.ts'
import type { Evidence } from './topology.ts'

export interface VersionInput {
  readonly claim: Claim
  readonly path: string
  readonly repository: Repository
}

export function frameworkVersionOf({ claim, path, repository }: VersionInput): Said<string> | undefined {
  const { framework, because = {}, facts = {} } = claim.spec
  const place = because.framework
  if (framework === undefined || place === undefined) return undefined
  const own = ownPackages.get(framework) ?? firstWord(place.fact)
  const text = ownPackages.has(framework) || /(?:package|composer)\.json$/.test(place.path) ? (repository.read.text(place.path) ?? '') : ''
  const written = new RegExp(
    `"${own.replace(/[^\w@/-]/g, '\\$&')}"\\s{0,4}:\\s{0,4}"(?<range>[^"\\n\\w]{0,4}(?<number>\\d[\\d.]{0,20})[^"\\n]{0,60})"`,
  ).exec(text)
  const locked = versionInLockfile({ name: own, manifest: place.path, range: written?.groups?.range }, repository)
  if (locked !== undefined) return locked
  if (ownPackages.has(framework)) {
    return written === null ? undefined : said(written.groups?.number, quoted(place.path, lineAt(text, written.index), repository.read))
  }
  if (typeof facts.frameworkVersion === 'string') return said(facts.frameworkVersion, place)
  for (const { name, evidence } of namings(claim, place)) {
    const line = lineIn(evidence, repository)
    const version = line === undefined ? undefined : versionAfter(name, line)
    if (version !== undefined) return said(version, evidence)
  }
  return lockedVersion(firstWord(place.fact), path, repository)
}

/** The package that has the framework's version, where the one that shows it has a version of its own. */
const ownPackages: ReadonlyMap<string, string> = new Map([['astro', 'astro']])

interface Naming {
  readonly name: string
  readonly evidence: Evidence
}

/** Lines of manifests that name the framework's package: the one that was found, else the one that has what is imported. */
function namings({ dependencies }: Claim, place: Evidence): Naming[] {
  const imported = /^imports (\S{1,200})$/.exec(place.fact)?.[1]
  const listed = imported === undefined ? [] : dependencies.filter(({ name }) => name === imported || name.startsWith(`${imported}/v`))
  return [{ name: firstWord(place.fact), evidence: place }, ...listed.slice(0, 3)]
}

function firstWord(fact: string): string {
  return fact.split(' ', 1)[0] ?? fact
}

function lineIn({ path, line }: Evidence, { read }: Repository): string | undefined {
  if (line === undefined || !manifest.test(path)) return undefined
  return read
    .text(path)
    ?.split('\n', line)
    .at(line - 1)
    ?.slice(0, 20_000)
}

/** Files that list packages with their versions. */
const manifest =
  /(?:^|\/)(?:package\.json|deno\.jsonc?|[\w.-]{0,60}requirements[\w.-]{0,60}\.(?:txt|in)|requirements\/[\w.-]{1,60}\.(?:txt|in)|pyproject\.toml|Pipfile|setup\.(?:py|cfg)|environment\.ya?ml|go\.mod|Cargo\.toml|Gemfile|gems\.rb|composer\.json|mix\.exs|pubspec\.yaml|shard\.yml|gleam\.toml|Package\.swift|[\w.-]{1,80}\.cabal)$/

/** A version behind a package's name; what is only a lower or an upper bound says nothing of what is installed. */
function versionAfter(name: string, line: string): string | undefined {
  const quotedName = line.indexOf(`"${name}"`)
  const at = quotedName >= 0 ? quotedName + 1 : line.toLowerCase().indexOf(name.toLowerCase())
  if (at < 0) return undefined
  const rest = line.slice(at + name.length, at + name.length + 120)
  return /^["']?\s{0,4}(?:\[[\w, -]{0,60}\])?\s{0,8}(?:=>|[:=,(])?\s{0,8}(?:\{\s{0,4}version\s{0,4}=\s{0,4})?["']?(?:\^|~>|~=|~|===?|v|=)?\s{0,2}v?(\d{1,5}(?:\.\d{1,6}){0,3})(?![\w/])/.exec(rest)?.[1]
} // biome-ignore format: one pattern

/** Lockfiles that write a package's name and version on two lines. */
const lockfiles = ['uv.lock', 'poetry.lock', 'pdm.lock', 'Cargo.lock']

function lockedVersion(name: string, folder: string, { folders, read }: Repository): Said<string> | undefined {
  if (!/^[\w.-]{1,80}$/.test(name)) return undefined
  for (const place of [folder, ...ancestorsOf(folder)]) {
    const file = lockfiles.find((one) => folders.get(place)?.files.has(one))
    if (file === undefined) continue
    const path = joinPath(place, file)
    const text = read.text(path) ?? ''
    const match = new RegExp(`^name = "${name.replaceAll('.', '\\.')}"\\nversion = "(\\d[\\w.+-]{0,40})"`, 'm').exec(text)
    return match === null ? undefined : said(match[1], quoted(path, lineAt(text, match.index) + 1, { text: read.text }))
  }
  return undefined
}
