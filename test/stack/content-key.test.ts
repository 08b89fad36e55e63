import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dockerfileBuildInput } from '../../src/stack/build-input.ts'
import { configHash } from '../../src/stack/config-hash.ts'
import { contentKey } from '../../src/stack/content-key.ts'
import { startsUnprivileged } from '../../src/stack/dockerfile.ts'
import { type Files, sourceTree } from './support.ts'

interface Build {
  readonly files: Files
  readonly context?: string
  readonly dockerfile?: string
  readonly globs?: readonly string[]
}

function filesOf({ files, context = '.', dockerfile = 'Dockerfile', globs = [] }: Build): readonly string[] {
  return dockerfileBuildInput(sourceTree(files), {
    service: 'web',
    spec: { kind: 'dockerfile', dockerfile, context },
    ignore: { folder: context, globs },
  }).files
}

const repository: Files = {
  'a.txt': 'a',
  'api/main.go': 'm',
  'api/lib/x.go': 'x',
  'apis/other.go': 'o',
  'docs/d.md': 'd',
  'go.mod': 'g',
  'go.sum': 's',
}
const everything = ['Dockerfile', ...Object.keys(repository)].sort()

describe('a build by a Dockerfile at the root', () => {
  it.each<[string, readonly string[]]>([
    ['COPY . .', everything],
    ['COPY ./ /src', everything],
    ['COPY / /src', everything],
    ['COPY api /src', ['api/lib/x.go', 'api/main.go']],
    ['COPY ./api/ /src/', ['api/lib/x.go', 'api/main.go']],
    ['COPY /api /src', ['api/lib/x.go', 'api/main.go']],
    ['COPY ../../api /src', ['api/lib/x.go', 'api/main.go']],
    ['COPY go.* api/*.go /src/', ['api/main.go', 'go.mod', 'go.sum']],
    ['COPY api? /src', ['apis/other.go']],
    ['COPY ["go.mod", "a.txt", "/src/"]', ['a.txt', 'go.mod']],
    ['COPY go.mod \\\n  go.sum \\\n  # a comment\n  /src/', ['go.mod', 'go.sum']],
    ['COPY --chown=1:1 --chmod=644 go.mod /src', ['go.mod']],
    ['COPY --from=build /out /out', []],
    ['ADD https://example.com/x.tgz /x\nCOPY a.txt /', ['a.txt']],
    ['RUN --mount=type=cache,target=/c --mount=type=bind,source=api,target=/src make', ['api/lib/x.go', 'api/main.go']],
    ['RUN --mount=type=bind,from=build,target=/src make', []],
    ['RUN --mount=target=/src make', everything],
    ['RUN --mount=type=bind,target=/src make', everything],
    ['COPY $DIR /src', everything],
    ['COPY ${DIR:-api} /src', everything],
    ['COPY "a b" /src', everything],
    ['COPY [ab].txt /src', everything],
    ['COPY **/x.go /src', everything],
    ['COPY <<EOF /x\nCOPY a.txt\nEOF', everything],
    ['ONBUILD COPY . .', everything],
  ])('%j sends only what it copies, where that is certain', (instruction, expected) => {
    expect(filesOf({ files: { ...repository, Dockerfile: `FROM scratch\n${instruction}\n` } })).toEqual(expected)
  })

  it('sends everything when what it copies is reached through a link', () => {
    const files = { ...repository, Dockerfile: 'FROM scratch\nCOPY src/lib /lib\n', src: '-> api' }
    expect(filesOf({ files })).toEqual([...everything, 'src'])
  })

  it('sends a link inside a folder that it copies as a link', () => {
    expect(filesOf({ files: { ...repository, Dockerfile: 'FROM scratch\nCOPY api /api\n', 'api/link': '-> main.go' } })).toEqual([
      'api/lib/x.go',
      'api/link',
      'api/main.go',
    ])
  })

  it('sends everything for a base image that copies the context by itself', () => {
    expect(filesOf({ files: { ...repository, Dockerfile: 'FROM node:20-onbuild\n' } })).toEqual(everything)
  })

  it('answers at once for a pattern that was made to be slow', () => {
    const files = { [`${'a'.repeat(250)}`]: '', Dockerfile: `FROM scratch\nCOPY ${'*a'.repeat(100)}b /x\n` }
    expect(filesOf({ files })).toHaveLength(2)
  })
})

