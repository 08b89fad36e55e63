import { describe, expect, it } from 'vitest'
import { runChild } from '../../../src/child.ts'
import { checkDockerfile } from '../../../src/topology/dockerfile/check-dockerfile.ts'

/** Ways to write a mount that some readers do not see, and whether the builder does. */
const disguises = [
  ['RUN true \\\\\nRUN --mount=type=ssh,id=wanted id', true],
  ['RUN --mount=t"ype"=s\\sh,id=wanted id', true],
  ['ARG T=ssh\nRUN --mount=type=$T,id=wanted id', true],
  ['RU\\\nN --mount=type=ssh,id=wanted id', true],
  ['\fRUN --mount=type=ssh,id=wanted id', true],
  ['RUN echo \\<<EOF\nRUN --mount=type=ssh,id=wanted id', true],
  ['RUN 3<<A\nA\nRUN --mount=type=ssh,id=wanted id', true],
  ['RUN echo <<EOF\nRUN --mount=type=ssh,id=wanted id\nEOF', false],
] as const

describe('a mount that the builder may see', () => {
  it.each(disguises)('is refused, however it is written: %j', async (lines, isSeen) => {
    const text = `FROM scratch\n${lines}\n`
    const violations = checkDockerfile({ text, file: 'Dockerfile', workspace: 'shop', policy: 'fork' })
    expect({ isSeen: await isSeenByBuilder(text), isRefused: violations.length > 0 }).toEqual({ isSeen, isRefused: true })
  })
})

async function isSeenByBuilder(text: string): Promise<boolean> {
  const { stdout } = await runChild({
    program: 'docker',
    args: ['buildx', 'build', '--call=outline,format=json', '-'],
    env: { HOME: '/nonexistent' },
    input: text,
    deadlineMs: 20_000,
  })
  return stdout.toString('utf8').includes('wanted')
}
