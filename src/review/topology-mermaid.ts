// Who needs whom before and after, as a flowchart that GitHub, GitLab and Gitea draw.
import { plain } from './escape.ts'
import type { ChangeKind, Review, ServiceChange } from './review.ts'
import { changeWord } from './sentences.ts'

/** More boxes show nothing any more. */
const nodesShown = 60
/** Far below the 500 at which Mermaid draws nothing. */
const edgesShown = 200

/** Without a line feed at its end. Names are labels only: what refers to a box is its number. */
export function topologyMermaid({ services, isFirst }: Pick<Review, 'services' | 'isFirst'>): string {
  const edges = edgesOf(services)
  const shown = chosen(services, edges)
  const ids = new Map([...shown].map((name, at) => [name, `n${at + 1}`]))
  const links = edges.filter(({ from, to }) => ids.has(from) && ids.has(to)).slice(0, edgesShown)
  const named = new Map(services.map((service) => [service.name, service]))
  const left = namesOf(services, edges).length - shown.length
  const styled = links.flatMap(({ was }, at) => (was === 'same' ? [] : [{ was, at }]))
  return [
    'flowchart LR',
    ...shown.map((name) => `  ${ids.get(name)}${box(name, named.get(name), isFirst)}`),
    ...links.map((edge) => `  ${ids.get(edge.from)} ${arrow(edge)} ${ids.get(edge.to)}`),
    ...(left > 0 ? [`  more["and ${left} more"]`] : []),
    ...(isFirst ? [] : [...classLines(services), ...styles(styled)]),
  ].join('\n')
}

interface Edge {
  readonly from: string
  readonly to: string
  readonly isFirm: boolean
  readonly was: 'same' | 'added' | 'removed'
}

/** Those that nobody has any more among them. A service that was called otherwise is one box, by its new name. */
function edgesOf(services: readonly ServiceChange[]): readonly Edge[] {
  const nameNow = new Map(services.flatMap(({ name, move }) => (move === null ? [] : [[move.from.name, name] as const])))
  return services.flatMap(({ name, before, after }) => {
    const old = (before?.links ?? []).map((link) => ({ ...link, service: nameNow.get(link.service) ?? link.service }))
    const young = after?.links ?? []
    const isIn = (links: typeof old, service: string) => links.some((link) => link.service === service)
    return [
      ...young.map(
        ({ service, kind }): Edge => ({
          ...{ from: name, to: service, isFirm: kind === 'requires' },
          was: before === null || isIn(old, service) ? 'same' : 'added',
        }),
      ),
      ...old
        .filter(({ service }) => !isIn([...young], service))
        .map(({ service, kind }): Edge => ({ from: name, to: service, isFirm: kind === 'requires', was: 'removed' })),
    ]
  })
}

/** Services, and what they need that is none of them. */
function namesOf(services: readonly ServiceChange[], edges: readonly Edge[]): readonly string[] {
  return [...new Set([...services.map(({ name }) => name), ...edges.flatMap(({ from, to }) => [from, to])])]
}

/** What changes, then what stands beside it, then the rest. */
function chosen(services: readonly ServiceChange[], edges: readonly Edge[]): readonly string[] {
  const changed = services.filter(({ kind }) => kind !== 'unchanged').map(({ name }) => name)
  const isChanged = new Set(changed)
  const beside = edges.flatMap(({ from, to }) => (isChanged.has(from) || isChanged.has(to) ? [from, to] : []))
  return [...new Set([...changed, ...beside, ...namesOf(services, edges)])].slice(0, nodesShown)
}

function box(name: string, service: ServiceChange | undefined, isFirst: boolean): string {
  // What no service is, somebody else runs.
  if (service === undefined) return `(["${label([name, 'not run by kyozo'])}"])`
  const { move, kind } = service
  const isRenamed = move !== null && !move.keepsName
  const title = isRenamed ? `${move.from.name} → ${name}` : name
  const lines = kind === 'unchanged' || isFirst ? [title] : [title, changeWord(service)]
  const [start, end] = (service.after ?? service.before)?.type === 'backing' ? ['[("', '")]'] : ['["', '"]']
  const style = isFirst ? undefined : classOf[kind]
  return `${start}${label(lines)}${end}${style === undefined ? '' : `:::${style}`}`
}

/** Mermaid reads quotes, `#…;`, markup and lists inside a label. */
function label(lines: readonly string[]): string {
  return lines.map((line) => plain(line, 80).replace(/[^\p{L}\p{N} _/→-]/gu, (char) => `#${char.codePointAt(0)};`)).join('<br>')
}

function arrow({ isFirm, was }: Edge): string {
  if (was === 'removed') return '-. gone .->'
  return isFirm ? '-->' : '-.->'
}

/** Readable on a light page and on a dark one. */
const classes = {
  added: 'fill:#dafbe1,stroke:#1a7f37,color:#0a3315',
  removed: 'fill:#ffebe9,stroke:#cf222e,color:#6e0b14,stroke-dasharray:5 5',
  moved: 'fill:#ddf4ff,stroke:#0969da,color:#0a3069',
  changed: 'fill:#fff8c5,stroke:#9a6700,color:#4d2d00',
} as const

const classOf: Readonly<Record<ChangeKind, keyof typeof classes | undefined>> = {
  added: 'added',
  removed: 'removed',
  moved: 'moved',
  rebuilt: 'changed',
  changed: 'changed',
  unchanged: undefined,
}

/** Those that a box has. */
function classLines(services: readonly ServiceChange[]): readonly string[] {
  const used = new Set(services.map(({ kind }) => classOf[kind]))
  return Object.entries(classes).flatMap(([name, style]) => (used.has(name as keyof typeof classes) ? [`  classDef ${name} ${style}`] : []))
}

function styles(links: readonly { readonly was: Edge['was']; readonly at: number }[]): readonly string[] {
  const numbers = (was: Edge['was']) => links.filter((link) => link.was === was).map(({ at }) => at)
  const [added, removed] = [numbers('added'), numbers('removed')]
  return [
    ...(added.length === 0 ? [] : [`  linkStyle ${added.join(',')} stroke:#1a7f37,stroke-width:2px`]),
    ...(removed.length === 0 ? [] : [`  linkStyle ${removed.join(',')} stroke:#cf222e,stroke-dasharray:5 5`]),
  ]
}
