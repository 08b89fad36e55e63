import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rewriteCacheIds } from '../../../src/topology/dockerfile/rewrite-cache-ids.ts'

describe('cache mounts', () => {
  it.each([
    ['RUN --mount=type=cache,target=/root/.npm npm ci', 'RUN --mount=type=cache,target=/root/.npm,id=team/shop/root/.npm npm ci'],
    ['RUN --mount=type=cache,id=npm,target=/x npm ci', 'RUN --mount=type=cache,id=team/shop/npm,target=/x npm ci'],
    ['RUN --mount=target=/x,ID=npm,type=cache npm ci', 'RUN --mount=target=/x,ID=team/shop/npm,type=cache npm ci'],
    [
      'run --mount=type=cache,dst=/x --mount=type=bind,target=/y --mount=type=cache,target=/z a',
      'run --mount=type=cache,dst=/x,id=team/shop/x --mount=type=bind,target=/y --mount=type=cache,target=/z,id=team/shop/z a',
    ],
    ['RUN --mount=type=cache,\\\ntarget=/x \\\n a', 'RUN --mount=type=cache,\\\ntarget=/x,id=team/shop/x \\\n a'],
    ['ONBUILD RUN --mount=type=cache,target=/x a', 'ONBUILD RUN --mount=type=cache,target=/x,id=team/shop/x a'],
    ['RUN <<EOF\nRUN --mount=type=cache,target=/x\nEOF', 'RUN <<EOF\nRUN --mount=type=cache,target=/x\nEOF'],
    ['RUN --mount=type=bind,target=/x a', 'RUN --mount=type=bind,target=/x a'],
    ['RUN echo --mount=type=cache,target=/x', 'RUN echo --mount=type=cache,target=/x'],
    [
      'RUN --mount=type=cache,target=/x \\\r\n  a\r\nRUN --mount=type=cache,target=/y b',
      'RUN --mount=type=cache,target=/x,id=team/shop/x \\\r\n  a\r\nRUN --mount=type=cache,target=/y,id=team/shop/y b',
    ],
  ])('get an id of their workspace: %j', (text, rewritten) => {
    expect(rewriteCacheIds(`FROM alpine\n${text}\n`, 'team/shop')).toBe(`FROM alpine\n${rewritten}\n`)
  })

  it('never share an id with another workspace, and nothing else changes', () => {
    const mounts = fc.array(
      fc.record({ id: fc.option(fc.constantFrom('npm', 'a.b', 'x-1'), { nil: undefined }), target: fc.constantFrom('/a', '/b/c', '/d') }),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(mounts, (parts) => {
        const flags = parts.map(({ id, target }) => `--mount=type=cache,target=${target}${id === undefined ? '' : `,id=${id}`}`)
        const rewritten = rewriteCacheIds(`FROM a\nRUN ${flags.join(' ')} make\n`, 'w1')
        expect(rewritten.match(/id=w1\//g) ?? []).toHaveLength(parts.length)
        const ids = parts.map(({ id, target }) => `--mount=type=cache,target=${target},id=w1/${id ?? target.slice(1)}`)
        expect(rewritten).toBe(`FROM a\nRUN ${ids.join(' ')} make\n`)
      }),
    )
  })
})
