import { expect, it } from 'vitest'
import { filterOf } from '../../../src/cli/server/default-workspace.ts'

const server = 'https://kyozo.example:4400'

it.each([
  ['kyozo', 'https://me:token@kyozo.example:4400/git/shop.git', 'filter[name]=shop'],
  ['origin', 'https://kyozo.example:4400/git/shop', 'filter[name]=shop'],
  // The same kyozo under another of its names.
  ['kyozo', 'http://127.0.0.1:4400/git/shop.git/', 'filter[name]=shop'],
  ['origin', 'https://github.com/mona/shop.git', 'filter[repository_name]=mona%2Fshop'],
  ['origin', 'git@github.com:mona/shop.git', 'filter[repository_name]=mona%2Fshop'],
  ['origin', 'ssh://git@github.com:22/mona/shop', 'filter[repository_name]=mona%2Fshop'],
  ['origin', 'https://gitlab.example/group/part/shop.git', 'filter[repository_name]=group%2Fpart%2Fshop'],
  ['origin', '/srv/shop.git', undefined],
  ['origin', '../shop', undefined],
])('the remote %s at %s is looked for as %s', (name, url, filter) => {
  expect(filterOf(server, { name, url })).toBe(filter)
})
