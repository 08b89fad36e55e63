// `kyozo pause|resume`: while an environment is paused, pushes are kept and change nothing; resuming deploys the newest.
import { Command } from 'commander'
import { bodyOf } from './server/body.ts'
import { type OperateOptions, operate, withWaiting } from './server/operate.ts'
import { findEnvironment } from './server/places.ts'
import { openServer, withServer } from './server/server.ts'

const place = ['[workspace/environment]', 'default is the repository of the current folder, and production'] as const

/** Commits that arrive meanwhile end with a sentence that says why. */
const noReason = 'no reason was given'

export function pauseCommand(): Command {
  const command = new Command('pause')
    .description('let pushes change nothing in an environment until it is resumed')
    .argument(...place)
    .option('--reason <words>', 'why; commits that arrive meanwhile say so')
  return withServer(withWaiting(command)).action(async (name: string | undefined, options: OperateOptions & { readonly reason?: string }) =>
    ask('pause', name, { ...options, attributes: { reason: options.reason ?? noReason } }),
  )
}

export function resumeCommand(): Command {
  const command = new Command('resume').description('let pushes deploy again, and deploy the newest commit').argument(...place)
  return withServer(withWaiting(command)).action(async (name: string | undefined, options: OperateOptions) =>
    ask('resume', name, { ...options, attributes: {} }),
  )
}

async function ask(
  verb: 'pause' | 'resume',
  name: string | undefined,
  options: OperateOptions & { readonly attributes: Readonly<Record<string, unknown>> },
): Promise<void> {
  const server = await openServer(options)
  const { label, environment } = await findEnvironment(server, name)
  const path = `/api/v1/environments/${environment.id}/${verb}`
  await operate(
    server,
    [{ label, verb, path, body: bodyOf('environments', { id: environment.id, attributes: options.attributes }) }],
    options,
  )
}
