// `kyozo rollback`: what an earlier release ran, run again.
import { Command } from 'commander'
import { KyozoError } from '../errors.ts'
import { relatedId } from './server/follow-operation.ts'
import { type OperateOptions, operate, withWaiting } from './server/operate.ts'
import { type EnvironmentPlace, filtered, findEnvironment } from './server/places.ts'
import { type JsonApiResource, openServer, type Server, withServer } from './server/server.ts'

export function rollbackCommand(): Command {
  const command = new Command('rollback')
    .description('run again what an earlier release ran, with its images, compose file and variables')
    .argument('[workspace/environment]', 'default is the repository of the current folder, and production')
    .option('--to <release>', 'the id or the commit of the release; default is the one that was live before')
  return withServer(withWaiting(command)).action(async (name: string | undefined, options: OperateOptions & { readonly to?: string }) => {
    const server = await openServer(options)
    const place = await findEnvironment(server, name)
    const release = await findRelease(server, place, options.to)
    process.stderr.write(`Back to ${String(release.attributes.sha).slice(0, 7)} (release ${release.id})\n`)
    await operate(server, [{ label: place.label, verb: 'roll back', path: `/api/v1/releases/${release.id}/rollback` }], options)
  })
}

/** Only what proved itself can be run again. Another release of the commit that runs now, such as a restart, is not what was there before. */
async function findRelease(server: Server, place: EnvironmentPlace, asked: string | undefined): Promise<JsonApiResource> {
  const { resources } = await server.list(
    `/api/v1/releases?page[size]=100${filtered('environment', place.environment.id)}&filter[state]=live,replaced,unchanged`,
    200,
  )
  const live = relatedId(place.environment, 'live_release')
  const liveSha = resources.find(({ id }) => id === live)?.attributes.sha
  const earlier = resources.filter(({ id, attributes }) => id !== live && attributes.sha !== liveSha)
  const found =
    asked === undefined ? earlier[0] : resources.find(({ id, attributes }) => id === asked || String(attributes.sha).startsWith(asked))
  if (found !== undefined) return found
  if (asked === undefined)
    throw new KyozoError('not_found', `${place.label} has no earlier release that was live`, { hint: `kyozo releases lists them` })
  throw new KyozoError('not_found', `${place.label} has no release ${asked} that was live`, {
    hint: `those that can be run again: ${earlier
      .slice(0, 5)
      .map(({ attributes }) => String(attributes.sha).slice(0, 7))
      .join(', ')}`,
  })
}
