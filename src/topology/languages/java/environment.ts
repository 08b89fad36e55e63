// What configuration files say of variables and addresses: `${DB_URL}` must be given, `${DB_URL:jdbc:…}` need not.
import type { StatedAddress } from '../../claim.ts'
import { environmentLimit } from '../../limits.ts'
import type { EnvironmentVariable } from '../../topology.ts'
import type { Setting } from './flat.ts'
import { defaultOf, type Settings } from './settings.ts'

/** Variables that configuration files ask for by name. */
export function variablesIn(settings: Settings): EnvironmentVariable[] {
  const variables = new Map<string, EnvironmentVariable>()
  for (const { value } of settings.values()) {
    for (const match of value.matchAll(/\$\{\??([A-Z][A-Z0-9_]{1,63})(?::([^{}]{0,200}))?(?=[:}])/g)) {
      const [whole, name = '', fallback] = match
      const isOptional = whole.startsWith('${?') || value[match.index + whole.length] === ':'
      if (name.endsWith('PORT') && name.length <= 11) continue
      const known = variables.get(name)
      if (known?.value !== undefined || variables.size >= environmentLimit) continue
      variables.set(
        name,
        fallback === undefined || fallback === ''
          ? { name, required: fallback === undefined && !isOptional && known?.required !== false }
          : { name, required: false, value: fallback },
      )
    }
  }
  return [...variables.values()]
}

/** Addresses under the variable that overrides them: the one that is named, or the key as a variable, as Spring and Quarkus bind it. */
export function addressesIn(settings: Settings): StatedAddress[] {
  return [...settings.values()].flatMap((setting): StatedAddress[] => {
    const value = addressOf(setting)
    if (value === undefined) return []
    const named = /^\$\{([A-Z][A-Z0-9_]{1,63})[:}]/.exec(setting.value)?.[1]
    const variable =
      named ??
      setting.key
        .toUpperCase()
        .replace(/[^A-Z0-9]/g, '_')
        .slice(0, 64)
    return [{ variable, value, from: 'source', evidence: { path: setting.path, line: setting.line, fact: setting.key } }]
  })
}

function addressOf({ key, value }: Setting): string | undefined {
  const plain = (defaultOf(value) ?? '')
    .replace(/^(?:jdbc|r2dbc|optional:configserver|configserver|vertx-reactive):(?=\w)/, '')
    .replace(/^optional:configserver:/, '')
  const isUrl = /^[a-z][a-z0-9+.-]{1,20}:\/\/[^\s]{1,400}$/.test(plain)
  const isHost =
    /(?:\.|-)(?:hosts?|addresses|bootstrap-servers|bootstrap\.servers|brokers|server-addr|contact-points|endpoints?|nodes)$/i.test(key) &&
    /^[a-z0-9][\w.-]{0,200}(?::\d{2,5})?(?:,.{0,200})?$/i.test(plain)
  return (isUrl || isHost) && !plain.includes('{') ? plain.split(',')[0] : undefined
}
