// `kyozo start|stop|restart|scale SERVICE…`: what services are to do, whatever is pushed.
import { Command, InvalidArgumentError } from 'commander'
import { bodyOf } from './server/body.ts'
import { type OperateOptions, operate, withWaiting } from './server/operate.ts'
import { findService } from './server/places.ts'
import { openServer, withServer } from './server/server.ts'

interface LifeOptions extends OperateOptions {
  readonly reason?: string
}

export function startCommand(): Command {
  return withReason(lifeCommand('start', 'start services that were stopped'))
}

export function stopCommand(): Command {
  return withReason(lifeCommand('stop', 'stop services; they stay stopped until they are started, whatever is pushed'))
}

export function restartCommand(): Command {
  return lifeCommand('restart', 'restart services, one copy after the other')
}

export function scaleCommand(): Command {
  const command = new Command('scale')
    .description('run so many copies of services')
    .argument('<service...>', 'as SERVICE, WORKSPACE/SERVICE or WORKSPACE/ENVIRONMENT/SERVICE')
    .requiredOption('--replicas <count>', 'how many copies', countIn)
  return withServer(withWaiting(command)).action(
    async (names: readonly string[], options: OperateOptions & { readonly replicas: number }) => {
      await askOf(names, { verb: 'scale', attributes: { replicas: options.replicas }, options })
    },
  )
}

function lifeCommand(verb: 'start' | 'stop' | 'restart', description: string): Command {
  const command = new Command(verb)
    .description(description)
    .argument('<service...>', 'as SERVICE, WORKSPACE/SERVICE or WORKSPACE/ENVIRONMENT/SERVICE')
  return withServer(withWaiting(command)).action(async (names: readonly string[], options: LifeOptions) => {
    await askOf(names, { verb, attributes: { reason: options.reason }, options })
  })
}

function withReason(command: Command): Command {
  return command.option('--reason <words>', 'why; it is shown beside the service')
}

/** All names are found before anything is changed. */
async function askOf(
  names: readonly string[],
  {
    verb,
    attributes,
    options,
  }: { readonly verb: string; readonly attributes: Readonly<Record<string, unknown>>; readonly options: OperateOptions },
): Promise<void> {
  const server = await openServer(options)
  const places = []
  for (const name of new Set(names)) places.push(await findService(server, name))
  const requests = places.map(({ label, service }) => ({
    label,
    verb,
    path: `/api/v1/service_instances/${service.id}/${verb}`,
    body: bodyOf('service_instances', { id: service.id, attributes }),
  }))
  await operate(server, requests, options)
}

function countIn(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 0 on.')
  return Number(text)
}
