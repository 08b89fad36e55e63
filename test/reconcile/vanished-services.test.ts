import { describe, expect, it } from 'vitest'
import { type VanishInput, vanishedServices } from '../../src/reconcile/vanished-services.ts'
import { specifyStack } from '../../src/stack/specify.ts'
import { shopInput } from '../stack/shop.ts'

const spec = specifyStack(shopInput())
const diff = { base: 'b', added: [], modified: [], removed: [], renamed: [] }
const mailer = { name: 'mailer', folder: 'services/mailer' }

function messages(parts: Partial<VanishInput>): readonly string[] {
  return vanishedServices({ spec, previous: [mailer], hasFolder: () => true, diff, ...parts }).map((error) => error.message)
}

describe('a service that runs and is not in the new stack', () => {
  it('is missed when its folder is still there, and the edit that hid it is named', () => {
    const [error] = vanishedServices({
      spec,
      previous: [mailer],
      hasFolder: () => true,
      diff: { ...diff, modified: ['docs/a.md', 'services/mailer/main.go'] },
    })
    expect(error).toMatchObject({
      code: 'service_vanished',
      service: 'mailer',
      message: 'mailer runs from services/mailer, which no longer looks like one since services/mailer/main.go changed',
      hint: expect.stringContaining('ignore: [services/mailer]'),
    })
    expect(messages({})).toEqual(['mailer runs from services/mailer, which no longer looks like a service'])
  })

  it('may go with its folder', () => {
    expect(messages({ hasFolder: () => false })).toEqual([])
  })

  it('may go when its folder holds another service now, or when it has none, as a database', () => {
    expect(messages({ previous: [{ name: 'old-api', folder: spec.services.find(({ name }) => name === 'api')!.folder! }] })).toEqual([])
    expect(messages({ previous: [{ name: 'redis' }] })).toEqual([])
  })

  it.each(['kyozo.yaml', 'compose.yaml', 'deploy/docker-compose.prod.yml'])('may go by a change of %s, which is a decision', (path) => {
    expect(messages({ diff: { ...diff, modified: [path] } })).toEqual([])
  })

  it('is not excused by a file that only sounds like one', () => {
    expect(messages({ diff: { ...diff, modified: ['services/mailer/mykyozo.yaml', 'compose.yaml.md'] } })).toHaveLength(1)
  })

  it('is none when it is still in the stack', () => {
    expect(messages({ previous: spec.services })).toEqual([])
  })
})