describe('.dockerignore', () => {
  const all = 'FROM scratch\nCOPY . .\n'

  it('leaves files out by the rules of Docker, the last match deciding', () => {
    const files = {
      ...repository,
      Dockerfile: all,
      '.dockerignore': '# comment\n*.txt\n**/*.go\n!api/lib\ndocs/\n/go.sum\n.dockerignore\nDockerfile\n',
    }
    expect(filesOf({ files })).toEqual(['api/lib/x.go', 'go.mod'])
  })

  it('is case sensitive', () => {
    expect(filesOf({ files: { 'A.txt': '', 'b.txt': '', Dockerfile: all, '.dockerignore': 'a.txt\nB.TXT\n' } })).toEqual([
      '.dockerignore',
      'A.txt',
      'Dockerfile',
      'b.txt',
    ])
  })

  it('beside the Dockerfile wins over that of the context', () => {
    const files = { 'x/a': '', 'x/b': '', 'x/.dockerignore': 'a', 'x/Dockerfile': all, 'x/Dockerfile.dockerignore': 'b' }
    expect(filesOf({ files, context: 'x', dockerfile: 'x/Dockerfile' })).toEqual([
      'x/.dockerignore',
      'x/Dockerfile',
      'x/Dockerfile.dockerignore',
      'x/a',
    ])
  })

  it('and the globs of kyozo.yaml add up', () => {
    const files = { 'x (1)/a.md': '', 'x (1)/docs/b.md': '', 'x (1)/c.js': '', 'x (1)/.dockerignore': '*', 'x (1)/Dockerfile': all }
    expect(
      filesOf({ files: { ...files, 'x (1)/.dockerignore': 'c.js' }, context: 'x (1)', dockerfile: 'x (1)/Dockerfile', globs: ['**/*.md'] }),
    ).toEqual(['x (1)/.dockerignore', 'x (1)/Dockerfile'])
  })
})

describe('a content key', () => {
  const tree = sourceTree({ 'x/a': 'a', 'x/b': '#! b', 'y/a': 'a', 'y/b': '#! b', 'z/a': 'a', 'z/b': 'b' })
  const build = { context: 'x', files: ['x/a', 'x/b'], dockerfile: 'FROM scratch\n', args: { A: '1', B: '2' } }

  it('is 24 hexadecimal digits that stay the same from version to version', () => {
    expect(contentKey(build, tree)).toMatchInlineSnapshot(`"57d886c4da97f013d0e01371"`)
  })

  it('does not depend on where the context lies, nor on the order of files and arguments', () => {
    const moved = { ...build, context: 'y', files: ['y/b', 'y/a'], args: { B: '2', A: '1' } }
    expect(contentKey(moved, tree)).toBe(contentKey(build, tree))
  })

  it('depends on each file, its mode, the Dockerfile, the target and the arguments', () => {
    const others = [
      { ...build, files: ['x/a'] },
      { ...build, context: 'z', files: ['z/a', 'z/b'] },
      { ...build, dockerfile: 'FROM scratch\n\n' },
      { ...build, target: 'x' },
      { ...build, args: { A: '1' } },
      { ...build, args: { A: '2', B: '1' } },
    ]
    const keys = [build, ...others].map((input) => contentKey(input, tree))
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('a config hash', () => {
  it('does not depend on the order of keys, on labels, on the way the image is made, or on the number of copies', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.string()),
        fc.nat(),
        (definition, labels, replicas) => {
          const { labels: _, build: __, depends_on: ___, scale: ____, deploy: _____, ...kept } = definition
          const shuffled = Object.fromEntries(Object.entries(kept).reverse())
          const hash = (value: Record<string, unknown>) => configHash({ definition: value, image: 'i', secretVersions: {} })
          expect(hash({ labels, build: { context: '.' }, deploy: { replicas, resources: {} }, ...shuffled })).toBe(
            hash({ ...kept, deploy: { resources: {} } }),
          )
        },
      ),
    )
  })

  it('carries its version and depends on the image, the settings and the secrets', () => {
    const base = { definition: { user: '1' }, image: 'i', secretVersions: { S: '1' } }
    const hashes = [base, { ...base, definition: { user: '2' } }, { ...base, image: 'j' }, { ...base, secretVersions: { S: '2' } }].map(
      configHash,
    )
    expect(new Set(hashes).size).toBe(4)
    expect(configHash(base)).toMatchInlineSnapshot(`"v1:10a3601d65877e827da0fdfafb511dd2"`)
  })
})

describe('the user of a Dockerfile', () => {
  it.each([
    ['FROM a\nUSER app', true],
    ['FROM a\nUSER 1000:1000', true],
    ['FROM a AS base\nUSER app\nFROM base AS last\nRUN x', true],
    ['FROM a\nUSER app\nFROM b', false],
    ['FROM a\nUSER app\nUSER root', false],
    ['FROM a\nUSER 0', false],
    ['FROM a\nUSER $WHO', false],
    ['FROM a', false],
    ['FROM a AS a\nRUN x', false],
    ['', false],
  ])('%j is unprivileged: %s', (dockerfile, expected) => {
    expect(startsUnprivileged(dockerfile)).toBe(expected)
  })
})
