// What kyozo.yaml says of a service and only a stack can obey, or refuse: its command, its template, and values that its template never reads.
import type { SourceTree } from '../git/source-tree.ts'
import { readDeclaration } from '../topology/declaration/declaration.ts'
import { nearestWord } from '../topology/nearest.ts'
import type { ServiceSpec } from '../topology/topology.ts'
import { argumentList } from './command-words.ts'
import { variablesRead } from './dockerfile-text.ts'
import type { Template } from './template.ts'

/** The command that takes the place of the image's own, as `command` does in a compose file. */
export function declaredCommand({ declared, start }: ServiceSpec): readonly string[] | undefined {
  const { start: said, processes } = declared?.says ?? {}
  if (typeof said === 'object') return said
  const isSaid =
    said === undefined ? typeof processes === 'object' && processes.web !== undefined && processes.web !== 'none' : said !== 'none'
  return isSaid && start !== undefined ? argumentList(start) : undefined
}

/** A template that there is none of, where kyozo.yaml names it. */
export function refuseTemplate({ declared, name }: ServiceSpec, templates: readonly Template[], tree: SourceTree): void {
  const asked = declared?.says.build?.template
  if (declared === undefined || asked === undefined) return
  const names = templates.map((template) => template.name).sort()
  const near = nearestWord(asked, names)
  const fix = near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`
  refuse({ declared, name }, { tree, keys: ['build', 'template'], problem: `there is no template ${asked}; ${fix}` })
}

/** Keys of kyozo.yaml, and what a template calls them. */
const readAs = [
  { keys: ['start'], variable: 'start' },
  { keys: ['install'], variable: 'install' },
  { keys: ['build', 'command'], variable: 'build' },
  { keys: ['version'], variable: 'version' },
] as const

/** Said, and not obeyed: worse than an error. */
export function refuseUnread({ declared, name }: ServiceSpec, template: Template, tree: SourceTree): void {
  if (declared === undefined) return
  const { start, install, build, version } = declared.says
  const said: Readonly<Record<(typeof readAs)[number]['variable'], unknown>> = { start, install, build: build?.command, version }
  if (Object.values(said).every((value) => value === undefined)) return
  const reads = variablesRead(template)
  for (const { keys, variable } of readAs) {
    if (said[variable] === undefined || said[variable] === 'none' || reads.has(variable)) continue
    const problem = `the template ${template.name} has no use for it; add a Dockerfile to the folder, or remove the line`
    refuse({ declared, name }, { tree, keys, problem })
  }
}

interface Refused {
  readonly tree: SourceTree
  readonly keys: readonly string[]
  readonly problem: string
}

function refuse({ declared, name }: Pick<ServiceSpec, 'declared' | 'name'>, { tree, keys, problem }: Refused): void {
  const key = declared?.key ?? name
  readDeclaration(tree).refuse(['services', key, ...keys], `services.${key}.${keys.join('.')}: ${problem}`)
}
