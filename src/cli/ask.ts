// What a person types or a pipe brings. Nothing secret is ever an argument: other users of the machine can read those.
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { KyozoError } from '../errors.ts'

const longestInput = 1024 * 1024

/** All of standard input without its last line end; on a terminal one line that is not shown while it is typed. */
export async function readHidden(what: string): Promise<string> {
  const text = process.stdin.isTTY ? await askHidden(what) : await readInput()
  if (text !== '') return text
  throw new KyozoError('bad_request', `no ${what} was given`, { hint: `type it, or pipe it in: printf %s "$VALUE" | kyozo …` })
}

async function askHidden(what: string): Promise<string> {
  process.stderr.write(`${what} (not shown): `)
  // The terminal's own echo is off while this reads, and what it would show itself goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  lines.once('SIGINT', () => {
    process.stderr.write('\n')
    process.exit(130)
  })
  try {
    return await lines.question('')
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}

/** All of standard input, without its last line end. */
export async function readInput(): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > longestInput) throw new KyozoError('bad_request', `what standard input brings is longer than ${longestInput} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}
