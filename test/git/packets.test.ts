import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { progressPackets, readPushHead } from '../../src/git/packets.ts'

const sha = 'a'.repeat(40)
const zero = '0'.repeat(40)
const packet = (text: string) => (text.length + 4).toString(16).padStart(4, '0') + text
const command = `${zero} ${sha} refs/heads/main`

/** As it may arrive from a socket: cut anywhere. */
function inPieces(text: string, size: number): Readable {
  const bytes = Buffer.from(text)
  return Readable.from(Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size)))
}

describe('the head of a push', () => {
  it.each([1, 3, 7, 1_000])('gives commands, capabilities and options when it arrives %i bytes at a time', async (size) => {
    const body = `${packet(`${command}\0 report-status side-band-64k push-options`)}${packet(`${sha} ${zero} refs/heads/old\n`)}0000${packet('no-wait')}0000PACK…`
    const head = await readPushHead(inPieces(body, size))
    expect(head.commands).toEqual([
      { before: zero, after: sha, ref: 'refs/heads/main' },
      { before: sha, after: zero, ref: 'refs/heads/old' },
    ])
    expect(head.options).toEqual(['no-wait'])
    expect([...head.capabilities]).toContain('side-band-64k')
    expect(body.startsWith(head.bytes.toString())).toBe(true)
  })

  it('is empty for the probe that git sends before a large push', async () => {
    expect(await readPushHead(inPieces('0000', 4))).toMatchObject({ commands: [], options: [] })
  })

  it('is refused when it is not in Git’s format, and never hangs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        const outcome = await readPushHead(inPieces(text, 5)).catch((error: unknown) => error)
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'bad_request' })
      }),
    )
  })

  it('is refused beyond its limit', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.from(packet(`${command}\n`))
      })(),
    )
    await expect(readPushHead(endless)).rejects.toMatchObject({ code: 'payload_too_large' })
    endless.destroy()
  })
})

it('cuts long progress into packets that git accepts', () => {
  const packets = progressPackets('x'.repeat(70_000))
  expect(packets.subarray(0, 5).toString('latin1')).toBe('fff0\u0002')
  expect(packets.length).toBe(70_000 + 10)
})
