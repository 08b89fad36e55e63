// Looks for values everywhere, in the spellings that programs give them.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

const run = promisify(execFile)

/** `base64 of token` for each spelling of each value that the text holds. */
export function findIn(text: string | Buffer, values: Readonly<Record<string, string>>): readonly string[] {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  return Object.entries(values).flatMap(([slot, value]) =>
    Object.entries(spellings(value)).flatMap(([how, spelling]) => (bytes.includes(spelling) ? [`${how} of ${slot}`] : [])),
  )
}

function spellings(value: string): Readonly<Record<string, string>> {
  const json = JSON.stringify(value).slice(1, -1)
  return {
    text: value,
    json,
    'json in json': JSON.stringify(json).slice(1, -1),
    url: encodeURIComponent(value),
    base64: Buffer.from(value).toString('base64').replace(/.?=+$/, ''),
    hex: Buffer.from(value).toString('hex'),
  }
}

/** Every row of every table as text, bytes as hexadecimal digits. */
export async function databaseDump(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const tables = await client.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  )
  const dumped: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await client.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`)
    dumped.push(`${name} ${rows.length}`, ...rows.map(({ row }) => row))
  }
  await client.end()
  return dumped.join('\n')
}

/** Contents of all files below a folder, by path. */
export async function filesBelow(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  return new Map(await Promise.all(paths.map(async (file) => [path.relative(folder, file), await readFile(file)] as const)))
}

/** Every layer and the configuration of an image. */
export async function imageBytes(image: string): Promise<Buffer> {
  const { stdout } = await run('docker', ['image', 'save', image], { encoding: 'buffer', maxBuffer: 2 * 1024 ** 3 })
  return stdout
}

export async function docker(...args: readonly string[]): Promise<string> {
  return (await run('docker', [...args], { maxBuffer: 256 * 1024 ** 2 })).stdout
}

/** Arguments and environments of all processes outside of containers, as `ps e` shows them; those of `except` are left out. */
export function processTexts(except: readonly number[]): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && !except.includes(Number(name)) && !isInContainer(name))
    .flatMap((pid) => ['cmdline', 'environ'].flatMap((file) => readIfThere(`/proc/${pid}/${file}`)))
}

function isInContainer(pid: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) !== readlinkSync('/proc/self/ns/pid')
  } catch {
    return true
  }
}

function readIfThere(file: string): readonly string[] {
  try {
    return [readFileSync(file, 'utf8')]
  } catch {
    return []
  }
}
