// What each key of a declaration allows by itself and no service can do together: one of two would be passed over in silence.
import { toLabel } from '../naming.ts'
import type { KeyPath } from './problems.ts'
import type { Declaration, DeclaredService } from './schema.ts'

export interface Contradiction {
  readonly path: KeyPath
  readonly message: string
}

export function contradictionsIn({ services = {}, environments = {} }: Declaration): Contradiction[] {
  return [
    ...Object.entries(services).flatMap(([name, service]) => contradictionsOf(name, service)),
    ...twins(services),
    ...(environments.production === undefined
      ? []
      : [{ path: ['environments', 'production'], message: 'production is the default branch; give another branch another name' }]),
  ]
}

/** The ways to an image, of which a service has one. */
const ways = ['dockerfile', 'template', 'image'] as const

/** Keys of `build` that only one of the ways reads. */
const onlyFor: Readonly<Record<string, readonly (typeof ways)[number][]>> = {
  context: ['dockerfile', 'template'],
  target: ['dockerfile'],
  args: ['dockerfile'],
  command: ['template'],
  output: ['template'],
}

function contradictionsOf(name: string, { build, ...service }: DeclaredService): Contradiction[] {
  const at = ['services', name] as const
  const others = Object.keys(service).filter((key) => key !== 'path' && key !== 'ignore')
  if (service.ignore === true && (others.length > 0 || build !== undefined)) {
    const key = others[0] ?? 'build'
    return [
      {
        path: [...at, key],
        message: `services.${name}: \`ignore: true\` says that it is no service, so ${key} says nothing; remove one of them`,
      },
    ]
  }
  if (build === undefined) return []
  const said = ways.filter((way) => build[way] !== undefined)
  const [first, second] = said
  if (first !== undefined && second !== undefined) {
    const both = `services.${name}.build: ${first} and ${second} contradict each other; keep one of dockerfile, template and image`
    return [{ path: [...at, 'build', second], message: both }]
  }
  if (first === undefined) return []
  const useless = Object.keys(onlyFor).filter((key) => build[key as keyof typeof build] !== undefined && !onlyFor[key]?.includes(first))
  return useless.map((key) => ({
    path: [...at, 'build', key],
    message: `services.${name}.build.${key}: says nothing about ${wayWords[first]}; remove it`,
  }))
}

const wayWords = { dockerfile: 'a build by a Dockerfile', template: 'a build by a template', image: 'an image that is only pulled' }

/** Two keys that are one name to DNS. Without a path either may be a compose file's own spelling. */
function twins(services: NonNullable<Declaration['services']>): Contradiction[] {
  const known = new Map<string, string>()
  return Object.entries(services).flatMap(([name, { path }]): Contradiction[] => {
    if (path === undefined) return []
    const first = known.get(toLabel(name))
    known.set(toLabel(name), first ?? name)
    if (first === undefined) return []
    return [
      { path: ['services', name], message: `services.${name} and services.${first} would both be called ${toLabel(name)}; rename one` },
    ]
  })
}
