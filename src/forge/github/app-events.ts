// What people do with kyozo's app itself: GitHub tells every app, without being asked to. Nothing follows at once. What kyozo may not do any more it
// is refused when it tries, in words and with an alert, and what it may do again is tried again when something gets through; so a delivery that is lost
// or late makes no difference. But who looks at GitHub's page of deliveries, or at the ledger, reads what happened.
import { z } from 'zod'
import type { NamedPayload } from '../forge.ts'
import { fullNameField, nameField, readPayload } from '../payload.ts'

const repositoriesSchema = z.array(z.object({ full_name: fullNameField }))

const schema = z.object({
  action: z.string(),
  // An enterprise has no login.
  installation: z.object({ account: z.object({ login: nameField.optional() }).nullish() }),
  repositories_added: repositoriesSchema.optional(),
  repositories_removed: repositoriesSchema.optional(),
})

export function appEventReason(delivery: NamedPayload): string {
  const { action, installation, repositories_added: added = [], repositories_removed: removed = [] } = readPayload(schema, delivery)
  const account = installation.account?.login ?? 'an account'
  const where = delivery.event === 'installation' ? action : `repositories ${action}`
  switch (where) {
    case 'created':
      return `the app was installed on ${account}; a repository is connected with its next push`
    case 'deleted':
      return `the app was taken off ${account}: kyozo can neither fetch from there nor report to it until it is installed again`
    case 'suspend':
      return `the app was suspended on ${account}: kyozo can neither fetch from there nor report to it until somebody lifts that`
    case 'unsuspend':
      return `the app is no longer suspended on ${account}: what was held up there is tried again`
    case 'new_permissions_accepted':
      return `${account} accepted what the app asks for: what was refused there is tried again`
    case 'repositories added':
      return `the app was given ${named(added)} of ${account}; a repository is connected with its next push`
    case 'repositories removed':
      return `the app was taken off ${named(removed)} of ${account}: kyozo can neither fetch it nor report to it any more`
    default:
      return 'this change of the app is not something kyozo acts on'
  }
}

const namesShown = 3

function named(repositories: readonly { readonly full_name: string }[]): string {
  const names = repositories.slice(0, namesShown).map(({ full_name: name }) => name)
  const more = repositories.length - names.length
  if (names.length === 0) return 'repositories'
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`
}
