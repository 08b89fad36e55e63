// Addresses that the repository states, as links to the services they name.
import type { StatedAddress } from '../claim.ts'
import { hostsIn, type NamedHost } from './hosts.ts'
import type { Directory, Target } from './names.ts'

export interface AddressLink {
  readonly target: Target
  readonly address: StatedAddress
  readonly template: string
  readonly kind: 'requires' | 'optional'
}

/** Variables whose address only comes back: nobody has to be there first. */
const answeringVariables = /(?:CORS|ORIGINS?|ALLOWED|CALLBACK|REDIRECT|PUBLIC|FRONTEND|WEBHOOK|BASE_DOMAIN|SELF)/

/** Variables that say who the program itself is. */
const ownNames =
  /(?:SERVICE_NAME|APP_NAME|CONTAINER_NAME|^HOSTNAME|HOST_NAME|ADVERTISED|LISTEN|BIND|_TOPIC|_QUEUE|_INDEX|_DATABASE|_DB|_USER(?:NAME)?|PASSWORD)$/i

export function addressLinks(addresses: readonly StatedAddress[], directory: Directory): AddressLink[] {
  return addresses.flatMap((address): AddressLink[] => {
    const { variable = '', from } = address
    if (ownNames.test(variable)) return []
    const targets = targetsOf(address, directory)
    const isAnswer = from !== 'compose' && answeringVariables.test(variable)
    return targets.map(({ target, template, isGuess }) => ({
      target,
      address,
      template,
      kind:
        isAnswer || isGuess || from === 'source' || (target.name === undefined && target.isForDevelopers === true)
          ? 'optional'
          : 'requires',
    }))
  })
}

interface FoundTarget {
  readonly target: Target
  readonly template: string
  /** Whether only the variable's name says so. */
  readonly isGuess: boolean
}

/** `http://api:3000/v1` names api; so does API_URL when its value is a developer's localhost or nothing, and so does localhost with api's port. */
function targetsOf({ variable = '', value, evidence }: StatedAddress, directory: Directory): FoundTarget[] {
  const found = hostsIn(value, variable).flatMap((host): FoundTarget[] => {
    const target = directory.find(host.host, evidence.path)
    return target === undefined ? [] : [{ target, template: templateOf(host), isGuess: false }]
  })
  if (found.length > 0) return found
  const [, stem, ending = ''] =
    /^([A-Z0-9_]{1,40}?)(?:_SERVICE)?_(URL|URI|HOST|HOSTNAME|ADDR|ADDRESS|BASE_URL|ENDPOINT)$/.exec(variable) ?? []
  const local = /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1)(?::(\d{1,5}))?(?:\/.{0,200})?$/.exec(value)
  if (value !== '' && local === null) return []
  const name = namedBy(stem, directory) ?? (local?.[1] === undefined ? undefined : directory.listening(Number(local[1])))
  if (name === undefined) return []
  const template = ending.startsWith('HOST') ? '{host}' : ending.startsWith('ADDR') ? '{host}:{port}' : 'http://{host}:{port}'
  return [{ target: { name }, template, isGuess: true }]
}

/** `ORDERS_URL` means orders, and orders-service where nobody is called orders. */
function namedBy(stem: string | undefined, { names }: Directory): string | undefined {
  const plain = stem?.toLowerCase().replaceAll('_', '-')
  return plain === undefined ? undefined : (names.get(plain) ?? names.get(`${plain}-service`))
}

function templateOf({ scheme, hasPort, path }: NamedHost): string {
  if (scheme !== undefined) return `${scheme}://{host}:{port}${path}`
  return hasPort ? '{host}:{port}' : '{host}'
}
