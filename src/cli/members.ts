// `kyozo members`: who belongs to the team, and as what.
import { Command } from 'commander'
import { coloured, printable, printDocument, table } from './print.ts'
import { relatedId } from './server/follow-operation.ts'
import { openServer, type ServerOptions, withServer } from './server/server.ts'

export function membersCommand(): Command {
  const command = new Command('members').description('who belongs to the team, and as what').option('--json', 'print one JSON document')
  return withServer(command).action(async (options: ServerOptions & { readonly json?: boolean }) => {
    const server = await openServer(options)
    const { resources, included } = await server.list('/api/v1/members?include=user&page[size]=200')
    if (options.json) {
      const users = resources.flatMap((member) => included.get(`users ${relatedId(member, 'user')}`) ?? [])
      return printDocument({ schemaVersion: 1, members: resources, users })
    }
    const rows = resources.map((member) => {
      const user = included.get(`users ${relatedId(member, 'user')}`)?.attributes
      return [
        user?.name,
        user?.is_service ? 'a program' : user?.email,
        member.attributes.role,
        String(member.attributes.created_at).slice(0, 10),
      ]
    })
    const cells = rows.map((row) => row.map((cell) => printable(String(cell ?? ''))))
    process.stdout.write(coloured(table([['name', 'address', 'role', 'since'], ...cells])))
  })
}
