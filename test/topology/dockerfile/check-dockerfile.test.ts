// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of the files under test.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkDockerfile } from '../../../src/topology/dockerfile/check-dockerfile.ts'

function check(text: string, args: Readonly<Record<string, string>> = {}): string[] {
  const violations = checkDockerfile({ text, file: 'Dockerfile', workspace: 'shop', policy: 'fork', args })
  return violations.map(({ line, column, rule }) => `${line}:${column} ${rule}`)
}

describe('a Dockerfile that builds', () => {
  it.each([
    [
      'with several stages',
      'ARG NODE=24\nFROM --platform=$BUILDPLATFORM node:${NODE} AS build\nRUN npm ci\nFROM node:${NODE}-slim\nCOPY --from=build /app /app\nCOPY --from=0 /x /x',
    ],
    ['with the stable front end', '# syntax=docker/dockerfile:1.7\nFROM alpine\n'],
    ['with the stable front end, pinned', `# syntax = docker.io/docker/dockerfile:1@sha256:${'a'.repeat(64)}\n# escape=\`\nFROM alpine\n`],
    [
      'with caches, binds and memory',
      'FROM a\nRUN --mount=type=cache,target=/root/.npm,sharing=locked --mount=type=bind,source=.,target=/src --mount=type=tmpfs,target=/t npm ci',
    ],
    [
      'with mounts over several lines',
      'FROM a AS deps\nFROM b\nRUN \\\n  # the cache\n  --mount=type=cache,target=/c \\\n  --mount=from=deps,source=/d,target=/d \\\n  make',
    ],
    ['with here-documents', 'FROM a\nRUN <<EOF\nfrom os import path\nADD 1 to x\nEOF\nCOPY <<-"E2" /x\n\tFROM users\n\tE2\nRUN true'],
    ['with arguments in a path', 'FROM a\nARG JAR=target/*.jar\nADD ${JAR} app.jar\nADD --chown=1000 src/ /src/'],
    ['with an own image', 'FROM kyozo/shop/base:1\nCOPY --from=kyozo/shop/tools /t /t'],
    ['with a version from its build arguments', 'ARG VERSION\nFROM node:${VERSION}', { VERSION: '24' }],
    ['with an image by digest', `FROM ghcr.io/example/base@sha256:${'b'.repeat(64)}`],
    ['from nothing', 'FROM scratch\nCOPY app /app'],
    ['with plain network and sandbox', 'FROM a\nRUN --network=none --security=sandbox make'],
    ['with Windows line ends', 'FROM a\r\nRUN --mount=type=cache,target=/c \\\r\n  make\r\n'],
    ['with words that look like orders', 'FROM a\nRUN echo ADD http://example.com && id --mount=type=ssh\nENV X="# syntax=evil/x"'],
  ] satisfies readonly (readonly [string, string, Record<string, string>?])[])(
    '%s is allowed',
    (_, text, args: Record<string, string> = {}) => {
      expect(check(text, args)).toEqual([])
    },
  )
})

describe('another front end', () => {
  it.each([
    ['# syntax=evil/x\nFROM a', '1:1'],
    ['#syntax=docker/dockerfile:latest\nFROM a', '1:1'],
    ['#  SYNTAX = docker/dockerfile:1-labs  \nFROM a', '1:1'],
    ['# escape=\\\n# Syntax=evil/x\nFROM a', '2:1'],
    ['# hello\n# syntax=evil/x\nFROM a', '2:1'],
    ['\uFEFF# syntax=evil/x\nFROM a', '1:1'],
    ['#!/usr/bin/env docker\n# syntax=evil/x\nFROM a', '1:1'],
  ])('is refused: %j', (text, place) => {
    expect(check(text)).toEqual([`${place} dockerfile_syntax`])
  })

  it.each(['//syntax=evil/x\nFROM a', '{"syntax": "evil/x"}'])('is refused in the spellings that only BuildKit knows: %j', (text) => {
    expect(check(text)).toContain('1:1 dockerfile_syntax')
  })
})

