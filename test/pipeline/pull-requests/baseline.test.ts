// Whether a preview may be served from the environment of its base branch, and what is said where it may not.
import { expect, it } from 'vitest'
import type { Kyozo } from '../../../src/pipeline/kyozo.ts'
import { saySharing, sharedGround } from '../../../src/pipeline/pull-requests/baseline.ts'
import type { PreviewGround } from '../../../src/pipeline/pull-requests/ground.ts'
import { previewRules } from '../../../src/topology/declaration/preview-rules.ts'
import { environment, service, stack, workspace } from '../facts.ts'

const attempt = { workspace: workspace() }
/** Nothing is asked of it. */
const untouched = {} as Kyozo

function groundOf(trust: PreviewGround['trust'], share: 'none' | 'baseline') {
  return {
    trust,
    rules: previewRules({ previews: { share } }),
    pullRequest: { baseRef: 'refs/heads/main' } as PreviewGround['pullRequest'],
  }
}

it('nothing is shared with a branch of the team’s own, nor where kyozo.yaml does not say so', async () => {
  expect(await sharedGround(attempt, untouched, { ground: undefined, branch: environment() })).toBeUndefined()
  expect(await sharedGround(attempt, untouched, { ground: groundOf('preview', 'none'), branch: environment() })).toBeUndefined()
})

it('what comes from a fork is never served from production, and is told so', async () => {
  const shared = await sharedGround(attempt, untouched, { ground: groundOf('fork', 'baseline'), branch: environment() })
  expect(shared).toEqual({ notShared: 'what comes from a fork reaches nothing beyond its own preview' })
  expect(said({ ...stack(service('api')), ...shared })).toEqual([
    'All of it is run, although kyozo.yaml says previews.share: baseline: what comes from a fork reaches nothing beyond its own preview',
  ])
})

it('where nothing runs of the base branch, all of it is run', async () => {
  const ground = groundOf('preview', 'baseline')
  expect(await sharedGround(attempt, untouched, { ground, branch: undefined })).toEqual({ notShared: 'no environment runs main' })
  expect(await sharedGround(attempt, untouched, { ground, branch: environment({ name: 'staging' }) })).toEqual({
    notShared: 'nothing is live in staging',
  })
})

it('the log says of each service why it is run, served from elsewhere, or neither', () => {
  const services = [
    { name: 'web', kind: 'run', because: 'it is not what production runs' },
    { name: 'api', kind: 'shared', because: 'it is what production runs' },
    { name: 'db', kind: 'left_out', because: 'nothing in this preview uses it' },
  ] as const
  expect(said({ ...stack(), sharing: { environment: 'production', project: 'kyozo-shop-production', services } })).toEqual([
    '  web is run: it is not what production runs',
    '  api is served from production: it is what production runs',
    '  db is not run: nothing in this preview uses it',
  ])
  expect(said(stack())).toEqual([])
})

function said(spec: Parameters<typeof saySharing>[1]): readonly string[] {
  const lines: string[] = []
  saySharing({ say: (text) => lines.push(text) }, spec)
  return lines
}
