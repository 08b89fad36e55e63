// What is kept of an analysis: a detection for the whole repository and for each folder that is a service, and the files that told.
import { expect, it } from 'vitest'
import { analyze } from '../../src/topology/analyze.ts'
import { detectionsOf, indicatorFiles } from '../../src/topology/report/detections.ts'
import { sourceTree } from '../support/source-tree.ts'

const files = {
  'api/package.json': JSON.stringify({
    name: 'api',
    scripts: { start: 'node server.js' },
    dependencies: { express: '5.0.0', pg: '8.0.0' },
  }),
  'api/server.js': "require('express')().listen(3000)\n",
  'web/Dockerfile': 'FROM busybox\nENV ADMIN_PASSWORD=correct-horse-battery\nEXPOSE 8080\nCMD ["httpd", "-f", "-p", "8080"]\n',
}

it('an analysis is kept as one detection for the repository and one for each folder', () => {
  const found = detectionsOf(analyze(sourceTree(files), { rootName: 'shop' }))
  expect(
    found.map(({ folderPath, deploymentStrategy, confidenceScores }) => [folderPath, deploymentStrategy, Object.keys(confidenceScores)]),
  ).toEqual([
    ['.', 'custom', ['api', 'web']],
    ['api', 'single_service', ['api']],
    ['web', 'single_service', ['web']],
  ])
  for (const { confidenceScore } of found) expect(confidenceScore).toBeGreaterThan(0)
  expect(found[1]!.dependencyMap).toEqual({ api: [{ service: 'postgres', kind: 'optional' }] })
  expect(found[1]!.serviceGraph).toMatchObject({ edges: [{ from: 'api', to: 'postgres', kind: 'optional' }], start_order: ['api'] })
  expect(JSON.stringify(found)).not.toContain('correct-horse-battery')
})

it('the same folder is told apart from a changed one by its hash, whatever else the commit holds', () => {
  const hashes = (more: Readonly<Record<string, string>>) =>
    new Map(detectionsOf(analyze(sourceTree({ ...files, ...more }))).map(({ folderPath, contentHash }) => [folderPath, contentHash]))
  const [before, same, changed] = [
    hashes({}),
    hashes({ 'README.md': 'hello' }),
    hashes({ 'web/Dockerfile': 'FROM busybox\nEXPOSE 9090\nCMD ["httpd", "-f", "-p", "9090"]\n' }),
  ]
  expect(same).toEqual(before)
  expect([changed.get('api') === before.get('api'), changed.get('web') === before.get('web')]).toEqual([true, false])
})

it('the files that told are kept with what they told', () => {
  const found = indicatorFiles(analyze(sourceTree(files)))
  expect(found.find(({ path }) => path === 'web/Dockerfile')).toMatchObject({ services: ['web'], technologies: ['containerized'] })
  expect(found.find(({ path }) => path === 'api/package.json')?.technologies).toEqual(expect.arrayContaining(['express', 'nodejs']))
})

it('a repository without a service is kept too', () => {
  expect(detectionsOf(analyze(sourceTree({ 'README.md': 'hello' })))).toMatchObject([
    { folderPath: '.', confidenceScore: 0, recommendedServices: [] },
  ])
})