describe('a Dockerfile that takes more than a build needs', () => {
  it.each([
    ['ADD http://127.0.0.1/x /x', '2:1 dockerfile_add'],
    ['add --checksum=sha256:a HTTPS://example.com/x /x', '2:1 dockerfile_add'],
    ['ADD ["https://example.com/x", "/x"]', '2:1 dockerfile_add'],
    ['ADD a git@github.com:x/y.git /x', '2:1 dockerfile_add'],
    ['ADD https://github.com/x/y.git#main:sub /x', '2:1 dockerfile_add'],
    ['ARG URL=http://127.0.0.1\nADD $URL/x /x', '3:1 dockerfile_add'],
    ['ENV H=127.0.0.1\nARG URL=http://$H\nADD ${URL} /x', '4:1 dockerfile_add'],
    ['ARG URL=a\nARG URL=http://b\nADD ${URL} /x', '4:1 dockerfile_add'],
    ['ARG URL\nADD $URL /x', '3:1 dockerfile_add'],
    ['ONBUILD ADD http://x /y', '2:9 dockerfile_add'],
    ['RUN --mount=type=ssh id', '2:5 dockerfile_mount'],
    ['run --MOUNT=type=SSH id', '2:5 dockerfile_mount'],
    ['RUN --mount=id=x,type=secret id', '2:5 dockerfile_mount'],
    ['RUN --mount=type="ssh" id', '2:5 dockerfile_mount'],
    ['RUN --mount=t\\ype=ssh id', '2:5 dockerfile_mount'],
    ['ARG T=ssh\nRUN --mount=type=$T id', '3:5 dockerfile_mount'],
    ['RUN --mount=type=device id', '2:5 dockerfile_mount'],
    ['RUN \\\n --mount=type=ssh \\\n id', '3:2 dockerfile_mount'],
    ['RUN --mount=type=cache,\\\ntarget=/x \\\n# why\n\n --mount=type=ssh id', '6:2 dockerfile_mount'],
    ['ONBUILD RUN --mount=type=ssh id', '2:13 dockerfile_mount'],
    ['RUN --security=insecure id', '2:5 dockerfile_security'],
    ['RUN --device=vendor.com/x id', '2:5 dockerfile_security'],
    ['RUN --network=host id', '2:5 dockerfile_network'],
    ['FROM kyozo/other/api', '2:1 dockerfile_image'],
    ['FROM docker.io/kyozo/other/api:1', '2:1 dockerfile_image'],
    ['COPY --from=kyozo/other/api / /', '2:6 dockerfile_image'],
    ['COPY --from="kyozo/other/api" / /', '2:6 dockerfile_image'],
    ['RUN --mount=from=kyozo/other/api,target=/x id', '2:5 dockerfile_image'],
    ['FROM localhost:5000/x', '2:1 dockerfile_image'],
    ['FROM 169.254.169.254/x', '2:1 dockerfile_image'],
    ['FROM NotAnImage::', '2:1 dockerfile_image'],
    ['HEALTCHECK CMD true', '2:1 dockerfile'],
    ['RUN \u00a0--mount=type=ssh id', '2:1 dockerfile'],
  ])('is refused: %j', (text, violation) => {
    expect(check(`FROM alpine\n${text}`)).toEqual([violation])
  })

  it.each([
    ['ARG O=other\nFROM kyozo/${O}/api', '2:1 dockerfile_image'],
    ['ARG O=other\nARG I=kyozo/$O/api\nFROM ${I:-alpine} AS x', '3:1 dockerfile_image'],
    ['ARG O\nFROM kyozo/shop${O}/api', '2:1 dockerfile_image'],
    ['ARG O=shop\nFROM kyozo/${O}/api', '2:1 dockerfile_image'],
  ])('by a variable is refused: %j', (text, violation) => {
    expect(check(text, { O: 'other' })).toEqual([violation])
  })

  it.each([
    ['behind two backslashes, which continue a line only for some', 'RUN true \\\\\nRUN --mount=type=ssh id', '3:5 dockerfile_mount'],
    ['behind what may be no here-document', 'RUN echo <<EOF\nRUN --mount=type=ssh id\nEOF', '3:5 dockerfile_mount'],
    ['as a cache that would not be rewritten', 'RUN true \\\\\nRUN --mount=type=cache,target=/x id', '3:5 dockerfile_mount'],
    ['under another escape character', 'RUN `\n --network=host id', '3:2 dockerfile_network'],
  ])('hidden %s is refused', (title, text, violation) => {
    const head = title.includes('escape') ? '# escape=`\nFROM alpine' : 'FROM alpine'
    const expected = title.includes('escape') ? violation.replace('3:', '4:') : violation
    expect(check(`${head}\n${text}`)).toEqual([expected])
  })

  it('is told all of it at once, with what to do', () => {
    const text = 'FROM kyozo/other/api\nRUN --mount=type=ssh --network=host id\nADD http://127.0.0.1 /x\n'
    const violations = checkDockerfile({ text, file: 'api/Dockerfile', workspace: 'shop', policy: 'trusted' })
    expect(violations.map(({ file, line, column, rule, message }) => `${file}:${line}:${column} ${message} (rule ${rule})`)).toEqual([
      'api/Dockerfile:1:1 `kyozo/other/api` belongs to another workspace; build from an image of a registry (rule dockerfile_image)',
      'api/Dockerfile:2:5 mounts of the type `ssh` are not available; take what the build needs from the repository or from a registry of packages (rule dockerfile_mount)',
      'api/Dockerfile:2:22 `--network=host` leaves the builder’s network; remove it (rule dockerfile_network)',
      'api/Dockerfile:3:1 ADD of `http://127.0.0.1` makes the builder fetch it; use COPY for files of the repository, or RUN with a checksum (rule dockerfile_add)',
    ])
  })

  it('and is very long is refused without being parsed', () => {
    expect(check(`FROM a\n${'RUN true\n'.repeat(20_000)}`)).toEqual(['1:1 dockerfile'])
  })
})

describe('whatever a Dockerfile holds', () => {
  it('checking it ends soon and never throws', () => {
    const pieces = fc.constantFrom(
      'FROM a',
      'RUN ',
      '--mount=',
      'type=ssh',
      ',',
      'COPY ',
      'ADD ',
      '--from=',
      '\\',
      '\n',
      ' ',
      '<<EOF',
      'EOF',
      '"',
      "'",
      '$A',
      '${A:-',
      '}',
      '# ',
      'syntax=',
      'ARG A=',
      'ONBUILD ',
      '[',
      ']',
      '`',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 150 }), (parts) => {
        const start = performance.now()
        check(`FROM a\n${parts.join('')}`)
        expect(performance.now() - start).toBeLessThan(500)
      }),
      { numRuns: 500 },
    )
  })
})
