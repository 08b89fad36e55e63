// Files of the repository that are encrypted to an age key: with SOPS (YAML, JSON, dotenv), or as a whole (a dotenv file, `*.age`).
import { createHash, createHmac } from 'node:crypto'
import { openAge } from './age.ts'
import { parseDotenv } from './dotenv.ts'
import { ageKeyName, nameProblem, valueProblem } from './names.ts'
import { openSops, type SopsFormat } from './sops/open-sops.ts'
import type { SecretSource, SourceRequest, SourceValue } from './source.ts'
import { unreadable } from './unreadable.ts'

export const encryptedFile: SecretSource = { needs: [ageKeyName], read }

async function read(request: SourceRequest): Promise<ReadonlyMap<string, SourceValue>> {
  const { at: file } = request
  const content = await request.readFile(file)
  if (content === undefined) throw unreadable(file, 'is no file of the commit, or a larger one than is read', 'commit it, at most 256 KiB')
  const identities = identitiesOf(request)
  const values = file.endsWith('.age')
    ? await readAge({ file, content, identities })
    : await readSops({ file, text: content.toString('utf8'), format: formatOf(file), identities })
  for (const [name, { value }] of values) {
    const problem = nameProblem(name) ?? (value === '' ? undefined : valueProblem(value))
    if (problem !== undefined) throw unreadable(file, `has ${name}, which ${problem}`, 'correct the file')
  }
  return values
}

/** Lines of comments and blanks are what `age-keygen` writes beside the key. */
function identitiesOf({ at, credentials }: SourceRequest): readonly string[] {
  const lines = (credentials.get(ageKeyName) ?? '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (lines.length === 0)
    throw unreadable(
      at,
      'cannot be opened: there is no key',
      `set the secret ${ageKeyName} of the workspace or environment to the age identity (AGE-SECRET-KEY-1…)`,
    )
  if (lines.every((line) => /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+$/.test(line))) return lines
  throw unreadable(
    at,
    `cannot be opened: ${ageKeyName} holds a line that is no age identity`,
    'set it to lines that begin with AGE-SECRET-KEY-1',
  )
}

const formats: Readonly<Record<string, SopsFormat>> = { yaml: 'yaml', yml: 'yaml', json: 'json', env: 'dotenv' }

function formatOf(file: string): SopsFormat {
  const format = formats[/\.([a-z]+)$/.exec(file)?.[1] ?? '']
  if (format !== undefined) return format
  throw unreadable(file, 'is of no kind that is read', 'name a file that ends with .yaml, .yml, .json or .env for SOPS, or with .age')
}

interface AgeFile {
  readonly file: string
  readonly content: Buffer
  readonly identities: readonly string[]
}

/** A file that is encrypted anew differs everywhere, so what it held is compared, under a key that only its owner has. */
async function readAge({ file, content, identities }: AgeFile): Promise<ReadonlyMap<string, SourceValue>> {
  const text = (await openAge(content, { file, identities })).toString('utf8')
  const key = identities.join('\n')
  const versionOf = (value: string) => createHmac('sha256', key).update(value).digest('hex').slice(0, 16)
  return new Map([...parseDotenv(text, file)].map(([name, value]) => [name, { value, version: versionOf(value) }]))
}

interface SopsFile {
  readonly file: string
  readonly text: string
  readonly format: SopsFormat
  readonly identities: readonly string[]
}

/** SOPS keeps the ciphertext of a value that did not change, so the ciphertext says whether it did. */
async function readSops(sops: SopsFile): Promise<ReadonlyMap<string, SourceValue>> {
  const leaves = await openSops(sops)
  const entries = leaves.map(({ path, value, stored }) => {
    if (path.length !== 1)
      throw unreadable(sops.file, `has a value below ${path[0]}; a variable is one name with one value`, 'move it to the top of the file')
    return [path[0]!, { value, version: createHash('sha256').update(stored).digest('hex').slice(0, 16) }] as const
  })
  return new Map(entries)
}
