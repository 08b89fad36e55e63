import { describe, expect, test } from 'vitest'
import { reportTopology } from '../../src/topology/report/document.ts'
import { formats } from '../../src/topology/report/formats.ts'
import { reportSchema } from '../../src/topology/report/schema.ts'
import { printTable } from '../../src/topology/report/table.ts'
import type { MemoryFiles } from '../support/source-tree.ts'
import { analyzeFiles, json } from './summary.ts'

const files = {
  'services/api/package.json': json({ name: 'api', scripts: { start: 'node s.js' }, dependencies: { express: '5', pg: '8' } }),
  'services/api/s.js': "import pg from 'pg'\napp.listen(3000)",
  'web/index.html': '',
  'docs/index.md': '',
}

describe('a report', () => {
  test('for programs has exactly the keys of the contract', () => {
    const topology = analyzeFiles(files)
    const report = reportTopology(topology, { revision: { sha: 'abc', tree: 'def' }, files: 4, durationMs: 1.6 })
    expect(report).toEqual({ schemaVersion: 1, revision: { sha: 'abc', tree: 'def' }, files: 4, durationMs: 2, ...topology })
    expect(Object.keys(report).slice(0, 6)).toEqual(['schemaVersion', 'revision', 'files', 'durationMs', 'strategy', 'services'])
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  test('for people fits one screen', () => {
    expect(printTable(analyzeFiles(files))).toMatchInlineSnapshot(`
      "strategy: custom

      name  path          type            port  build     depends on  sure  because
      api   services/api  nodejs/express  3000  template  postgres    91%   listens: .listen( (services/api/s.js:2)
      web   web           static_site     8080  template  -           60%   index.html (web/index.html:1)

      Backing services:
        postgres: pg in dependencies (services/api/package.json:8)

      Not services:
        docs: docs

      Recommendations:
        services/api/package.json has no lockfile, so two builds of the same commit can install different versions. Run \`npm install\` in services/api and commit the lockfile. (services/api/package.json:4)
        api answers on port 3000 but no health endpoint was found, so only the open port is checked. Answer GET /healthz with 200 once the service can work, or name a path under \`health\` in kyozo.yaml. (services/api/s.js:2)
      "
    `)
  })

  test('of nothing says so', () => {
    expect(printTable(analyzeFiles({}))).toBe(
      'strategy: custom\n\nNo folder is a service; one folder was looked at.\n\nWhat would help:\n  The commit holds no files.\n',
    )
  })

  test.each<MemoryFiles>([
    files,
    {},
    { 'compose.yaml': 'services:\n  db:\n    image: postgres:17\n  web:\n    build: web\n', 'web/Dockerfile': 'FROM nginx' },
  ])('has the shape that kyozo schema prints (%#)', (repository) => {
    const report = reportTopology(analyzeFiles(repository), { revision: { sha: null, tree: 'def' }, files: 4, durationMs: 1 })
    expect(reportSchema.parse(report)).toEqual(report)
  })

  test('as a tree shows each folder with what it is', () => {
    expect(formats.tree(analyzeFiles(files))).toMatchInlineSnapshot(`
      ".
      ├─ docs      docs: named like documentation (docs)
      ├─ services
      │  └─ api    nodejs/express :3000 → postgres (91% sure)
      └─ web       static_site :8080 (60% sure)
      "
    `)
  })

  test('as a graph shows who depends on whom, whatever the names hold', () => {
    expect(formats.mermaid(analyzeFiles(files))).toMatchInlineSnapshot(`
      "flowchart LR
        n1["api<br>nodejs/express :3000"]
        n2["web<br>static_site :8080"]
        n3[("postgres")]
        n1 --> n3
      "
    `)
    expect(formats.dot(analyzeFiles(files))).toMatchInlineSnapshot(`
      "digraph topology {
        rankdir=LR;
        n1 [label="api\\nnodejs/express :3000", shape=box];
        n2 [label="web\\nstatic_site :8080", shape=box];
        n3 [label="postgres", shape=cylinder];
        n1 -> n3;
      }
      "
    `)
  })

  test('shows no secret that the repository states, by name, in an address or in a command', () => {
    const environment = 'API_TOKEN: t0ken-99, DATABASE_URL: "postgres://shop:pa55word@db/shop", NOTE: "say t0ken-99", LEVEL: info'
    const topology = analyzeFiles({
      'compose.yaml': `services:\n  web: {build: ./web, environment: {${environment}}, command: serve --token t0ken-99}\n`,
      'web/Dockerfile': 'FROM alpine\n',
    })
    const report = reportTopology(topology, { revision: { sha: null, tree: '' }, files: 2, durationMs: 0 })
    const web = report.services.find(({ name }) => name === 'web')
    expect({ start: web?.start, environment: web?.environment }).toEqual({
      start: 'serve --token ***',
      environment: [
        { name: 'API_TOKEN', required: false, value: '***' },
        { name: 'DATABASE_URL', required: false, value: 'postgres://shop:***@db/shop' },
        { name: 'LEVEL', required: false, value: 'info' },
        { name: 'NOTE', required: false, value: 'say ***' },
      ],
    })
  })
})
