// Which folders of the context a Dockerfile names in the stage that is built and in those it is made from: one Dockerfile at the root often builds
// many services, and says which by what it copies and where it works.
import { dockerfileLimit } from '../../limits.ts'

export interface MentionInput {
  readonly text: string
  /** The stage that is built; the last one when none is named. */
  readonly target: string | undefined
  readonly args: Readonly<Record<string, string>>
  /** Paths relative to the context. */
  readonly folders: readonly string[]
}

/** How often each folder is named, by its path; deeper folders are not counted for those around them. */
export function countMentions({ text, target, args, folders }: MentionInput): Map<string, number> {
  const stages = readStages(text.slice(0, dockerfileLimit), args)
  const counts = new Map<string, number>()
  const known = byLastPart(folders)
  for (const { keyword, words } of builtFrom(stages, target).flatMap(({ lines }) => lines)) {
    for (const folder of new Set(words.flatMap((word) => folderIn(word, { keyword, known }) ?? []))) {
      counts.set(folder, (counts.get(folder) ?? 0) + 1)
    }
  }
  return counts
}

interface Line {
  readonly keyword: string
  readonly words: readonly string[]
}

interface Stage {
  readonly name: string
  readonly uses: readonly string[]
  readonly lines: readonly Line[]
}

const linePattern = /^[ \t]{0,40}(FROM|COPY|ADD|WORKDIR|RUN|CMD|ENTRYPOINT|ARG|ENV)[ \t]{1,40}(.{1,4000})$/i

function readStages(text: string, args: Readonly<Record<string, string>>): Stage[] {
  const stages: { name: string; uses: string[]; lines: Line[] }[] = []
  const values = new Map<string, string>()
  for (const line of text
    .replaceAll(/\\\r?\n/g, ' ')
    .split('\n')
    .slice(0, linesLimit)) {
    const [, keyword = '', rest = ''] = linePattern.exec(line) ?? []
    const word = keyword.toUpperCase()
    if (word === 'ARG') noteArgument(rest, { args, values })
    const words = fillIn(rest, values)
      .split(/[\s"'`=,;&|()[\]]{1,50}/)
      .slice(0, wordsLimit)
    if (word === 'FROM') {
      const [image = '', as = '', name = ''] = words.filter((part) => !part.startsWith('--'))
      stages.push({ name: as.toLowerCase() === 'as' ? name : String(stages.length), uses: [image], lines: [] })
    }
    const from = word === 'COPY' ? /--from=([\w.-]{1,100})/.exec(rest)?.[1] : undefined
    if (from !== undefined) stages.at(-1)?.uses.push(from)
    if (['COPY', 'ADD', 'WORKDIR', 'RUN', 'CMD', 'ENTRYPOINT'].includes(word)) stages.at(-1)?.lines.push({ keyword: word, words })
  }
  return stages
}

const linesLimit = 1_000
const wordsLimit = 200

/** Characters of an argument: longer than any path. */
const argumentLimit = 300

function noteArgument(rest: string, { args, values }: { args: Readonly<Record<string, string>>; values: Map<string, string> }): void {
  const [name = '', fallback = ''] = rest.trim().split('=')
  const given = Object.hasOwn(args, name) ? args[name] : undefined
  values.set(name, (given ?? fallback.replaceAll(/["']/g, '')).slice(0, argumentLimit))
}

/** Arguments in one line that are filled in. */
const fillsLimit = 20

function fillIn(text: string, values: ReadonlyMap<string, string>): string {
  let left = fillsLimit
  return text.replaceAll(/\$(?:(\w{1,64})|\{(\w{1,64})(?::?[-+][^{}]{0,100})?\})/g, (whole, plain?: string, braced?: string) =>
    left-- > 0 ? (values.get(plain ?? braced ?? '') ?? whole) : whole,
  )
}

/** The built stage and every stage that it is built on or copies from. */
function builtFrom(stages: readonly Stage[], target: string | undefined): Stage[] {
  const last = (target === undefined ? undefined : stages.find(({ name }) => name === target)) ?? stages.at(-1)
  const found: Stage[] = last === undefined ? [] : [last]
  for (const { uses } of found) {
    for (const name of uses) {
      const stage = stages.find((other, index) => other.name === name || String(index) === name)
      if (stage !== undefined && !found.includes(stage)) found.push(stage)
    }
  }
  return found
}

/** Parts of a path that are compared. */
const depthLimit = 16

interface Known {
  readonly path: string
  readonly parts: readonly string[]
}

/** Folders by the last part of their paths, so that a word which names none costs nothing. */
function byLastPart(folders: readonly string[]): ReadonlyMap<string, readonly Known[]> {
  const known = new Map<string, Known[]>()
  for (const path of folders) {
    const parts = path.split('/')
    const last = parts.at(-1) ?? path
    const same = known.get(last)
    if (same === undefined) known.set(last, [{ path, parts }])
    else if (same.length < sameNameLimit) same.push({ path, parts })
  }
  return known
}

/** Folders of one name that are told apart. */
const sameNameLimit = 50

/** The deepest folder that a word of an instruction names: `/usr/src/app/services/api/main.py` names `services/api`. */
function folderIn(word: string, { keyword, known }: { keyword: string; known: ReadonlyMap<string, readonly Known[]> }): string | undefined {
  const parts = word
    .slice(0, 500)
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .slice(0, depthLimit)
  let best: Known | undefined
  for (const [at, part] of parts.entries()) {
    for (const folder of known.get(part) ?? []) {
      const start = at + 1 - folder.parts.length
      if (start < 0 || (best !== undefined && best.parts.length >= folder.parts.length)) continue
      if (
        isPlace(folder, { keyword, start, isLast: at === parts.length - 1 }) &&
        folder.parts.every((one, index) => parts[start + index] === one)
      )
        best = folder
    }
  }
  return best?.path
}

/** A single word is a path only where nothing else can stand. */
function isPlace({ parts }: Known, { keyword, start, isLast }: { keyword: string; start: number; isLast: boolean }): boolean {
  if (parts.length > 1) return true
  return keyword === 'WORKDIR' ? isLast : (keyword === 'COPY' || keyword === 'ADD') && start === 0
}
