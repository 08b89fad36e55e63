// `kyozo rollback`: what an earlier release ran, run again.
import { Command } from 'commander'
import { KyozoError } from '../errors.ts'
import { coloured, printable, printDocument, table } from './print.ts'
import { relatedId } from './server/follow-operation.ts'
import { type OperateOptions, operate, withWaiting } from './server/operate.ts'
import { type EnvironmentPlace, filtered, findEnvironment } from './server/places.ts'
import { type JsonApiResource, openServer, type Server, withServer } from './server/server.ts'

interface RollbackOptions extends OperateOptions {
  readonly to?: string
  readonly list?: true
  readonly currentSecrets?: true
}

export function rollbackCommand(): Command {
  const command = new Command('rollback')
    .description('run again what an earlier release ran, with its images, compose file and the values of its variables')
    .argument('[workspace/environment]', 'default is the repository of the current folder, and production')
    .option('--to <release>', 'the id or the commit of the release; default is the one that was live before')
    .option('--list', 'print which releases can be gone back to, and go back to none')
    .option('--current-secrets', 'with the values that secrets have now, instead of those of then')
  return withServer(withWaiting(command)).action(async (name: string | undefined, options: RollbackOptions) => {
    const server = await openServer(options)
    const place = await findEnvironment(server, name)
    const kept = await keptReleases(server, place)
    if (options.list) {
      if (options.json) printDocument({ schemaVersion: 1, releases: kept })
      else process.stdout.write(coloured(table([header, ...kept.map((release) => rowOf(release).map(printable))])))
      return
    }
    const release = await chosen({ server, place, kept }, options.to)
    process.stderr.write(`Back to ${shaOf(release)} (release ${release.id})\n`)
    const path = `/api/v1/releases/${release.id}/rollback`
    const body = options.currentSecrets ? { body: { data: { type: 'releases', attributes: { current_secrets: true } } } } : {}
    await operate(server, [{ label: place.label, verb: 'roll back', path, ...body }], options)
  })
}

const header = ['commit', 'state', 'released', 'release', 'can be gone back to']

function rowOf(release: JsonApiResource): string[] {
  const { state, created_at: createdAt, rollback_target: target } = release.attributes
  return [shaOf(release), String(state), String(createdAt).slice(0, 16).replace('T', ' '), release.id, String(target)]
}

function shaOf({ attributes }: JsonApiResource): string {
  return String(attributes.sha).slice(0, 7)
}

/** The live one and those that can be gone back to, the newest first. */
async function keptReleases(server: Server, place: EnvironmentPlace): Promise<readonly JsonApiResource[]> {
  const where = `${filtered('environment', place.environment.id)}&filter[is_kept]=true`
  return (await server.list(`/api/v1/releases?page[size]=200${where}`, 400)).resources
}

interface Choosing {
  readonly server: Server
  readonly place: EnvironmentPlace
  readonly kept: readonly JsonApiResource[]
}

/** Another release of the commit that runs now, such as a restart, is not what was there before. */
async function chosen({ server, place, kept }: Choosing, asked: string | undefined): Promise<JsonApiResource> {
  const live = relatedId(place.environment, 'live_release')
  const liveSha = kept.find(({ id }) => id === live)?.attributes.sha
  const earlier = kept.filter(({ id, attributes }) => id !== live && attributes.sha !== liveSha)
  const found = asked === undefined ? earlier[0] : kept.find((release) => isMeant(release, asked))
  if (found !== undefined) return found
  if (asked === undefined)
    throw new KyozoError('not_found', `${place.label} has no earlier release that was live`, { hint: 'kyozo releases lists all of them' })
  const hint = `those that can be run again: ${earlier.slice(0, 5).map(shaOf).join(', ')}`
  const others = await server.list(`/api/v1/releases?page[size]=200${filtered('environment', place.environment.id)}`, 200)
  const other = others.resources.find((release) => isMeant(release, asked))
  if (other === undefined) throw new KyozoError('not_found', `${place.label} has no release ${asked} that was live`, { hint })
  const because = String(other.attributes.rollback_target).replace(/^no: /, '')
  throw new KyozoError('state_conflict', `${shaOf(other)} cannot run again: ${because}`, { hint })
}

function isMeant({ id, attributes }: JsonApiResource, asked: string): boolean {
  return id === asked || String(attributes.sha).startsWith(asked)
}
