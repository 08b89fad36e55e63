// What the real readers of a compose document say: the specification's schema and the compose program.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import schema from 'docker-compose/schema/compose-spec.json' with { type: 'json' }
import { runChild } from '../../src/child.ts'

const ajv = new Ajv({ strict: false, allErrors: true })
addFormats.default(ajv)
// Compose checks these forms itself; the schema only names them.
for (const format of ['ports', 'expose', 'subnet_ip_address', 'duration']) if (!(format in ajv.formats)) ajv.addFormat(format, true)
const validate = ajv.compile({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' })

/** What the compose-spec schema has against a document, as lines; empty when nothing. */
export function schemaProblems(document: unknown): string[] {
  return validate(document) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

export interface ComposeTexts {
  readonly documents: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
}

/** The merged model that the compose program makes of documents. Throws with its own words when it refuses them. */
export async function composeConfig({ documents, variables = {} }: ComposeTexts): Promise<ComposeConfig> {
  const folder = await mkdtemp(join(tmpdir(), 'kyozo-compose-'))
  try {
    const files = await Promise.all(documents.map((text, at) => writeDocument(join(folder, `${at}.yaml`), text)))
    const { exitCode, stdout, stderr } = await runChild({
      program: 'docker',
      args: [
        'compose',
        '--env-file',
        '/dev/null',
        '--project-directory',
        '/repository',
        '-p',
        'kyozo-test',
        ...files.flatMap((file) => ['-f', file]),
        'config',
        '--format',
        'json',
      ],
      env: { HOME: folder, ...variables },
      deadlineMs: 30_000,
    })
    if (exitCode !== 0 || /warn/i.test(stderr)) throw new Error(stderr)
    return JSON.parse(stdout.toString('utf8')) as ComposeConfig
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export interface ComposeConfig {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly networks: Readonly<Record<string, unknown>>
  readonly volumes?: Readonly<Record<string, unknown>>
}

async function writeDocument(path: string, text: string): Promise<string> {
  await writeFile(path, text)
  return path
}
