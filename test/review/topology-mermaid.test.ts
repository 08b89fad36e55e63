// The flowchart of a review: who needs whom, before and after.
import { describe, expect, it } from 'vitest'
import type { ServiceChange, ServiceFacts } from '../../src/review/review.ts'
import { topologyMermaid } from '../../src/review/topology-mermaid.ts'
import { nodeService, reviewOf } from './sides.ts'

function facts(name: string, needs: readonly string[] = []): ServiceFacts {
  return {
    ...{ name, folder: name, type: 'nodejs', image: 'i', isBuilt: true, port: 1, machinePorts: [], mounts: [], replicas: 1 },
    ...{ memory: null, cpu: null, health: '', variables: [], confidence: 1 },
    links: needs.map((service) => ({ service, kind: 'requires' })),
  }
}

function change(kind: ServiceChange['kind'], before: ServiceFacts | null, after: ServiceFacts | null): ServiceChange {
  const name = (after ?? before)!.name
  return { name, kind, before, after, isRebuilt: false, cause: '', move: null, facts: [], files: [], replacement: null, evidence: [] }
}

it('shows what comes, goes and changes, and what needs what no more', () => {
  const api = nodeService('api', { dependencies: ['pg'] })
  const before = { ...api, ...nodeService('cron', { port: 3001 }) }
  const after = { ...nodeService('api', { dependencies: ['ioredis'] }), ...nodeService('web', { port: 3002, dependencies: ['ioredis'] }) }
  expect(topologyMermaid(reviewOf(before, after))).toMatchInlineSnapshot(`
    "flowchart LR
      n1["cron<br>removed"]:::removed
      n2[("postgres<br>removed")]:::removed
      n3["api<br>rebuilt"]:::changed
      n4[("redis<br>added")]:::added
      n5["web<br>added"]:::added
      n3 -.-> n4
      n3 -. gone .-> n2
      n5 -.-> n4
      classDef added fill:#dafbe1,stroke:#1a7f37,color:#0a3315
      classDef removed fill:#ffebe9,stroke:#cf222e,color:#6e0b14,stroke-dasharray:5 5
      classDef changed fill:#fff8c5,stroke:#9a6700,color:#4d2d00
      linkStyle 0 stroke:#1a7f37,stroke-width:2px
      linkStyle 1 stroke:#cf222e,stroke-dasharray:5 5"
  `)
})

it('of a first release has no colours', () => {
  expect(topologyMermaid(reviewOf(null, nodeService('api', { dependencies: ['pg'] })))).toMatchInlineSnapshot(`
    "flowchart LR
      n1["api"]
      n2[("postgres")]
      n1 -.-> n2"
  `)
})

it('shows a service under both of its names, and leads to it from those that needed the old one', () => {
  const move = { from: { name: 'api', folder: 'a' }, to: { name: 'backend', folder: 'b' }, files: null, keepsName: false, fix: '' }
  const services = [
    { ...change('moved', facts('api'), facts('backend')), move },
    change('rebuilt', facts('web', ['api']), facts('web', ['backend'])),
  ]
  expect(topologyMermaid({ services, isFirst: false }).split('\n').slice(1, 4)).toEqual([
    '  n1["api → backend<br>moved"]:::moved',
    '  n2["web<br>rebuilt"]:::changed',
    '  n2 --> n1',
  ])
})

describe('however a service is called', () => {
  it('its box is a number, and its name is letters or their codes', () => {
    const names = ['end', 'subgraph', '"];click n1 "x"', '```', '%%{init: {}}%%', '<script>', '#quot;', '1. a', 'a\u202eb', '`x`', '|x|']
    const services = names.map((name) => change('changed', facts(name), facts(name, ['graph["'])))
    for (const line of topologyMermaid({ services, isFirst: false }).split('\n').slice(1, -2))
      expect(line).toMatch(/^ {2}(n\d+(\["|\(\[")([\p{L}\p{N} _/→-]|#\d+;|<br>)+("\]|"\]\))(:::changed)?|n\d+ --> n\d+)$/u)
  })
})

it('shows sixty boxes at most, those that change first', () => {
  const quiet = Array.from({ length: 90 }, (_, at) => change('unchanged', facts(`q${at}`), facts(`q${at}`)))
  const busy = Array.from({ length: 10 }, (_, at) => change('changed', facts(`b${at}`), facts(`b${at}`, ['q89'])))
  const lines = topologyMermaid({ services: [...busy, ...quiet], isFirst: false }).split('\n')
  expect(lines.filter((line) => /^ {2}n\d+[[(]/.test(line))).toHaveLength(60)
  expect(lines.slice(1, 12).at(-1)).toBe('  n11["q89"]')
  expect(lines).toContain('  more["and 40 more"]')
})
