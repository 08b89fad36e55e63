// Rights of a container: capabilities, security options, groups, the user, kernel settings.

import { grantableCapabilities, grantableSysctls } from '../grants.ts'
import type { Located } from '../located.ts'
import { differ, refuse, type Scope, warn } from '../scope.ts'
import { pairsOf, textOf, textsOf } from '../values.ts'
import { shown } from '../wording.ts'

export function readCapAdd(scope: Scope, node: Located): string[] {
  const granted = textsOf(scope, node).flatMap(({ text, place }) => {
    const name = text.trim().toUpperCase().replace(/^CAP_/, '')
    if (grantableCapabilities.has(name)) return [name]
    return (
      refuse(scope, place, {
        rule: 'cap_add',
        message: `the capability ${shown(name)} is not one that a service may have; remove it, allowed are ${[...grantableCapabilities].join(', ')}`,
      }) ?? []
    )
  })
  return [...new Set(granted)].sort()
}

export function checkSecurityOptions(scope: Scope, node: Located): void {
  for (const { text, place } of textsOf(scope, node)) {
    if (/^no-new-privileges(?:[:=]true)?$/.test(text)) continue
    if (scope.trust === 'trusted' || /^no-new-privileges/.test(text)) refuseOption(scope, { text, place })
    else
      differ(scope, place, {
        change: `the security option ${shown(text)} is left out`,
        reason: 'kyozo decides the security options of previews',
      })
  }
}

function refuseOption(scope: Scope, { text, place }: { text: string; place: Located['place'] }): void {
  refuse(scope, place, {
    rule: 'security_opt',
    message: `the security option ${shown(text)} weakens the container; remove it, only \`no-new-privileges:true\` is allowed`,
  })
}

/** Groups below 1000 belong to the system: `docker`, `disk`. */
const firstUserGroup = 1000

export function readGroupAdd(scope: Scope, node: Located): string[] {
  return textsOf(scope, node).flatMap(({ text, place }) => {
    if (/^\d{4,9}$/.test(text) && Number(text) >= firstUserGroup) return [text]
    return (
      refuse(scope, place, {
        rule: 'group_add',
        message: `the group ${shown(text)} may be one of the system; use a number from ${firstUserGroup} on`,
      }) ?? []
    )
  })
}

export function readUser(scope: Scope, node: Located): string | undefined {
  const user = textOf(scope, node)
  if (user === undefined || user === '') return undefined
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,63})?$/.test(user)) {
    return refuse(scope, node.place, { rule: 'user', message: `${shown(user)} is not a user; write \`name\`, \`1000\` or \`1000:1000\`` })
  }
  if (/^(?:0+|root)(?::|$)/.test(user))
    warn(scope, node.place, { rule: 'user', message: 'the service runs as root; let it run as a user of its own' })
  return user
}

export function readSysctls(scope: Scope, node: Located): Record<string, string> {
  const allowed = pairsOf(scope, node).flatMap(({ name, value, place }): [string, string][] => {
    if (grantableSysctls.has(name) && value !== null && /^[\w .-]{1,64}$/.test(value)) return [[name, value]]
    return (
      refuse(scope, place, {
        rule: 'sysctl',
        message: `the kernel setting ${shown(name)} is not one that a service may change; remove it`,
      }) ?? []
    )
  })
  return Object.fromEntries(allowed)
}
