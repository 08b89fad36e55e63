// docs/permissions.md, made from the table in rights.ts.
import { permissionTypes } from '../store/tables/access.ts'
import { type Need, rights } from './rights.ts'

export function permissionsPage(): string {
  const groups = Map.groupBy(Object.entries(rights), ([name]) => name.split('.')[0]!)
  const rows = [...groups].flatMap(([type, entries]) =>
    entries.map(([name, { need, scope }]) => `| \`${type}\` | ${name.slice(type.length + 1)} | ${words(need)} | \`${scope}\` |`),
  )
  return `${introduction}\n| What | May be done | By | Token scope |\n|---|---|---|---|\n${rows.join('\n')}\n${ending}`
}

function words(need: Need): string {
  switch (need) {
    case 'member':
      return 'every member'
    case 'admin':
      return 'admins and owners'
    case 'owner':
      return 'owners'
    default:
      return `admins and owners; members with \`${need}\``
  }
}

const introduction = `# Who may what

This page is made from the table in \`src/access/rights.ts\` (\`npm run docs\`); the API, GraphQL, the live stream and Git all ask that table.

A person belongs to a team as **member**, **admin** or **owner**. Members read everything but what the table says otherwise; what they may do beyond that is
granted to them, for one service or for a whole workspace, by an admin or owner, with who and when. The six permissions are
${permissionTypes.map((permission) => `\`${permission}\``).join(', ')}. Admins and owners need no grant.

A **token** acts for who made it: it may do what that person may, as far as its scopes reach, and never more. A session has every scope. A token without the
scope is refused before anything else is asked.

Rows of another team are as if they were not there: they are never listed, counted or included, and asking for one answers exactly as an id that never was. Where
reading itself needs a permission, rows that were not granted are not there either. What can be read and not be done is refused with 403 and a sentence that says who can help.
`

const ending = `
Beyond the table:

- Only an owner makes, changes or removes an owner, and the last owner of a team stays one. kyozo's own program in a team (the token of the first run and \`KYOZO_ADMIN_TOKEN\`) is an owner that cannot be removed.
- A member sees and revokes their own tokens, an admin everybody's. Nobody can read a token again once it was shown. A token made with a token has no scope that its maker has not, and lasts no longer.
- A new role ends the person's logins, their tokens in that team and the invitations they made that wait; a new password ends all their other logins and all their tokens; both at once.
- A member without \`deploy_service\` for the whole workspace may clone it, and may not push to it.
- An invitation is accepted by the person it was sent to, with no right but its address. Who lists invitations does not see the address.
`
