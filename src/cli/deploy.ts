// `kyozo deploy`: the tip of an environment's branch, or some of its services anew, without a push.
import { Command } from 'commander'
import { type OperateOptions, operate, type Request, withWaiting } from './server/operate.ts'
import { findEnvironment, findService, findWorkspace, nameOf } from './server/places.ts'
import { openServer, withServer } from './server/server.ts'

interface DeployOptions extends OperateOptions {
  readonly service?: readonly string[]
  readonly all?: boolean
}

export function deployCommand(): Command {
  return withServer(
    withWaiting(
      new Command('deploy')
        .description('deploy the newest commit of an environment, or some of its services anew')
        .argument('[workspace/environment]', 'default is the repository of the current folder, and production')
        .option('--service <name...>', 'only these services, from the commit that is live')
        .option('--all', 'every environment of the workspace'),
    ),
  ).action(async (name: string | undefined, options: DeployOptions) => {
    const server = await openServer(options)
    const requests: Request[] = []
    if (options.all) {
      const workspace = await findWorkspace(server, name)
      requests.push({ label: nameOf(workspace), verb: 'deploy', path: `/api/v1/workspaces/${workspace.id}/deploy_services` })
    } else {
      const place = await findEnvironment(server, name)
      for (const service of options.service ?? []) {
        const found = await findService(server, `${place.label}/${service}`)
        requests.push({ label: found.label, verb: 'deploy', path: `/api/v1/service_instances/${found.service.id}/deploy` })
      }
      if (requests.length === 0)
        requests.push({ label: place.label, verb: 'deploy', path: `/api/v1/environments/${place.environment.id}/deploy` })
    }
    await operate(server, requests, options)
  })
}
