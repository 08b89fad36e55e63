// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of the files under test.
import { describe, expect, it } from 'vitest'
import { assertDockerfilesAllowed } from '../../../src/topology/dockerfile/assert-allowed.ts'

const api = { name: 'api', build: { dockerfile: 'FROM alpine\nRUN --network=host id', args: { TOKEN: 'hunter2' } } }

describe('a stack with Dockerfiles', () => {
  it('is refused with every line that may not be built', () => {
    const worker = { name: 'worker', build: { dockerfile: 'FROM kyozo/other/x', args: {} } }
    expect(() => assertDockerfilesAllowed({ services: [api, worker, { name: 'db' }] }, { workspace: 'shop' })).toThrow(
      expect.objectContaining({
        code: 'dockerfile_refused',
        message: [
          'the stack may not be built as it is:',
          'the Dockerfile of api:2:5 `--network=host` leaves the builder’s network; remove it (rule dockerfile_network)',
          'the Dockerfile of worker:1:1 `kyozo/other/x` belongs to another workspace; build from an image of a registry (rule dockerfile_image)',
        ].join('\n'),
      }),
    )
  })

  it('is built when nothing in them is forbidden', () => {
    expect(() =>
      assertDockerfilesAllowed({ services: [{ name: 'api', build: { dockerfile: 'FROM kyozo/shop/x' } }] }, { workspace: 'shop' }),
    ).not.toThrow()
  })

  it('is refused without the values of its build arguments', () => {
    const build = { dockerfile: 'FROM alpine\nARG TOKEN\nADD http://${TOKEN}@x /y\nRUN --network=hunter2 id', args: { TOKEN: 'hunter2' } }
    expect(() => assertDockerfilesAllowed({ services: [{ name: 'api', build }] }, { workspace: 'shop' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    )
  })
})
