// Who depends on whom, for Mermaid (which GitHub draws in a comment) and for Graphviz.
import { printable } from '../paths.ts'
import type { Topology } from '../topology.ts'
import { kindWords } from './words.ts'

interface Graph {
  readonly nodes: readonly { readonly id: string; readonly label: readonly string[]; readonly shape: 'service' | 'backing' | 'stack' }[]
  readonly edges: readonly { readonly from: string; readonly to: string; readonly isFirm: boolean }[]
}

export function printMermaid(topology: Topology): string {
  const { nodes, edges } = graphOf(topology)
  const shapes = { service: ['["', '"]'], backing: ['[("', '")]'], stack: ['{{"', '"}}'] } as const
  const lines = [
    ...nodes.map(({ id, label, shape }) => `  ${id}${shapes[shape][0]}${label.map(mermaidText).join('<br>')}${shapes[shape][1]}`),
    ...edges.map(({ from, to, isFirm }) => `  ${from} ${isFirm ? '-->' : '-.->'} ${to}`),
  ]
  return `${['flowchart LR', ...lines].join('\n')}\n`
}

export function printDot(topology: Topology): string {
  const { nodes, edges } = graphOf(topology)
  const shapes = { service: 'box', backing: 'cylinder', stack: 'folder' } as const
  const lines = [
    ...nodes.map(({ id, label, shape }) => `  ${id} [label="${label.map(dotText).join('\\n')}", shape=${shapes[shape]}];`),
    ...edges.map(({ from, to, isFirm }) => `  ${from} -> ${to}${isFirm ? '' : ' [style=dashed]'};`),
  ]
  return `${['digraph topology {', '  rankdir=LR;', ...lines, '}'].join('\n')}\n`
}

/** Ids are numbered, so that no name has to be one. */
function graphOf({ services, backing }: Topology): Graph {
  const ids = new Map([...services, ...backing].map(({ name }, index) => [name, `n${index + 1}`]))
  const idOf = (name: string) => ids.get(name)
  return {
    nodes: [
      ...services.map((service) => ({
        id: idOf(service.name) ?? '',
        label: [service.name, `${kindWords(service)}${service.port === undefined ? '' : ` :${service.port}`}`],
        shape: service.type === 'compose_stack' || service.type === 'kubernetes' ? ('stack' as const) : ('service' as const),
      })),
      ...backing.map(({ name, kind }) => ({
        id: idOf(name) ?? '',
        label: name === kind ? [name] : [name, kind],
        shape: 'backing' as const,
      })),
    ],
    edges: services.flatMap(({ name, dependsOn }) =>
      dependsOn.flatMap(({ service, kind }) => {
        const [from, to] = [idOf(name), idOf(service)]
        return from === undefined || to === undefined ? [] : [{ from, to, isFirm: kind === 'requires' }]
      }),
    ),
  }
}

/** Mermaid reads quotes, `#…;` and markup inside a label. */
function mermaidText(text: string): string {
  return printable(text).replace(/[^\w ./:@+-]/g, (char) => `#${char.codePointAt(0)};`)
}

function dotText(text: string): string {
  return printable(text).replace(/[\\"]/g, (char) => `\\${char}`)
}
