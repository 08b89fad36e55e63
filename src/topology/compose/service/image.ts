// `image`: a reference in Docker's grammar from a registry that the operator trusts. A registry's name is an address that the engine connects to.
import type { Located, Place } from '../located.ts'
import { differ, refuse, type Scope } from '../scope.ts'
import { textOf } from '../values.ts'
import { shown } from '../wording.ts'

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const reference = new RegExp(
  `^(?:(?<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\\d{1,5})?)/)?(?<path>${component}(?:/${component})*)(?::(?<tag>[\\w][\\w.-]{0,127}))?(?:@sha256:[a-f0-9]{64})?$`,
)

export interface ImageName {
  /** `docker.io` when the reference names none. */
  readonly host: string
  readonly path: string
}

/** Host and path of an image reference, or undefined when it is none. */
export function parseImage(text: string): ImageName | undefined {
  if (text.length > 512) return undefined
  const groups = reference.exec(text)?.groups
  if (groups?.path === undefined) return undefined
  const { host, path } = groups
  if (host === undefined) return { host: 'docker.io', path }
  const isHost = /[.:]/.test(host) || host === 'localhost' || /[A-Z]/.test(host)
  return isHost ? { host: host.toLowerCase(), path } : { host: 'docker.io', path: `${host}/${path}` }
}

export function readImage(scope: Scope, node: Located): string | undefined {
  const text = textOf(scope, node)
  if (text === undefined || text === '') return undefined
  const image = parseImage(text)
  if (image === undefined) return refuseImage(scope, node, `${shown(text)} is not an image; write it as \`nginx:1.29\``)
  if (isOwnImage(image))
    return refuseImage(scope, node, `${shown(text)} is an image that kyozo built for a workspace; give the service a \`build\` instead`)
  if (isRegistryAllowed(scope, image.host)) return text
  return refuseImage(scope, node, `images from ${shown(image.host)} are not allowed; ask the operator of this kyozo to add the registry`)
}

/** Images that kyozo builds, under any name that leads to the engine's own store. */
export function isOwnImage({ host, path }: ImageName): boolean {
  return /^(?:docker\.io|index\.docker\.io|localhost)/.test(host) && /^(?:library\/)?kyozo\//.test(path)
}

function isRegistryAllowed({ registries }: Scope, host: string): boolean {
  return (
    registries.has(host) || host === 'index.docker.io' || /^[a-z0-9-]+\.gcr\.io$/.test(host) || /^[a-z0-9-]+-docker\.pkg\.dev$/.test(host)
  )
}

function refuseImage(scope: Scope, node: Located, message: string): undefined {
  refuse(scope, node.place, { rule: 'image', message })
}

/** An image beside a build is only the name that the built image would get. */
export function dropImageName(scope: Scope, place: Place): void {
  differ(scope, place, {
    change: '`image` is left out',
    reason: 'the service is built, and kyozo names images by the hash of what they are made of',
  })
}
