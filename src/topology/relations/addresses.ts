// Addresses that the repository states, as links to the services they name.
import type { StatedAddress } from '../claim.ts'
import type { Draft } from '../services.ts'
import type { Link } from './links.ts'

export function composeAddresses({ compose }: Draft): StatedAddress[] {
  return (compose?.service.environment ?? []).map(({ name, value, evidence }) => ({
    variable: name,
    value,
    evidence,
    from: 'compose' as const,
  }))
}

/** Variables whose address only comes back: nobody has to be there first. */
const answeringVariables = /(?:CORS|ORIGINS?|ALLOWED|CALLBACK|REDIRECT|PUBLIC|FRONTEND|WEBHOOK|BASE_DOMAIN|SELF)/

export function addressLinks(draft: Draft, names: ReadonlyMap<string, string>): Link[] {
  const declared = Object.entries(draft.declared?.env ?? {}).flatMap(([variable, value]): StatedAddress[] =>
    typeof value === 'string'
      ? [{ variable, value, from: 'declaration', evidence: { path: 'kyozo.yaml', fact: `${variable} of ${draft.name}` } }]
      : [],
  )
  const addresses = [...declared, ...composeAddresses(draft), ...draft.claim.addresses]
  return addresses.flatMap((address): Link[] => {
    const target = targetOf(address, names)
    if (target === undefined || target.to === draft.name) return []
    const isAnswer = address.variable !== undefined && answeringVariables.test(address.variable)
    const kind = isAnswer || target.isGuess || address.from === 'source' ? 'optional' : 'requires'
    const connections = address.variable === undefined ? [] : [{ variable: address.variable, template: target.template }]
    return [
      {
        from: draft.name,
        to: target.to,
        kind,
        isDeclared: false,
        connections,
        evidence: [{ ...address.evidence, fact: `${address.evidence.fact} names ${target.to}` }],
      },
    ]
  })
}

interface Target {
  readonly to: string
  readonly template: string
  /** Whether only the variable's name says so. */
  readonly isGuess: boolean
}

/** `http://api:3000/v1` names api; so does API_URL when its value is a developer's localhost or nothing. */
function targetOf({ variable = '', value }: StatedAddress, names: ReadonlyMap<string, string>): Target | undefined {
  const url = /^([a-z][a-z0-9+.-]{0,20}):\/\/(?:[^@/\s]{0,200}@)?([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?(\/[^\s]{0,200})?$/.exec(value)
  const byHost = url === null ? undefined : names.get(url[2] ?? '')
  if (url !== null && byHost !== undefined) return { to: byHost, template: `${url[1]}://{host}:{port}${url[4] ?? ''}`, isGuess: false }
  const pair = /^([a-z0-9][a-z0-9-]{0,62}):(\d{1,5})$/.exec(value)
  const byPair = pair === null ? undefined : names.get(pair[1] ?? '')
  if (byPair !== undefined) return { to: byPair, template: '{host}:{port}', isGuess: false }
  if (/HOST(?:NAME)?$/.test(variable) && names.has(value)) return { to: names.get(value) as string, template: '{host}', isGuess: false }
  const [, stem, ending = ''] = /^([A-Z0-9_]{1,40}?)(?:_SERVICE)?_(URL|HOST|ADDR|BASE_URL|ENDPOINT)$/.exec(variable) ?? []
  const byName = stem === undefined ? undefined : names.get(stem.toLowerCase().replaceAll('_', '-'))
  const isLocal = value === '' || /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1)(?::\d{1,5})?(?:\/.{0,200})?$/.test(value)
  if (byName === undefined || !isLocal) return undefined
  return {
    to: byName,
    template: ending === 'HOST' ? '{host}' : ending === 'ADDR' ? '{host}:{port}' : 'http://{host}:{port}',
    isGuess: true,
  }
}
